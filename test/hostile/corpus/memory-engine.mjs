// @ts-check
// Memory that the engine and its libraries hold outside the heap: WebAssembly's memories and compilers, ICU.

const refused = ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'];

/** `run(bytes)`, and `moduleOf(types, variables, code)`: a module of one function, the second of the types. */
const assembler = `
  const leb = (n) => { const out = []; do { out.push((n & 127) | (n > 127 ? 128 : 0)); n >>>= 7; } while (n); return out; };
  const section = (id, content) => [id, ...leb(content.length), ...content];
  const repeated = (n, part) => new Array(n).fill(part).flat();
  const ifs = (n) => repeated(n, [0x20, 0, 0x04, 0x40, 0x0b]);
  const moduleOf = (types, variables, code) => {
    const body = [1, ...leb(variables), 0x7f, ...code, 0x0b];
    return new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, ...section(1, [2, ...types, 0x60, 0, 0]), ...section(3, [1, 1]),
      ...section(7, [1, 1, 102, 0, 0]), ...section(10, [1, ...leb(body.length), ...body])]);
  };
  const nothing = [0x60, 1, 0x7f, 0];
  const run = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f();`;

/** @type {import('../hostile-case.mjs').Script[]} */
export const memoryEngine = [
  {
    name: 'temporal-objects-kept',
    code: 'const a = []; for (;;) a.push(Temporal.PlainDateTime.from("2020-01-01T00:00"));',
    expect: ['ERR_HEAP_LIMIT', 'ReferenceError'],
    why: 'four fifths of each are outside the heap, where V8 does not count them; only Node 26 has them',
  },
  {
    name: 'wasm-memory-sized-by-a-text',
    code: 'const m = new WebAssembly.Memory({ initial: 0, maximum: "10000" }); m.grow(9000); new Uint8Array(m.buffer).fill(1);',
    expect: refused,
    why: 'a size that is no number, which the engine converts',
  },
  {
    name: 'wasm-memory-sized-by-an-object',
    code: 'let n = 1; const m = new WebAssembly.Memory({ initial: 0, maximum: { valueOf: () => (n *= 10000) } }); m.grow(9000); new Uint8Array(m.buffer).fill(1);',
    expect: refused,
    why: 'another number each time it is converted',
  },
  {
    name: 'wasm-variables-and-blocks',
    code: `${assembler} run(moduleOf(nothing, 49_000, ifs(20_000)))`,
    expect: refused,
    why: "the compilers keep a state of all variables for each block: gigabytes, on V8's worker threads",
  },
  {
    name: 'wasm-stack-and-blocks',
    code: `${assembler} run(moduleOf(nothing, 1, [...repeated(20_000, [0x41, 0]), ...ifs(15_000), ...repeated(20_000, [0x1a])]))`,
    expect: refused,
    why: 'the same with values on the stack',
  },
  {
    name: 'wasm-variables-and-blocks-in-many-modules',
    code: `${assembler} for (let i = 0; ; i++) WebAssembly.compile(moduleOf(nothing, 1000 + i, ifs(4_000)));`,
    expect: refused,
    why: 'many at once, each below the bound',
  },
  {
    name: 'wasm-code-of-large-structures',
    code: `${assembler} run(moduleOf([0x5f, ...leb(2000), ...repeated(2000, [0x7e, 1])], 1, repeated(5000, [0xfb, 1, 0, 0x1a])))`,
    expect: [...refused, 'CompileError'],
    why: 'four bytes that make a structure become machine code for each of its fields',
  },
  {
    name: 'memory-ends-while-wasm-is-instantiated',
    code: 'const m = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 2, 8, 1, 1, 109, 1, 109, 3, 127, 0])); new WebAssembly.Instance(m, { m: { get m() { const a = []; for (;;) a.push(new Array(1000).fill(1)); } } })',
    expect: refused,
    why: 'the engine is left in the middle of its own work',
  },
  {
    name: 'intl-names-of-fields',
    code: 'const a = []; for (;;) a.push(new Intl.DisplayNames("en", { type: "dateTimeField" }));',
    expect: refused,
    why: 'a table of 64 KB each, in ICU',
  },
  {
    name: 'intl-formats-of-ranges',
    code: 'const a = []; for (;;) { const f = new Intl.NumberFormat("en", { style: "unit", unit: "liter", unitDisplay: "long" }); f.formatRange(1, 2); a.push(f); }',
    expect: refused,
    why: 'made by the first use, in ICU',
  },
  {
    name: 'intl-names-of-locales',
    code: 'let i = 0; for (;;) new Intl.Locale("en-x0" + (i++).toString(36).padStart(6, "0"));',
    expect: refused,
    why: 'ICU keeps each name for as long as the process lives',
  },
  {
    name: 'intl-formats-behind-dates',
    code: 'for (let i = 0; ; i++) new Date(i).toLocaleString("en", { timeZone: "Etc/GMT+" + (i % 12) });',
    expect: refused,
    why: 'a formatter each, which nobody but the engine sees',
  },
  {
    name: 'intl-collators-behind-strings',
    code: 'for (;;) "a".localeCompare("b", "sv", { numeric: true });',
    expect: refused,
    why: 'the same, of collators',
  },
  {
    name: 'memory-ends-in-a-task-of-atomics',
    code: 'Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(8)), 0, 0, 1).value.then(() => { const a = []; for (;;) a.push(new Array(1000).fill(1.1)); }); new Promise(() => {})',
    call: 'async',
    expect: refused,
    why: "V8 waits at the runtime's end for each task of its own that was not destroyed",
  },
  {
    name: 'memory-ends-in-a-finalization-callback',
    code: 'const f = new FinalizationRegistry(() => { const a = []; for (;;) a.push(new Array(1000).fill(1.1)); }); for (let i = 0; i < 1e4; i++) f.register({}, 1); (async () => { for (;;) { await later(1); new Array(1e5).fill(1.1); } })()',
    host: ['later'],
    call: 'async',
    expect: refused,
    why: 'the same',
  },
];
