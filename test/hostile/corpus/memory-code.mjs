// @ts-check
// Memory of code: what the parser, the compilers and the regular expression engine take for a script. Much of it is
// outside the heap (zones), and parsing polls no interrupts.

const fullOrLate = ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT'];

/**
 * A module of one function of a number, which has these bytes so many times, called until it is optimized or the time is up.
 * @param {number} times @param {readonly number[]} unit
 */
function hotFunction(times, unit) {
  return `
    const times = ${times}, unit = [${unit}];
    const leb = (n) => { const b = []; do { b.push((n & 127) | (n > 127 ? 128 : 0)); n >>= 7; } while (n > 0); return b; };
    const body = new Uint8Array(times * unit.length + 4);
    for (let i = 0; i < times; i++) body.set(unit, 1 + i * unit.length);
    body.set([32, 0, 11], 1 + times * unit.length);
    const code = [1, ...leb(body.length)];
    const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, ...leb(code.length + body.length), ...code];
    const bytes = new Uint8Array(head.length + body.length);
    bytes.set(head);
    bytes.set(body, head.length);
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    for (const start = Date.now(); Date.now() - start < 2000;) f(1);
    'optimized'`;
}

/** @type {import('../hostile-case.mjs').Script[]} */
export const memoryCode = [
  {
    name: 'functions-from-source',
    code: 'const a = []; for (let i = 0; ; i++) a.push(new Function("x", "return x + " + i));',
    expect: fullOrLate,
    why: 'a script, a scope and a function each; the compilation cache keeps some',
  },
  {
    name: 'hot-functions-compiled',
    code: 'const a = []; for (let i = 0; ; i++) { const f = new Function("n", "let s = " + i + "; for (let j = 0; j < n; j++) s += j ^ s; return s"); f(20000); a.push(f); }',
    expect: fullOrLate,
    why: 'machine code for each, made on helper threads',
  },
  {
    name: 'literal-of-many-elements',
    code: 'eval("[" + "1,".repeat(5000000) + "1]").length',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT', { value: 5_000_001 }, 'EvalError'],
    why: "10 MB of source; the parser's tree takes many times as much, outside the heap",
  },
  {
    name: 'literal-of-many-functions',
    code: 'eval("[" + "()=>1,".repeat(1500000) + "1]").length',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT', { value: 1_500_001 }, 'EvalError'],
    why: 'as above; a scope and a literal for each function',
  },
  {
    name: 'many-variables',
    code: 'eval("let " + Array.from({ length: 400000 }, (_, i) => "v" + i).join() + "; 1")',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT', { value: 1 }, 'EvalError'],
    why: 'one scope with 400,000 names',
  },
  {
    name: 'sum-of-many-terms',
    code: 'eval("1" + "+1".repeat(4000000))',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT', { value: 4_000_001 }, 'EvalError'],
    why: 'one expression of 8 MB',
  },
  {
    name: 'many-statements',
    code: 'eval("x=1;".repeat(2000000))',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT', { value: 1 }, 'EvalError'],
    why: '8 MB of statements: tree, bytecode and feedback',
  },
  {
    name: 'globals-declared-by-scripts',
    code: 'for (let i = 0; ; i++) (0, eval)("var global" + i + " = {};");',
    expect: fullOrLate,
    why: 'a script and a property cell each, kept by the global object',
  },
  {
    name: 'patterns-compiled',
    code: 'const a = []; for (let i = 0; ; i++) { const r = new RegExp("(?:a" + i + "|b*c+){3}[^" + i + "]"); r.test("aaaa"); r.test("b"); a.push(r); }',
    expect: fullOrLate,
    why: 'code for each pattern',
  },
  {
    name: 'pattern-with-nested-counts',
    code: 'let p = "a"; for (let i = 0; i < 14; i++) p = "(?:" + p + "b?){3}"; new RegExp(p).test("a".repeat(100))',
    expect: ['ERR_HEAP_LIMIT', 'SyntaxError', 'ERR_TIMEOUT', { value: false }],
    why: 'unrolled by the compiler, it is a pattern of 5 million letters',
  },
  {
    name: 'pattern-with-many-alternatives',
    code: 'new RegExp(Array.from({ length: 200000 }, (_, i) => "w" + i).join("|")).test("none")',
    expect: ['ERR_HEAP_LIMIT', 'SyntaxError', 'RangeError', 'ERR_TIMEOUT', { value: false }],
    why: 'a tree and a graph of 200,000 branches, in zone memory',
  },
  {
    name: 'pattern-with-many-groups',
    code: 'new RegExp("(a)?".repeat(100000)).exec("b").length',
    expect: ['ERR_HEAP_LIMIT', 'SyntaxError', 'RangeError', 'ERR_TIMEOUT', { value: 100_001 }],
    why: 'two registers a group, more than any frame has',
  },
  {
    name: 'pattern-with-large-classes',
    code: 'for (let i = 0; ; i++) new RegExp("[\\\\p{L}--\\\\p{Lu}]".repeat(200) + i, "vi").test("x");',
    expect: ['ERR_HEAP_LIMIT', 'SyntaxError', 'ERR_TIMEOUT'],
    why: 'sets of all of Unicode, closed over case by ICU',
  },
  {
    name: 'pattern-with-properties-of-strings',
    code: 'new RegExp("\\\\p{RGI_Emoji}".repeat(400), "v").test("x")',
    limits: { timeout: 20_000 },
    expect: [{ value: false }],
    most: 600,
    why: 'one property is thousands of strings, which the parser has in memory of its own, and nothing stops it',
  },
  {
    name: 'backtracking-that-needs-memory',
    code: '/(?:(a)|b)*c/.test("ab".repeat(2 ** 22))',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT', { value: false }],
    why: 'each round pushes to a stack of its own, which grows to 64 MB',
  },
  {
    name: 'wasm-module-with-many-functions',
    code: `
      const count = 400000, leb = (n) => { const b = []; do { b.push((n & 127) | (n > 127 ? 128 : 0)); n >>= 7; } while (n > 0); return b; };
      const section = (id, head, body) => [id, ...leb(head.length + body.length), ...head].concat(body);
      const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0]
        .concat(section(3, leb(count), new Array(count).fill(0)));
      const body = [];
      for (let i = 0; i < count; i++) body.push(2, 0, 11);
      const all = bytes.concat(section(10, leb(count), body));
      new WebAssembly.Module(new Uint8Array(all)); 'compiled'`,
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT', { value: 'compiled' }],
    why: 'tables and code for 400,000 functions, outside the heap',
  },
  {
    name: 'wasm-function-of-branches-on-one-variable',
    code: hotFunction(8000, [32, 0, 4, 64, 32, 0, 65, 1, 106, 33, 0, 11]),
    expect: ['RangeError'],
    why: "V8's optimizing compiler takes the square of them, 7 GB for 96 KB, goes on when the runtime is gone, and ended the process",
  },
  {
    name: 'wasm-function-of-conversions',
    code: hotFunction(150_000, [32, 0, 183, 252, 2, 33, 0]),
    expect: ['RangeError'],
    why: 'as above: each takes that compiler 10 KB',
  },
  {
    name: 'wasm-function-of-some-branches-on-one-variable',
    code: hotFunction(500, [32, 0, 4, 64, 32, 0, 65, 1, 106, 33, 0, 11]),
    expect: [{ value: 'optimized' }],
    why: 'as above, and no more than may be',
  },
  {
    name: 'wasm-modules-kept',
    code: 'const a = []; for (let i = 0; ; i++) a.push(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 0, 6, 1, 110, i, i >> 8, i >> 16, i >> 24])));',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    most: 256,
    why: 'a native module each, differing in a custom section so that no cache makes them one',
  },
  {
    name: 'wasm-code-section-that-comes-twice',
    code: 'WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 3, 1, 1, 11, 10, 8, 1, 6, 1, 2, 127, 18, 0, 11]))',
    expect: [{ value: false }],
    why: 'what was read of the second does not fit the first, where our own code rewrites them',
  },
];
