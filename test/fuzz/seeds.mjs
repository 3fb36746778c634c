// @ts-check
// Values to begin with: every kind that crosses (README, "Values"), in the shapes that the encoding tells apart.

/** @returns {unknown[]} */
export function seeds() {
  return [
    ...primitives(),
    ...builtIns(),
    ...buffers(),
    ...containers(),
    ...errors(),
    ...functions(),
    ...shared(),
  ];
}

function primitives() {
  const numbers = [
    0,
    -0,
    1,
    -1,
    63,
    64,
    -65,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 31,
    2 ** 53,
    0.1,
    NaN,
    Infinity,
    5e-324,
  ];
  const bigints = [0n, -1n, 2n ** 63n, -(2n ** 64n), 2n ** 64n - 1n, 3n ** 200n];
  const strings = [
    '',
    'a',
    '__proto__',
    'length',
    '0',
    '4294967294',
    'é'.repeat(40),
    'ж',
    '\ud800',
    'x'.repeat(200),
    '日本'.repeat(70),
  ];
  return [undefined, null, true, false, ...numbers, ...bigints, ...strings];
}

function builtIns() {
  const newestFlag = 'v'; // not in a literal: newer than the language this project is checked as
  return [
    new Date(0),
    new Date(NaN),
    new Date(8.64e15),
    /a/,
    /(?<year>\d{4})-(\w+)[^\]]\/\u{1F600}/dgimsuy,
    new RegExp(String.raw`[\p{L}--[a-z]]|(?=(x))(?<!y)\1`, newestFlag),
    /(?:)/,
    ...[1, -0, 'boxed', true, 7n].map(Object),
  ];
}

function buffers() {
  const bytes = Uint8Array.from({ length: 48 }, (_, i) => i * 5);
  /** @type {(new (buffer: ArrayBuffer, offset: number, length?: number) => unknown)[]} */
  const views = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  ];
  const whole = bytes.slice().buffer;
  const large = new ArrayBuffer(8192);
  return [
    new ArrayBuffer(0),
    whole,
    large,
    ...views.map((View) => new View(bytes.slice().buffer, 0)),
    ...views.map((View) => new View(bytes.slice().buffer, 8, 2)),
    new Float64Array(large, 16, 4),
    [new Uint8Array(large), large, new DataView(large, 4096)],
    [whole, new Uint16Array(whole, 2, 3), new Uint16Array(whole)],
    { before: new Uint8Array(whole), whole, after: new Float32Array(whole, 4, 2) },
    Buffer.from('pooled'),
    new Uint8Array(0),
  ];
}

function containers() {
  const named = Object.assign([1, 2, 3], { index: 0, input: 'abc', groups: undefined });
  const sparse = [];
  sparse[5] = 'five';
  sparse[4_000_000_000] = 'far';
  const special = ['__proto__', 'constructor', 'then', 'toString', 'length', 'get', 'value'];
  const gone = new Array(2 ** 32 - 1);
  const holes = Object.assign(new Array(5), { 0: 1, 2: 'three', 4: {} });
  /** @type {unknown} */
  let deep = 'bottom';
  for (let i = 0; i < 60; i++) deep = [[deep], { deep }, new Map([[deep, i]]), new Set([deep])][i % 4];
  return [
    [],
    [1, 2, 3],
    [1.5, 'a', null, undefined, true, 10n],
    [[], [[]], {}],
    holes,
    [...holes, holes],
    named,
    sparse,
    gone,
    new Array(70),
    Array.from({ length: 100 }, (_, i) => i),
    Array.from({ length: 80 }, (_, i) => ({ i })),
    {},
    { a: 1, b: 'two', c: [3], d: { e: null } },
    { 0: 'a', 1: 'b', 300: 'c', 4294967295: 'd', [-1]: 'e' },
    Object.fromEntries(special.map((name, i) => [name, i])),
    Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`key${i}`, i])),
    new Map(),
    new Map(
      /** @type {[unknown, unknown][]} */ ([
        ['a', 1],
        [1, 'a'],
        [NaN, -0],
      ]),
    ),
    new Map(
      /** @type {[unknown, unknown][]} */ ([
        [{}, []],
        [new Map(), new Set()],
      ]),
    ),
    new Set(),
    new Set([1, 'a', {}, 2n ** 70n, 2n ** 70n + 2n ** 64n]),
    deep,
  ];
}

function errors() {
  const classes = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];
  const custom = Object.assign(new Error('custom'), {
    name: 'CustomError',
    code: 'E_CUSTOM',
    detail: { a: [1] },
  });
  const bare = new Error();
  bare.stack = undefined;
  return [
    ...classes.map((Class) => new Class('message')),
    new AggregateError([new Error('one'), 2], 'several'),
    new Error('outer', { cause: new TypeError('inner', { cause: 'primitive' }) }),
    custom,
    bare,
    // What a thrown error's report looks like (native/isolate/exception_report.cc).
    {
      name: 'TypeError',
      message: 'x is not a function',
      stack: 'TypeError: x is not a function\n    at f (plugin.js:3:5)',
      cause: new Error('cause'),
      properties: { code: 'E_CODE', inner: [1] },
      value: { thrown: true },
      frames: [{ functionName: 'f', fileName: 'plugin.js', lineNumber: 3, columnNumber: 5 }],
    },
  ];
}

function functions() {
  const f = () => {};
  return [f, [f, f], { f, g: () => {}, nested: { f } }, new Map([['f', f]])];
}

function shared() {
  const one = { one: 1 };
  /** @type {Record<string, unknown>} */
  const cycle = { name: 'cycle', list: [] };
  cycle.self = cycle;
  cycle.list = [cycle, [cycle]];
  const map = new Map();
  map.set(map, map);
  const set = new Set();
  set.add(set);
  const error = new Error('self');
  error.cause = error;
  const date = new Date(1e12);
  return [
    [one, one, { one }],
    cycle,
    map,
    set,
    error,
    [date, date, [date]],
    { r: /x/g, list: [one, 'text', 'text'] },
  ];
}
