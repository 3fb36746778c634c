// @ts-check
// Memory: objects of every kind that are kept, one by one, until the heap is full.

const full = ['ERR_HEAP_LIMIT'];

/** @type {import('../hostile-case.mjs').Script[]} */
export const memoryObjects = [
  {
    name: 'objects-in-an-array',
    code: 'const a = []; for (;;) a.push({ n: a.length });',
    expect: full,
    why: 'the plain leak',
  },
  {
    name: 'filled-arrays-in-an-array',
    code: 'const a = []; for (;;) a.push(new Array(1000).fill(a.length));',
    expect: full,
    why: 'on Node 24 this loop comes to no place where it can be terminated for a long while',
  },
  {
    name: 'catches-all-and-goes-on',
    code: 'const a = []; for (;;) { try { for (;;) a.push([a]); } catch {} finally { a.push({ a }); } }',
    expect: full,
    why: 'what ends a script must not be an exception that it can catch',
  },
  {
    name: 'closures',
    code: 'const a = []; for (;;) { const big = [a.length, 1, 2, 3]; a.push(() => big); }',
    expect: full,
    why: 'contexts kept by functions',
  },
  {
    name: 'map-entries',
    code: 'const m = new Map(); for (let i = 0; ; i++) m.set(i, [i]);',
    expect: full,
    why: 'a table that doubles: one allocation of half of its size',
  },
  {
    name: 'map-of-small-integers',
    code: 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i);',
    limits: { maxHeapSize: 2 ** 31, timeout: 30_000 },
    expect: ['RangeError', 'ERR_HEAP_LIMIT'],
    why: 'past the size that V8 allows a Map, where the heap limit would let it be',
  },
  {
    name: 'set-from-an-endless-iterator',
    code: 'new Set((function* () { for (let i = 0; ; i++) yield i + 0.5; })())',
    expect: full,
    why: 'a builtin that never comes back from its argument',
  },
  {
    name: 'object-from-endless-entries',
    code: 'Object.fromEntries((function* () { for (let i = 0; ; i++) yield ["k" + i, i]; })())',
    expect: full,
    why: 'as above, for objects in dictionary mode',
  },
  {
    name: 'weak-map-with-kept-keys',
    code: 'const w = new WeakMap(), a = []; for (;;) { const key = {}; a.push(key); w.set(key, [1, 2, 3]); }',
    expect: full,
    why: 'an ephemeron table that doubles',
  },
  {
    name: 'weak-references-to-garbage',
    code: 'for (;;) new WeakRef(new Array(100).fill(0));',
    expect: ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT'],
    why: 'garbage that the job itself keeps alive: KeepDuringJob',
  },
  {
    name: 'finalization-registrations',
    code: 'const r = new FinalizationRegistry(() => {}), a = []; for (;;) { const o = {}; a.push(o); r.register(o, a.length); }',
    expect: full,
    why: 'cells of a registry, and its table of tokens',
  },
  {
    name: 'properties-of-one-object',
    code: 'const o = {}; for (let i = 0; ; i++) o["key" + i] = i;',
    expect: full,
    why: 'a property dictionary that doubles, and internalized names',
  },
  {
    name: 'sparse-elements-of-one-object',
    code: 'const o = []; for (let i = 0; ; i++) o[(i * 7919) % 4294967295] = i;',
    expect: full,
    why: 'an elements dictionary that doubles',
  },
  {
    name: 'hidden-classes',
    code: 'const a = []; for (let i = 0; ; i++) { const o = {}; o["p" + i] = 1; o.q = 2; a.push(o); }',
    expect: full,
    why: 'a map of its own for each object, and a transition table that grows',
  },
  {
    name: 'symbols',
    code: 'const a = []; for (;;) a.push(Symbol("s" + a.length));',
    expect: full,
    why: 'symbols and their descriptions',
  },
  {
    name: 'registered-symbols',
    code: 'for (let i = 0; ; i++) Symbol.for("some longer registered name " + i);',
    expect: full,
    why: "the registry is a strong root: nothing of the script's keeps them",
  },
  {
    name: 'suspended-generators',
    code: 'const a = []; function* g() { yield 1; } for (;;) { const x = g(); x.next(); a.push(x); }',
    expect: full,
    why: 'suspended frames on the heap',
  },
  {
    name: 'suspended-large-frames',
    code: [
      'const names = Array.from({ length: 5000 }, (_, i) => "v" + i);',
      'const make = new Function("return function* () { let " + names.map((n) => n + " = {}").join() + "; yield; return [" + names + "]; }");',
      'const g = make(), a = []; for (;;) { const x = g(); x.next(); a.push(x); }',
    ].join('\n'),
    expect: full,
    why: 'each suspension saves 5,000 registers',
  },
  {
    name: 'pending-async-functions',
    code: 'const a = []; const wait = new Promise(() => {}); async function f() { await wait; } for (;;) a.push(f());',
    expect: full,
    why: 'reactions in one list that is never run',
  },
  {
    name: 'promise-all-of-an-endless-iterator',
    code: 'Promise.all((function* () { for (;;) yield 1; })())',
    expect: full,
    why: 'a builtin that makes a promise, a closure and a microtask for each element',
  },
  {
    name: 'microtasks-that-double',
    code: 'const task = () => { Promise.resolve().then(task); Promise.resolve().then(task); }; task();',
    expect: full,
    why: "the microtask queue's buffer is outside the heap",
  },
  {
    name: 'errors-with-stacks',
    code: 'Error.stackTraceLimit = 1e6; const a = []; function f(n) { if (n > 0) return f(n - 1); a.push(new Error("x")); } for (;;) f(500);',
    expect: full,
    why: 'each error keeps 500 frames',
  },
  {
    name: 'bigint-that-squares',
    code: 'let b = 3n; for (;;) b *= b;',
    expect: ['RangeError', 'ERR_HEAP_LIMIT', 'ERR_TIMEOUT'],
    why: 'one number of up to 128 MB; multiplying takes seconds near the end',
  },
  {
    name: 'bigint-shifted',
    code: 'const a = []; for (;;) a.push(1n << 1000000000n);',
    expect: ['RangeError', 'ERR_HEAP_LIMIT'],
    why: '125 MB in one step',
  },
  {
    name: 'intl-objects',
    code: 'const a = []; for (;;) a.push(new Intl.NumberFormat("de", { style: "currency", currency: "EUR" }));',
    expect: ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT'],
    why: "what ICU holds is malloc's, outside the heap",
  },
  {
    name: 'intl-date-formats',
    code: 'const a = []; for (;;) a.push(new Intl.DateTimeFormat("de", { dateStyle: "full", timeStyle: "full" }));',
    expect: ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT'],
    why: 'as above; some 100 KB each',
  },
  {
    name: 'intl-segments-of-a-long-text',
    code: 'const s = new Intl.Segmenter("en"), text = "word ".repeat(200000), a = []; for (;;) a.push(s.segment(text));',
    expect: ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT'],
    why: 'each holds a copy of the text, 2 MB, outside the heap',
  },
  {
    name: 'growth-in-a-finalization-callback',
    code: [
      'const kept = [];',
      'const registry = new FinalizationRegistry(() => { for (;;) kept.push([1, 2, 3]); });',
      'for (let i = 0; i < 1000; i++) registry.register({}, i);',
      'new Promise((resolve) => { const churn = () => { new Array(20000).fill({}); Promise.resolve().then(churn); }; churn(); })',
    ].join('\n'),
    call: 'async',
    expect: ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT'],
    why: 'grows when no call of the script is on the stack',
  },
  {
    name: 'growth-in-prepare-stack-trace',
    code: 'Error.prepareStackTrace = () => { const a = []; for (;;) a.push([a]); }; throw new Error("x");',
    expect: full,
    why: 'grows while its error is being read',
  },
  {
    name: 'growth-in-a-getter-of-the-result',
    code: '({ get x() { const a = []; for (;;) a.push([1, 2, 3]); } })',
    expect: full,
    why: 'grows while the answer is being written',
  },
  {
    name: 'growth-in-a-host-call-back',
    code: 'call(() => { const a = []; for (;;) a.push([a]); })',
    host: ['call'],
    expect: full,
    why: 'the runtime dies below a frame of the host',
  },
  {
    name: 'growth-after-an-await',
    code: '(async () => { await later(1); const a = []; for (;;) a.push([a]); })()',
    host: ['later'],
    call: 'async',
    expect: full,
    why: "grows on the event loop's turn, not in the first run",
  },
];
