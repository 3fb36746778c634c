// @ts-check
// What V8 or the system has once for the whole process: mappings, address space, V8's table of WebAssembly types. Each of
// these takes hardly any memory of the runtime's own.

const refused = ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'];

const leb =
  'const leb = (n) => { const o = []; do { let b = n & 127; n >>>= 7; if (n) b |= 128; o.push(b); } while (n); return o; };';

/** `section(base, count)`: so many function types that no other call makes. */
const types = `${leb}
  const section = (base, count) => {
    const all = [...leb(count)];
    for (let i = base; i < base + count; i++) {
      all.push(96, 12);
      for (let k = 0, v = i; k < 12; k++, v >>>= 2) all.push(124 + (v & 3));
      all.push(0);
    }
    return new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, ...leb(all.length)].concat(all));
  };`;

/** @type {import('../hostile-case.mjs').Script[]} */
export const memoryProcess = [
  {
    name: 'many-tiny-resizable-buffers',
    code: 'const a = []; for (;;) a.push(new ArrayBuffer(1, { maxByteLength: 8192 }));',
    expect: refused,
    why: 'two mappings each; with the 65,530th the host dies',
  },
  {
    name: 'many-tiny-growable-buffers',
    code: 'const a = []; for (;;) a.push(new SharedArrayBuffer(1, { maxByteLength: 8192 }));',
    expect: refused,
    why: 'the same for shared ones',
  },
  {
    name: 'many-empty-wasm-memories',
    code: 'const a = []; for (;;) a.push(new WebAssembly.Memory({ initial: 0, maximum: 0 }));',
    expect: refused,
    why: '10 GB of address space each',
  },
  {
    name: 'many-instances-with-empty-memories',
    code: 'const m = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 4, 1, 1, 0, 0])), a = []; for (;;) a.push(new WebAssembly.Instance(m));',
    expect: refused,
    why: 'the same, without the constructor of memories',
  },
  {
    name: 'many-wasm-types',
    code: `${types} for (let base = 0; ; base += 5000) new WebAssembly.Module(section(base, 5000));`,
    expect: refused,
    why: "V8's table of types is the process's and never shrinks; full, it takes WebAssembly from everyone",
  },
  {
    name: 'many-wasm-types-validated',
    code: `${types} let base = 0; while (WebAssembly.validate(section(base, 5000))) base += 5000; 'refused'`,
    expect: [...refused, { value: 'refused' }],
    why: 'what is only validated is in that table, too',
  },
  {
    name: 'many-wasm-types-in-groups',
    code: `${leb} for (let n = 1; ; n++) {
      const group = [1, 78, ...leb(n), ...new Array(n).fill([95, 0]).flat()];
      new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, ...leb(group.length), ...group]));
    }`,
    expect: [...refused, 'CompileError'],
    why: 'recursive groups that differ in their number alone: two bytes a type',
  },
  {
    name: 'many-wasm-tags',
    code: `for (let i = 0; ; i++) {
      const parameters = [];
      for (let k = 0, v = i; k < 12; k++, v >>>= 2) parameters.push(['i32', 'i64', 'f32', 'f64'][v & 3]);
      new WebAssembly.Tag({ parameters });
    }`,
    expect: refused,
    why: 'types without a module',
  },
  {
    name: 'many-suspended-wasm-stacks',
    code: `typeof WebAssembly.promising === 'undefined' ? 'none' : (() => {
      const never = new Promise(() => {}), kept = [];
      const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 101, 1, 102, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 103, 0, 1, 10, 6, 1, 4, 0, 16, 0, 11]);
      const { g } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { f: new WebAssembly.Suspending(() => never) } }).exports;
      const promising = WebAssembly.promising(g);
      for (;;) kept.push(promising());
    })()`,
    expect: [...refused, { value: 'none' }],
    why: 'a mapped stack each: with 60,000 of them no thread can start',
  },
  {
    name: 'list-too-long-for-the-engine',
    code: '"x".repeat(2 ** 27 + 8).split("").length',
    expect: [...refused, { value: 2 ** 27 + 8 }],
    most: 2048,
    why: 'an internal list of more than 2^27 items is a fatal error of the engine',
  },
  {
    name: 'json-list-too-long-for-the-engine',
    code: 'JSON.parse("[" + "0,".repeat(2 ** 27 + 4) + "0]").length',
    expect: [...refused, { value: 2 ** 27 + 5 }],
    most: 2048,
    why: 'the same in the parser of JSON',
  },
  {
    name: 'wasm-compiled-into-a-patched-prototype',
    code: 'WebAssembly.Module.prototype.module = 1; Object.prototype.instance = 2; WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => "compiled")',
    expect: [{ value: 'compiled' }],
    why: 'what a promise of the engine settles to, read back from the plugin',
  },
];
