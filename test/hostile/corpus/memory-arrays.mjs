// @ts-check
// Memory: arrays made large in one step, and builtins that make large ones without looking whether they should stop.

const fullOrRefused = ['ERR_HEAP_LIMIT', 'RangeError'];

/** @type {import('../hostile-case.mjs').Script[]} */
export const memoryArrays = [
  {
    name: 'one-huge-array-filled',
    code: 'new Array(2 ** 27).fill(0)',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    most: 192,
    why: '1 GiB by a builtin that polls no interrupts',
  },
  {
    name: 'largest-fast-array',
    code: 'const a = new Array(2 ** 25 - 1); a[0] = 1; a.length',
    expect: fullOrRefused,
    most: 320,
    why: 'the largest array that V8 allocates at once: 256 MiB of holes',
  },
  {
    name: 'many-fast-arrays',
    code: 'const a = []; for (;;) a.push(new Array(2 ** 22));',
    expect: fullOrRefused,
    why: '32 MiB each, of holes that nothing has touched',
  },
  {
    name: 'array-from-a-length',
    code: 'Array.from({ length: 2 ** 27 })',
    expect: fullOrRefused,
    most: 192,
    why: 'a builtin that grows its result step by step',
  },
  {
    name: 'array-that-doubles-by-concat',
    code: 'let a = [1]; for (;;) a = a.concat(a);',
    expect: fullOrRefused,
    why: 'each step is one allocation, the last one as large as the heap',
  },
  {
    name: 'flattened-array',
    code: 'const row = (x) => new Array(1000).fill(x); row(row(row(0))).flat(Infinity).length',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    why: 'a thousand million elements out of three thousand',
  },
  {
    name: 'sparse-array-filled',
    code: 'const a = []; a.length = 2 ** 32 - 1; a.fill(1)',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    most: 192,
    why: 'fill on an array in dictionary mode: each element one entry, no polling',
  },
  {
    name: 'sparse-array-concatenated',
    code: 'const a = []; a[2 ** 31] = 1; let b = a; for (;;) b = b.concat(a);',
    expect: fullOrRefused,
    why: 'lengths past 2 ** 32 - 1',
  },
  {
    name: 'sparse-array-made-dense',
    code: 'const a = new Array(2 ** 26); for (let i = 0; i < 2 ** 26; i += 2) a[i] = i; a.length',
    expect: fullOrRefused,
    most: 192,
    why: 'a dictionary that V8 at some point turns into one flat array',
  },
  {
    name: 'array-like-mapped',
    code: 'Array.prototype.map.call({ length: 2 ** 24 }, (x) => x).length',
    expect: [...fullOrRefused, { value: 16777216 }],
    most: 192,
    why: 'the result is allocated by the length that the array-like claims',
  },
  {
    name: 'array-sorted-with-a-copy',
    code: 'const a = Array.from({ length: 1500000 }, (_, i) => -i - 0.5); a.sort(); a.length',
    expect: ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT', { value: 1_500_000 }],
    why: 'sort copies all of it, and makes strings of all numbers to compare them',
  },
  {
    name: 'sort-of-an-array-like-without-end',
    code: 'Array.prototype.sort.call({ length: 2 ** 53 - 1 })',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'TypeError', 'ERR_TIMEOUT'],
    why: 'collects 2 ** 53 elements before it compares two',
  },
  {
    name: 'split-into-characters',
    code: '"x".repeat(2 ** 26).split("").length',
    expect: fullOrRefused,
    most: 704,
    why: 'one array of 512 MiB by a builtin in one go',
  },
  {
    name: 'all-matches',
    code: '"x".repeat(2 ** 25).match(/x/g).length',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    most: 384,
    why: 'grows a list by the results of a loop in native code',
  },
  {
    name: 'arguments-from-an-array-like',
    code: 'const f = function () { return arguments.length; }; f.apply(null, { length: 2 ** 27 })',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    most: 2304,
    why: 'makes a list of arguments before it looks at the stack',
  },
  {
    name: 'keys-of-a-long-string',
    code: 'Object.keys(new String("x".repeat(2 ** 25))).length',
    expect: fullOrRefused,
    most: 256,
    why: '32 million names out of one string object',
  },
  {
    name: 'entries-of-a-proxy',
    code: [
      'const keys = Array.from({ length: 200000 }, (_, i) => "k" + i);',
      'const p = new Proxy({}, { ownKeys: () => keys, getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) });',
      'const a = []; for (;;) a.push(Object.entries(p));',
    ].join('\n'),
    expect: ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT'],
    why: 'lists made in native code out of what a trap gives',
  },
  {
    name: 'json-that-only-opens-arrays',
    code: 'JSON.parse("[".repeat(2 ** 24 - 1))',
    expect: ['RangeError'],
    why: 'the parser keeps 40 bytes for each beside the heap, 660 MB, for text that is no JSON',
  },
  {
    name: 'json-that-only-opens-objects',
    code: `JSON.parse('{"a":'.repeat(3e6))`,
    expect: ['RangeError'],
    why: 'as above',
  },
  {
    name: 'json-with-many-properties',
    code: `JSON.parse('{' + '"":1,'.repeat(3e6) + '"b":1}')`,
    expect: ['RangeError'],
    why: 'as above: 100 bytes for each, until the object is whole',
  },
  {
    name: 'json-with-many-small-arrays',
    code: 'JSON.parse("[" + "[],".repeat(3000000) + "[]]").length',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    most: 256,
    why: '9 MB of text make 100 MB of objects, in native code',
  },
];
