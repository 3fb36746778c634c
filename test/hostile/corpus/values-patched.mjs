// @ts-check
// Values: the plugin patches its own realm. Our code inside it must not run what was patched, and the host gets the
// same values as from any other realm.

/** Made before the realm is patched: these lines are to test ours, not themselves. */
const made = [
  'const value = { list: [1, [2], , 4], map: new Map([["k", { v: 1 }]]), set: new Set([1, 2]), date: new Date(5), pattern: /a/gi, bytes: new Uint8Array([1, 2, 3]), error: new RangeError("r"), fn: () => "called", big: 10n, none: null };',
  'const mapGet = Map.prototype.get, getTime = Date.prototype.getTime, apply = Reflect.apply;',
].join('\n');

/** Crosses in both directions; `true` if all is as it should be. Runs nothing that may be patched. */
const crossed = [
  'const back = echo(value), seen = call((x) => x.n + 1, { n: 41 });',
  'let failed; try { fail("told"); } catch (e) { failed = e.message; }',
  [
    'seen === 42 && failed === "told" && back.list.length === 4 && back.list[1][0] === 2 && back.list[3] === 4',
    'back.bytes[2] === 3 && back.big === 10n && back.none === null && typeof back.fn === "function"',
    'apply(mapGet, back.map, ["k"]).v === 1 && apply(getTime, back.date, []) === 5',
  ].join(' && '),
].join('\n');

const throwing = 'function () { throw new Error("patched"); }';

/** @param {string} name @param {string} patch @param {string} why @returns {import('../hostile-case.mjs').Script} */
function patched(name, patch, why) {
  return {
    name,
    code: `${made}\n${patch};\n${crossed}`,
    host: ['echo', 'call', 'fail'],
    expect: [{ value: true }],
    why,
  };
}

/** @param {string} name @param {string} inside @param {string} why @returns {import('../hostile-case.mjs').Script} */
function whileStreamsLoad(name, inside, why) {
  return {
    name,
    code: [
      'const { defineProperties, defineProperty } = Object; let calls = 0;',
      `Object.defineProperties = (...all) => { if (calls++ === 0) { ${inside} } return defineProperties(...all); };`,
      'const found = typeof ReadableStream; [found, calls > 0];',
    ].join('\n'),
    expect: [{ value: ['function', true] }],
    why,
  };
}

/** @type {import('../hostile-case.mjs').Script[]} */
export const valuesPatched = [
  whileStreamsLoad(
    'stream-class-deleted-while-it-loads',
    'delete globalThis.ReadableStream;',
    "the library of streams runs in the plugin's realm, inside the getter of a global that is gone when it returns",
  ),
  whileStreamsLoad(
    'stream-class-assigned-while-it-loads',
    'globalThis.ReadableStream = 1;',
    'as above: it is a plain property by then',
  ),
  whileStreamsLoad(
    'stream-class-redefined-while-it-loads',
    'defineProperty(globalThis, "ReadableStream", { value: 1, writable: false, configurable: false });',
    'as above: it is one that nothing can change',
  ),
  whileStreamsLoad(
    'stream-class-read-while-it-loads',
    'ReadableStream;',
    'as above: it is loaded inside its own load',
  ),
  patched(
    'patched-then-of-objects',
    'Object.prototype.then = function (resolve) { resolve("stolen"); }',
    'each object becomes a thenable',
  ),
  patched(
    'patched-then-of-objects-by-a-getter',
    'Object.defineProperty(Object.prototype, "then", { get() { throw new Error("read"); } })',
    'each question whether it is a thenable throws',
  ),
  patched(
    'patched-iterator-of-arrays',
    `Array.prototype[Symbol.iterator] = ${throwing}`,
    'spread and destructuring of our own would run it',
  ),
  patched(
    'patched-iterators-of-all-kinds',
    `for (const p of [Map.prototype, Set.prototype, String.prototype, Object.getPrototypeOf(Uint8Array.prototype)]) p[Symbol.iterator] = ${throwing}`,
    'as above',
  ),
  patched(
    'patched-methods-of-functions',
    `Function.prototype.call = Function.prototype.apply = Function.prototype.bind = Function.prototype.toString = ${throwing}`,
    'uncurried methods of our own would run them',
  ),
  patched(
    'patched-methods-of-maps-and-sets',
    `for (const p of [Map.prototype, Set.prototype, WeakMap.prototype, WeakSet.prototype]) for (const k of ["get", "set", "has", "add", "delete", "forEach", "entries", "keys", "values"]) if (k in p) p[k] = ${throwing}; Object.defineProperty(Map.prototype, "size", { get: ${throwing} })`,
    'tables of our own would run them',
  ),
  patched(
    'patched-methods-of-arrays',
    `const own = ["push", "pop", "map", "forEach", "join", "slice", "concat", "indexOf", "shift", "splice", "keys", "values", "entries"]; for (let i = 0; i < own.length; i++) Array.prototype[own[i]] = ${throwing}`,
    'lists of our own would run them',
  ),
  patched(
    'patched-elements-of-arrays',
    'for (const k of [0, 1, 2, 3, 4]) Object.defineProperty(Array.prototype, k, { get() { return "inherited"; }, set() { throw new Error("set"); }, configurable: true })',
    'assignments to elements become calls',
  ),
  patched(
    'patched-properties-of-objects',
    'for (const k of ["name", "message", "stack", "cause", "code", "value", "get", "set", "length", "frames", "n", "v", "list", "map", "index"]) Object.defineProperty(Object.prototype, k, { __proto__: null, get() { return undefined; }, set() { throw new Error("set " + k); }, configurable: true })',
    'assignments to properties become calls, property descriptors get a get',
  ),
  patched(
    'patched-statics-of-object',
    `for (const k of ["defineProperty", "create", "keys", "assign", "freeze", "getOwnPropertyDescriptor", "getPrototypeOf", "setPrototypeOf", "entries"]) Object[k] = ${throwing}`,
    'the primordials that anyone would use',
  ),
  patched(
    'patched-statics-of-others',
    `const bad = ${throwing}; for (const o of [Reflect, JSON, Symbol, Promise, Array, Number, String, Math, Date, ArrayBuffer]) { const names = Reflect.ownKeys(o); for (let i = 0; i < names.length; i++) if (typeof o[names[i]] === "function" && names[i] !== "prototype" && o !== Reflect) o[names[i]] = bad; }`,
    'as above, all of them',
  ),
  patched(
    'patched-promises',
    `Promise.prototype.then = Promise.prototype.catch = Promise.prototype.finally = ${throwing}; Object.defineProperty(Promise, Symbol.species, { get: ${throwing} }); Promise.prototype.constructor = ${throwing}`,
    'awaiting, adopting and settling must not ask them',
  ),
  patched(
    'patched-errors',
    `for (const E of [Error, TypeError, RangeError]) { E.prototype.toString = ${throwing}; for (const k of ["name", "message", "stack", "cause"]) Object.defineProperty(E.prototype, k, { get() { return undefined; }, set() { throw 1; }, configurable: true }); }`,
    'errors that we make get their properties by definition, not by assignment',
  ),
  patched(
    'patched-constructors',
    'const names = Object.getOwnPropertyNames(globalThis); for (let i = 0; i < names.length; i++) if (/^[A-Z]/.test(names[i])) try { globalThis[names[i]] = undefined; } catch {}',
    'names of builtins mean nothing to native code',
  ),
  patched(
    'patched-species',
    `for (const C of [Array, Map, Set, Promise, RegExp, ArrayBuffer, Object.getPrototypeOf(Uint8Array)]) Object.defineProperty(C, Symbol.species, { get: ${throwing} }); Uint8Array.prototype.constructor = Array.prototype.constructor = ArrayBuffer.prototype.constructor = ${throwing}`,
    'copies must not ask who makes them',
  ),
  patched(
    'patched-getters-of-buffers',
    `const T = Object.getPrototypeOf(Uint8Array.prototype); for (const k of ["buffer", "byteLength", "byteOffset"]) Object.defineProperty(T, k, { get: ${throwing} }); Object.defineProperty(ArrayBuffer.prototype, "byteLength", { get: ${throwing} }); Object.defineProperty(T, Symbol.toStringTag, { get: ${throwing} })`,
    'sizes are asked of the engine, not of the realm',
  ),
  patched(
    'patched-methods-of-patterns-and-dates',
    `for (const k of ["exec", "test", "toString"]) RegExp.prototype[k] = ${throwing}; for (const k of ["source", "flags", "global"]) Object.defineProperty(RegExp.prototype, k, { get: ${throwing} }); for (const k of ["getTime", "valueOf", "toISOString"]) Date.prototype[k] = ${throwing}; Date.prototype[Symbol.toPrimitive] = ${throwing}`,
    'as above',
  ),
  patched(
    'patched-conversions-of-objects',
    `Object.prototype.toString = Object.prototype.valueOf = Object.prototype.toJSON = Object.prototype[Symbol.toPrimitive] = ${throwing}; Object.defineProperty(Object.prototype, Symbol.toStringTag, { get: ${throwing} })`,
    'no value of ours is converted by the realm',
  ),
  patched(
    'patched-prepare-stack-trace',
    'Error.prepareStackTrace = () => ({ length: 5 }); Error.stackTraceLimit = 0; Error.captureStackTrace = () => { throw 1; }',
    'errors that we make have stacks, too',
  ),
  patched(
    'patched-prototype-of-the-global',
    'try { Object.setPrototypeOf(globalThis, new Proxy(Object.prototype, { get() { throw 1; }, has() { throw 2; }, set() { throw 3; } })); } catch {}',
    'globals that are missing are looked for in a trap',
  ),
  patched(
    'frozen-realm',
    'for (const o of [Object.prototype, Array.prototype, Function.prototype, Error.prototype, Map.prototype, Promise.prototype]) Object.freeze(o); Object.preventExtensions(globalThis)',
    'assignments that are refused, names that cannot be shadowed by assignment',
  ),
  {
    name: 'patched-then-of-objects-async',
    code: 'Object.prototype.then = function (resolve) { resolve("stolen"); }; (async () => ({ a: 1 }))()',
    call: 'async',
    expect: [{ value: 'stolen' }],
    why: 'it is the plugin that gives another value, inside its own realm; the host calls nothing',
  },
  {
    name: 'patched-then-of-promises-async',
    code: 'Promise.prototype.then = function () { throw new Error("patched"); }; (async () => { await null; return later(5); })()',
    host: ['later'],
    call: 'async',
    expect: [{ value: 5 }, 'Error'],
    why: 'await does not ask then, but returning a promise does',
  },
  {
    name: 'patched-realm-and-a-host-error-that-escapes',
    code: 'Object.defineProperty(Object.prototype, "cause", { get() { throw 1; }, set() { throw 2; } }); Error.prototype.name = "Patched"; fail("told")',
    host: ['fail'],
    expect: ['RangeError', 'Patched', 'Error'],
    why: 'the original error is found by a private symbol',
  },
  {
    name: 'host-functions-replaced',
    code: 'const original = echo; globalThis.echo = () => "mine"; [echo(1), original(1), typeof Object.getOwnPropertyDescriptor(globalThis, "echo")]',
    host: ['echo'],
    expect: [{ value: ['mine', 1, 'object'] }],
    why: 'a plugin may replace what it sees, for itself only',
  },
];
