// @ts-check
// Time: an endless loop in every place where the engine runs code of the script.

const late = ['ERR_TIMEOUT'];

/** What loops, where any function will do. */
const loop = '() => { for (;;); }';

/** @type {import('../hostile-case.mjs').Script[]} */
export const timePlaces = [
  { name: 'loop', code: 'for (;;);', expect: late, why: 'the plain loop' },
  {
    name: 'loop-async',
    code: 'for (;;);',
    call: 'async',
    expect: late,
    why: 'the host does not wait meanwhile, and its event loop must go on',
  },
  {
    name: 'loop-that-catches',
    code: 'for (;;) { try { for (;;); } catch {} finally { for (;;); } }',
    expect: late,
    why: 'what stops a script must not be an exception that it can catch',
  },
  {
    name: 'loop-of-hot-code',
    code: 'let s = 0; const f = (n) => { for (let i = 0; i < n; i++) s = (s + i * i) | 0; }; for (;;) f(1000);',
    expect: late,
    why: 'optimized machine code must look whether it is to stop',
  },
  {
    name: 'loop-in-a-microtask',
    code: `Promise.resolve().then(${loop}); 1`,
    expect: late,
    why: 'runs after the script has given its value',
  },
  {
    name: 'microtasks-without-end',
    code: 'const again = () => { Promise.resolve().then(again); }; again(); 1',
    expect: late,
    why: 'each is short, there is always a next one',
  },
  {
    name: 'detached-async-function',
    code: '(async () => { for (;;) await null; })(); 1',
    call: 'async',
    expect: [...late, { value: 1 }],
    why: 'goes on after the call has its value',
  },
  {
    name: 'promise-that-never-settles',
    code: 'new Promise(() => {})',
    call: 'async',
    expect: late,
    why: 'the deadline covers the whole promise',
  },
  {
    name: 'loop-in-a-finalization-callback',
    code: [
      `const registry = new FinalizationRegistry(${loop});`,
      'for (let i = 0; i < 10000; i++) registry.register({}, i);',
      'new Promise((resolve) => { let n = 0; const churn = () => { new Array(50000).fill({}); if (++n < 3000) Promise.resolve().then(churn); }; churn(); })',
    ].join('\n'),
    call: 'async',
    limits: { timeout: 1500 },
    expect: late,
    why: 'runs as a task of the platform, on no call of the script',
  },
  {
    name: 'loop-in-value-of',
    code: `+{ valueOf: ${loop} }`,
    expect: late,
    why: 'a conversion in the middle of an expression',
  },
  {
    name: 'loop-in-a-sort-comparator',
    code: `[3, 1, 2].sort(${loop})`,
    expect: late,
    why: 'called by a builtin',
  },
  {
    name: 'loop-in-to-json',
    code: `JSON.stringify({ a: [{ toJSON: ${loop} }] })`,
    expect: late,
    why: 'as above',
  },
  {
    name: 'loop-in-a-generator',
    code: 'const g = (function* () { try { yield 1; } finally { for (;;); } })(); for (const x of g) break;',
    expect: late,
    why: 'closing the iterator runs the finally',
  },
  {
    name: 'loop-in-an-iterator-of-a-builtin',
    code: 'new Map({ [Symbol.iterator]: () => ({ next() { return { done: false, value: [1, 2] }; } }) })',
    expect: late,
    why: 'endless, without growing',
  },
  {
    name: 'loop-in-species',
    code: 'class A extends Array { static get [Symbol.species]() { for (;;); } } A.from([1]).map((x) => x)',
    expect: late,
    why: 'asked in the middle of a builtin',
  },
  {
    name: 'loop-in-has-instance',
    code: `({}) instanceof { [Symbol.hasInstance]: ${loop} }`,
    expect: late,
    why: 'asked by an operator',
  },
  {
    name: 'loop-in-a-prototype-trap',
    code: `Object.prototype.isPrototypeOf.call({}, new Proxy({}, { getPrototypeOf: ${loop} }))`,
    expect: late,
    why: 'as above, by a proxy',
  },
  {
    name: 'wait-of-atomics',
    code: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
    expect: [...late, 'TypeError'],
    why: 'the thread sleeps in the kernel and uses no time of the processor',
  },
  {
    name: 'wait-of-atomics-async',
    code: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
    call: 'async',
    expect: [...late, 'TypeError'],
    why: 'as above',
  },
  {
    name: 'loop-in-wasm',
    code: 'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]))).exports.f()',
    expect: late,
    why: 'machine code of another compiler',
  },
  {
    name: 'loop-in-a-wasm-start-function',
    code: 'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11])))',
    expect: late,
    why: 'runs while the instance is made',
  },
  {
    name: 'loop-in-an-async-wasm-instantiation',
    code: 'WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]))',
    call: 'async',
    expect: late,
    why: 'compiled by the worker pool of the process, then run as a task',
  },
  {
    name: 'loop-of-wasm-tail-calls',
    code: 'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 6, 1, 4, 0, 18, 0, 11]))).exports.f()',
    expect: late,
    why: 'optimized code looks for no interrupt in a function that calls nothing, and return_call counts as no call',
  },
];
