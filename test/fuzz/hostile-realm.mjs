// @ts-check
// A realm whose code has changed all that a decoder might touch by accident.
import { createContext, runInContext } from 'node:vm';

/** Patches intrinsics so that `trap` is called whenever code of the realm runs. */
const patch = `(trap) => {
  // Descriptors without a prototype: what is defined first must not be read as part of them.
  const { apply, defineProperty } = Reflect;
  const define = (object, key, descriptor) =>
    defineProperty(object, key, { __proto__: null, configurable: true, ...descriptor });
  const accessor = { __proto__: null, get() { trap(); }, set() { trap(); } };
  const names = ['a', 'b', 'name', 'message', 'stack', 'cause', 'errors', 'length', 'index', 'key', 'then', 'toJSON',
    'value', 'get', 'set', 'writable', 'enumerable', 'configurable', 'size', 'flags', 'source', 'lastIndex'];
  const indices = ['0', '1', '2', '3', '7', '300', '4294967294', '4294967295', '-1'];

  const classes = [Object, Array, Map, Set, Date, RegExp, String, Number, BigInt, Boolean, Error, ArrayBuffer, DataView,
    Uint8Array, Object.getPrototypeOf(Uint8Array), Function];
  for (const Class of classes) {
    for (const key of Reflect.ownKeys(Class.prototype)) {
      const { value, get, configurable } = Object.getOwnPropertyDescriptor(Class.prototype, key);
      if (!configurable || key === 'constructor') continue;
      if (typeof value === 'function') {
        define(Class.prototype, key, { __proto__: null, value() { trap(); return apply(value, this, arguments); } });
      } else if (get) {
        define(Class.prototype, key, { __proto__: null, get() { trap(); return apply(get, this, []); } });
      }
    }
    if (Object.getOwnPropertyDescriptor(Class, Symbol.species)?.configurable) {
      define(Class, Symbol.species, { __proto__: null, get() { trap(); return this; } });
    }
  }
  Error.prepareStackTrace = (error) => { trap(); return 'prepared'; };
  const instead = { __proto__: null, apply: trap, construct() { trap(); return {}; } };
  for (const Class of classes.slice(0, -2)) define(globalThis, Class.name, { value: new Proxy(Class, instead) });
  for (const key of indices) define(Array.prototype, key, accessor);
  for (const key of [...names, ...indices]) define(Object.prototype, key, accessor);
}`;

/** @typedef {{ object: object, patch: (trap: () => void) => void }} HostileRealm */

/** An object of a fresh context, and how to turn that hostile. @returns {HostileRealm} */
export function makeHostileRealm() {
  const context = createContext();
  return { object: runInContext('({})', context), patch: runInContext(patch, context) };
}
