// @ts-check
// Stack: deep structures that native code walks by recursion.

const overflow = ['RangeError'];

/** @type {import('../hostile-case.mjs').Script[]} */
export const stackDepth = [
  {
    name: 'proxies-on-proxies',
    code: 'let p = {}; for (let i = 0; i < 200000; i++) p = new Proxy(p, {}); Object.keys(p)',
    limits: { timeout: 5000 },
    expect: overflow,
    why: 'a chain of 200,000 without traps: recursion in native code',
  },
  {
    name: 'proxies-on-proxies-as-a-result',
    code: 'let p = {}; for (let i = 0; i < 200000; i++) p = new Proxy(p, {}); p',
    limits: { timeout: 5000 },
    expect: ['RangeError', 'ERR_DATA_CLONE', 'ERR_SERIALIZATION_LIMIT'],
    why: 'as above, while the answer is being written',
  },
  {
    name: 'bound-on-bound',
    code: 'let f = () => 1; for (let i = 0; i < 200000; i++) f = f.bind(null); f()',
    limits: { timeout: 5000 },
    expect: ['RangeError', { value: 1 }],
    why: 'a chain of 200,000 bound functions',
  },
  {
    name: 'json-of-a-deep-value',
    code: 'let o = {}; for (let i = 0; i < 200000; i++) o = { o }; JSON.stringify(o).length',
    limits: { timeout: 5000 },
    expect: ['RangeError', { value: 1_200_002 }],
    why: 'recursion in native code, or a stack on the heap',
  },
  {
    name: 'json-text-that-is-deep',
    code: 'let v = JSON.parse("[".repeat(1000000) + "]".repeat(1000000)), n = 0; while (v.length > 0) { v = v[0]; n++; } n',
    limits: { maxHeapSize: 512 * 2 ** 20, timeout: 5000 },
    expect: ['RangeError', { value: 999_999 }],
    why: 'a million brackets',
  },
  {
    name: 'json-text-that-is-deep-as-a-result',
    code: 'JSON.parse("[".repeat(100000) + "]".repeat(100000))',
    limits: { timeout: 5000 },
    expect: ['RangeError', 'ERR_SERIALIZATION_LIMIT'],
    why: 'the answer is as deep',
  },
  {
    name: 'parentheses-in-source',
    code: 'eval("(".repeat(1000000) + "1" + ")".repeat(1000000))',
    expect: ['RangeError', 'EvalError'],
    why: 'the parser is recursive',
  },
  {
    name: 'blocks-in-source',
    code: 'eval("{".repeat(1000000) + "}".repeat(1000000))',
    expect: ['RangeError', 'EvalError'],
    why: 'as above, and the visitors of the tree',
  },
  {
    name: 'arrows-in-source',
    code: 'eval("a=>".repeat(300000) + "1")',
    expect: ['RangeError'],
    why: 'as above, by functions in functions',
  },
  {
    name: 'members-in-source',
    code: 'globalThis.o = {}; o.o = o; eval("o" + ".o".repeat(500000)) === o',
    expect: ['RangeError', { value: true }],
    why: 'a chain that the parser builds by a loop and others walk by recursion',
  },
  {
    name: 'additions-in-source',
    code: 'eval("1" + "+(1".repeat(300000) + ")".repeat(300000))',
    expect: ['RangeError', 'EvalError'],
    why: 'a tree that leans to the right',
  },
  {
    name: 'groups-in-a-pattern',
    code: 'new RegExp("(".repeat(500000) + ")".repeat(500000))',
    expect: ['SyntaxError', 'RangeError'],
    why: 'the parser of patterns is recursive',
  },
  {
    name: 'alternatives-in-a-pattern',
    code: 'new RegExp("(?:a|".repeat(100000) + "b" + ")".repeat(100000)).test("b")',
    expect: ['SyntaxError', 'RangeError', 'ERR_HEAP_LIMIT'],
    why: 'so is its compiler, which tells V8 that memory has run out when it is the stack that has',
  },
  {
    name: 'arrays-that-join-each-other',
    code: 'let a = []; for (let i = 0; i < 200000; i++) a = [a]; String(a)',
    limits: { timeout: 5000 },
    expect: overflow,
    why: 'a toString that calls toString, 200,000 deep',
  },
  {
    name: 'array-that-joins-itself',
    code: 'const a = [1]; a.push(a, [a, 2]); String(a)',
    expect: [{ value: '1,,,2' }],
    why: 'a cycle: the engine must notice',
  },
  {
    name: 'array-flattened-deep',
    code: 'let a = []; for (let i = 0; i < 200000; i++) a = [a]; a.flat(Infinity).length',
    limits: { timeout: 5000 },
    expect: ['RangeError', { value: 0 }],
    why: 'recursion in a builtin',
  },
  {
    name: 'rope-of-a-million-parts',
    code: 'let s = ""; for (let i = 0; i < 400000; i++) s = "a" + s + "b"; /b$/.test(s) && s.length',
    limits: { maxHeapSize: 128 * 2 ** 20, timeout: 5000 },
    expect: [{ value: 800_000 }],
    why: 'a tree that leans, made flat',
  },
  {
    name: 'generators-that-delegate-deep',
    code: 'function* g(n) { if (n > 0) yield* g(n - 1); else yield 1; } [...g(100000)].length',
    limits: { timeout: 5000 },
    expect: overflow,
    why: 'each resumption goes through all of them',
  },
  {
    name: 'promises-that-follow-each-other',
    code: 'let p = Promise.resolve(1); for (let i = 0; i < 30000; i++) { const q = p; p = (async () => q)(); } p',
    limits: { timeout: 5000 },
    expect: [{ value: 1 }],
    why: 'a chain of promises, settled one by one, that must not recurse',
  },
  {
    name: 'stack-traces-without-a-limit',
    code: '["Infinity", 2 ** 31 - 1, 1.43e9, 7e8].map((n) => { Error.stackTraceLimit = Number(n); const f = (i) => i === 0 ? new Error().stack : f(i - 1); return typeof f(5000); }).join()',
    limits: { timeout: 5000 },
    expect: [{ value: 'string,string,string,string' }, ...overflow, 'ERR_HEAP_LIMIT'],
    why: 'a size that a table of the engine has no room for',
  },
];
