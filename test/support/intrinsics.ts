/**
 * A script whose value describes, as JSON, every object that a script can reach in a fresh realm: a list of lines, one
 * for each object and each of its properties, by keys, attributes, prototypes and identity. An object is named by the
 * path on which it is first met, breadth-first from the global object with sorted keys, then from samples of what only
 * syntax makes.
 *
 * Accessors are compared as functions and never called; primitive values are compared as they are.
 */
export const describeIntrinsics = `(() => {
  'use strict';
  const lines = [];
  const paths = new Map();
  const queue = [];
  const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
  const pathOf = (object, path) => {
    if (!paths.has(object)) {
      paths.set(object, path);
      queue.push(object);
    }
    return paths.get(object);
  };
  const nameOf = (key) => (typeof key === 'symbol' ? '[' + key.description + ']' : key);
  const describeValue = (value, path) => {
    if (isObject(value)) return pathOf(value, path);
    if (typeof value === 'symbol') return value.toString();
    return typeof value + ' ' + (Object.is(value, -0) ? '-0' : String(value));
  };
  const flagsOf = (d) => (d.writable ? 'w' : '-') + (d.enumerable ? 'e' : '-') + (d.configurable ? 'c' : '-');
  const describe = (object) => {
    const path = paths.get(object);
    const head = [path, 'is', typeof object, Object.prototype.toString.call(object)];
    head.push(Object.isExtensible(object) ? 'open' : 'closed');
    head.push('proto ' + describeValue(Object.getPrototypeOf(object), path + '.<proto>'));
    if (typeof object === 'function') {
      let text;
      try { text = Function.prototype.toString.call(object); } catch (error) { text = String(error); }
      head.push(text);
    }
    lines.push(head.join(' '));
    const keys = Reflect.ownKeys(object).map((key) => [nameOf(key), key]);
    keys.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    for (const [name, key] of keys) {
      const d = Object.getOwnPropertyDescriptor(object, key);
      const at = path + '.' + name;
      const what = 'value' in d
        ? describeValue(d.value, at)
        : 'get ' + describeValue(d.get, at + '.<get>') + ' set ' + describeValue(d.set, at + '.<set>');
      lines.push(at + ' ' + flagsOf(d) + ' ' + what);
    }
  };

  const sloppyArguments = new Function('return arguments')(1);
  const strictArguments = (function () { return arguments; })(1);
  const iterators = [
    [][Symbol.iterator](), ''[Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](),
    ''.matchAll(/x/g), new Intl.Segmenter().segment('')[Symbol.iterator](), new Intl.Segmenter().segment(''),
  ];
  if (typeof Iterator === 'function') {
    iterators.push(Iterator.from({ next() {} }), [].values().map((x) => x), [].values().drop(0));
  }
  const samples = [
    sloppyArguments, strictArguments, ...iterators,
    function () {}, () => {}, class {}, class extends Array {}, { method() {} }.method,
    function* () {}, async function () {}, async () => {}, async function* () {},
    (function* () {})(), (async function* () {})(), (async () => {})(), (() => {}).bind(),
    [], {}, /x/, /x/d.exec('x'), new Date(0), new Error('x', { cause: 1 }), new AggregateError([]), new Proxy({}, {}),
    Object(1), Object('s'), Object(true), Object(1n), Object(Symbol.iterator), ((strings) => strings)\`a\${1}b\`,
    new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new Uint8Array(1), new Promise(() => {}),
    new WeakMap(), new WeakRef({}), new FinalizationRegistry(() => {}), Promise.withResolvers?.() ?? {},
    new WebAssembly.Memory({ initial: 0 }), new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
    new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))).exports,
    new Intl.NumberFormat('en'), new Intl.DateTimeFormat('en'), new Intl.Collator('en'), new Intl.Locale('en'),
  ];
  const walk = (object, path) => {
    pathOf(object, path);
    while (queue.length > 0) describe(queue.shift());
  };
  walk(globalThis, 'globalThis');
  for (const [index, sample] of samples.entries()) {
    // A stack names the script: it is the one thing here that may differ.
    if (sample instanceof Error) delete sample.stack;
    walk(sample, 'sample' + index);
  }
  return JSON.stringify(lines);
})()`;
