// @ts-check
// quickjs-emscripten, the default variant: "the fastest performance" by its README. One WebAssembly module for all, a
// QuickJS runtime for each sandbox: a module for each, which survives corrupted memory, takes longer to make. Objects
// cross as JSON: to build one by handles takes a call for each property. It has no async way: it works on the thread
// that calls it.
import { createRequire } from 'node:module';

/** @typedef {import('./index.mjs').Session} Session */
/** @typedef {import('./index.mjs').Kind} Kind */

const require = createRequire(import.meta.url);
// Of no literal type: types are checked where no peer is installed.
/** @type {string} */
const packageName = 'quickjs-emscripten';
const { getQuickJS, shouldInterruptAfterDeadline } = require(packageName);

/** @type {string} */
export const version = require(`${packageName}/package.json`).version;

export const awaitsHost = false;

/** Bytes that a WebAssembly memory can have here. */
const mostMemory = 2 ** 31 - 1;

const quickjs = await getQuickJS();

/** What a plugin's function is wrapped in, so that the host can give and take values of a kind. */
const takers = {
  bytes: '(fn) => (buffer) => fn(new Uint8Array(buffer))',
  object: '(fn) => (json) => fn(JSON.parse(json))',
};
const givers = {
  bytes: '(fn) => (...args) => fn(...args).buffer',
  object: '(fn) => (...args) => JSON.stringify(fn(...args))',
};

/** @param {any} vm @param {Kind} kind */
function giverOf(vm, kind) {
  if (kind === 'numbers') return (/** @type {number} */ value) => vm.newNumber(value);
  if (kind === 'text') return (/** @type {string} */ value) => vm.newString(value);
  if (kind === 'bytes') return (/** @type {Uint8Array} */ value) => vm.newArrayBuffer(value.buffer);
  return (/** @type {unknown} */ value) => vm.newString(JSON.stringify(value));
}

/** @param {any} vm @param {Kind} kind */
function takerOf(vm, kind) {
  if (kind === 'numbers') return (/** @type {any} */ handle) => vm.getNumber(handle);
  if (kind === 'text') return (/** @type {any} */ handle) => vm.getString(handle);
  if (kind === 'object') return (/** @type {any} */ handle) => JSON.parse(vm.getString(handle));
  // What it gives is a view of the module's memory, for as long as the handle lives.
  return (/** @type {any} */ handle) => {
    const lifetime = vm.getArrayBuffer(handle);
    const copy = lifetime.value.slice();
    lifetime.dispose();
    return copy;
  };
}

/** @param {any} vm @param {string} source @param {Kind} takes @param {Kind} gives */
function functionOf(vm, source, takes, gives) {
  let wrapped = `(${source})`;
  if (takes === 'bytes' || takes === 'object') wrapped = `(${takers[takes]})(${wrapped})`;
  if (gives === 'bytes' || gives === 'object') wrapped = `(${givers[gives]})(${wrapped})`;
  const fn = vm.unwrapResult(vm.evalCode(wrapped));
  const give = giverOf(vm, takes);
  const take = takerOf(vm, gives);
  const call = (/** @type {any[]} */ ...args) => {
    const handles = args.map(give);
    const result = vm.unwrapResult(vm.callFunction(fn, vm.undefined, ...handles));
    for (const handle of handles) handle.dispose();
    const value = take(result);
    result.dispose();
    return value;
  };
  return { call, fn };
}

/** @param {import('./index.mjs').Limits} limits @returns {Session} */
export function open({ memory }) {
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(Math.min(memory, mostMemory));
  const vm = runtime.newContext();
  /** Handles that have to be given back before the context can be. @type {any[]} */
  const held = [];

  const evaluate = (/** @type {string} */ code) => {
    const handle = vm.unwrapResult(vm.evalCode(code));
    const value = vm.getNumber(handle);
    handle.dispose();
    return value;
  };
  return {
    script: (code) => () => evaluate(code),
    limitedScript: (code, timeout) => () => {
      runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + timeout));
      try {
        return evaluate(code);
      } finally {
        runtime.removeInterruptHandler();
      }
    },
    asyncScript: () => null,
    fn: (source, takes, gives) => {
      const { call, fn } = functionOf(vm, source, takes, gives);
      held.push(fn);
      return call;
    },
    mover: () => null,
    bind: (name, handler) => {
      const call = (/** @type {any} */ a, /** @type {any} */ b) =>
        vm.newNumber(handler(vm.getNumber(a), vm.getNumber(b)));
      vm.newFunction(name, call).consume((/** @type {any} */ fn) => vm.setProp(vm.global, name, fn));
    },
    close: () => {
      for (const handle of held) handle.dispose();
      vm.dispose();
      runtime.dispose();
    },
  };
}
