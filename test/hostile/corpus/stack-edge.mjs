// @ts-check
// Stack: native code, ours and V8's, is called where there is almost no stack left.

/** The least that is accepted. */
const smallest = 512 * 2 ** 10;

/** Runs `code` with almost no stack left, from where the stack has just overflowed on upwards. @param {string} code */
const atTheEdge = (code) => `
  let reached = 0, wrong;
  const act = () => { ${code} };
  const dive = () => {
    try { dive(); } catch (e) { if (!(e instanceof RangeError)) wrong ??= String(e); }
    if (reached < 200) { reached++; try { act(); } catch (e) { if (!(e instanceof Error)) wrong ??= typeof e; } }
  };
  dive(); wrong ?? reached`;

/** @type {import('../hostile-case.mjs').Script[]} */
export const stackEdge = [
  {
    name: 'host-calls-at-the-edge',
    code: atTheEdge('echo({ a: [1, new Map([[1, { b: 2 }]]), new Error("x")] });'),
    host: ['echo'],
    limits: { timeout: 5000 },
    expect: [{ value: 200 }],
    why: 'our own code with almost no stack: writing, waiting, reading',
  },
  {
    name: 'host-calls-at-the-edge-of-a-small-stack',
    code: atTheEdge('echo({ a: [1, new Map([[1, { b: 2 }]]), new Error("x")] });'),
    host: ['echo'],
    limits: { stackSize: smallest, timeout: 5000 },
    expect: [{ value: 200 }],
    why: 'as above',
  },
  {
    name: 'host-errors-at-the-edge',
    code: atTheEdge('fail("x");'),
    host: ['fail'],
    limits: { stackSize: smallest, timeout: 5000 },
    expect: [{ value: 200 }],
    why: 'an error is made where there is no stack left',
  },
  {
    name: 'host-call-backs-at-the-edge',
    code: atTheEdge('call((x) => JSON.stringify(x), { a: 1 });'),
    host: ['call'],
    limits: { stackSize: smallest, timeout: 5000 },
    expect: [{ value: 200 }],
    why: 'as above, with a nested call',
  },
  {
    name: 'nested-scripts-at-the-edge',
    code: atTheEdge('run("[1, /x/, {}]");'),
    host: ['run'],
    limits: { stackSize: smallest, timeout: 5000 },
    expect: [{ value: 200 }],
    why: 'as above; the compiler, too',
  },
  {
    name: 'compilers-at-the-edge',
    code: atTheEdge(
      'new Function("a", "return (" + "[".repeat(50) + "]".repeat(50) + ")")(); new RegExp("(".repeat(30) + "a+" + ")".repeat(30) + reached).test("aaaa");',
    ),
    limits: { stackSize: smallest, timeout: 5000 },
    expect: [{ value: 200 }],
    why: 'native code that recurses where there is almost no stack left',
  },
  {
    name: 'intl-at-the-edge',
    code: atTheEdge(
      'new Intl.DateTimeFormat("th-u-ca-buddhist", { dateStyle: "full" }).format(0); "b".localeCompare("a", "sv"); (12345.6).toLocaleString("ar"); "a".normalize("NFKD"); new Intl.Segmenter("ja", { granularity: "word" }).segment("x y")[Symbol.iterator]().next();',
    ),
    limits: { stackSize: smallest, timeout: 20_000 },
    expect: [{ value: 200 }],
    why: 'ICU does not look how much stack is left',
  },
  {
    name: 'builtins-at-the-edge',
    code: atTheEdge(
      '[3, 1, 2].sort(); JSON.parse(JSON.stringify({ a: [{ b: 1 }] })); (2n ** 5000n).toString(); new Date().toString(); new Error("x").stack; "aXbX".replace(/X/g, "$&$&"); parseFloat("1e300"); (0.1).toFixed(20);',
    ),
    limits: { stackSize: smallest, timeout: 20_000 },
    expect: [{ value: 200 }],
    why: 'as above, by what keeps large buffers on the stack',
  },
  {
    name: 'wasm-compiled-at-the-edge',
    code: atTheEdge(
      'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 1, 11]))).exports.f();',
    ),
    limits: { stackSize: smallest, timeout: 20_000 },
    expect: [{ value: 200 }],
    why: 'as above, by another compiler',
  },
  {
    name: 'import-at-the-edge',
    code: atTheEdge('import("nothing").catch(() => {});'),
    limits: { stackSize: smallest, timeout: 5000 },
    expect: [{ value: 200 }],
    why: 'a callback of the embedder where there is no stack left',
  },
  {
    name: 'garbage-collected-at-the-edge',
    code: atTheEdge('const a = []; for (let i = 0; i < 20000; i++) a.push({ i, a: [i] });'),
    limits: { stackSize: smallest, timeout: 20_000 },
    expect: [{ value: 200 }],
    why: 'the collector and its callbacks run on the same stack',
  },
];
