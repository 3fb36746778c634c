// @ts-check
// quickjs-emscripten: another engine, compiled to WebAssembly, with a memory limit and an interrupt handler. Each
// sandbox has a WebAssembly module of its own, which its README recommends where scripts are not trusted; it is dropped
// afterwards, not disposed of, as nothing outside it has to be freed.
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { hostFunctions } from '../../../test/hostile/host-functions.mjs';
import { limitsOf } from '../../../test/hostile/hostile-case.mjs';
import { withDeadline } from './deadline.mjs';

/** @typedef {import('./index.mjs').HostileCase} HostileCase */
/** @typedef {import('./index.mjs').Outcome} Outcome */

const require = createRequire(import.meta.url);
// Of no literal type: types are checked where no peer is installed.
/** @type {string} */
const packageName = 'quickjs-emscripten';
const { newQuickJSWASMModule, shouldInterruptAfterDeadline } = require(packageName);

/** @type {string} */
export const version = require(`${packageName}/package.json`).version;

// Values cross as JSON, which has no functions; those that are called, by handle.
export const lacks = ['everything'];

/**
 * Carries values between host and script: as JSON, bytes as bytes. What it needs of the realm it takes before a script
 * can patch it. Handles are disposed of at once: in a flood they would fill the memory.
 */
class Crossing {
  #vm;
  #parse;
  #isView;

  /** @param {any} vm */
  constructor(vm) {
    this.#vm = vm;
    this.#parse = vm.unwrapResult(vm.evalCode('JSON.parse'));
    this.#isView = vm.unwrapResult(vm.evalCode('ArrayBuffer.isView'));
  }

  /** @param {any} handle @returns {unknown} */
  take(handle) {
    const vm = this.#vm;
    const isView = vm.unwrapResult(vm.callFunction(this.#isView, vm.undefined, handle));
    if (!vm.dump(isView)) return vm.dump(handle);
    const buffer = vm.getProp(handle, 'buffer');
    const bytes = vm.getArrayBuffer(buffer);
    const copy = bytes.value.slice();
    bytes.dispose();
    buffer.dispose();
    return copy;
  }

  /** @param {unknown} value */
  give(value) {
    const vm = this.#vm;
    if (typeof value === 'string') return vm.newString(value);
    if (typeof value === 'number') return vm.newNumber(value);
    if (value === undefined) return vm.undefined;
    if (value instanceof Uint8Array) return this.#giveBytes(value);
    const text = vm.newString(JSON.stringify(value));
    const parsed = vm.unwrapResult(vm.callFunction(this.#parse, vm.undefined, text));
    text.dispose();
    return parsed;
  }

  /** @param {Uint8Array} bytes */
  #giveBytes(bytes) {
    const vm = this.#vm;
    const buffer = vm.newArrayBuffer(bytes.buffer);
    vm.setProp(vm.global, '$bytes', buffer);
    buffer.dispose();
    return vm.unwrapResult(vm.evalCode('new Uint8Array($bytes)'));
  }

  /** @param {Promise<unknown>} promise */
  givePromise(promise) {
    const vm = this.#vm;
    const deferred = vm.newPromise();
    deferred.settled.then(() => vm.runtime.executePendingJobs());
    promise.then(
      (value) => deferred.resolve(this.give(value)),
      (error) => deferred.reject(vm.newError({ name: error.name, message: error.message })),
    );
    return deferred.handle;
  }
}

/** @param {HostileCase} hostile @param {any} vm */
function offerHostFunctions(hostile, vm) {
  const crossing = new Crossing(vm);
  const functions = hostFunctions(() => undefined);
  /** @type {Record<string, (...handles: any[]) => unknown>} */
  const byHandle = {
    call: (fn, ...args) => vm.callFunction(fn, vm.undefined, ...args),
    run: (code) => vm.evalCode(vm.getString(code)),
  };
  for (const name of hostile.host ?? []) {
    const byValue = (/** @type {any[]} */ ...handles) => {
      const args = handles.map((handle) => crossing.take(handle));
      const value = /** @type {any} */ (functions)[name](...args);
      return value instanceof Promise ? crossing.givePromise(value) : crossing.give(value);
    };
    vm.newFunction(name, byHandle[name] ?? byValue).consume((/** @type {any} */ fn) =>
      vm.setProp(vm.global, name, fn),
    );
  }
}

/** What was thrown in the sandbox: limits are internal errors. @param {any} vm @param {any} handle */
function nameOf(vm, handle) {
  const thrown = vm.dump(handle);
  return String((thrown?.name === 'InternalError' ? thrown.message : thrown?.name) ?? 'a thrown value');
}

/** @param {HostileCase} hostile @param {any} vm @returns {Promise<Outcome>} */
async function evaluate(hostile, vm) {
  const result = vm.evalCode(hostile.code);
  if (result.error) return nameOf(vm, result.error);
  const jobs = vm.runtime.executePendingJobs();
  if (jobs.error) return nameOf(vm, jobs.error);
  const state = vm.getPromiseState(result.value);
  if (state.type === 'rejected') return nameOf(vm, state.error);
  if (state.type === 'fulfilled') return { value: vm.dump(state.value) };
  if (hostile.call !== 'async') return 'a pending promise';
  const settled = await vm.resolvePromise(result.value);
  return settled.error ? nameOf(vm, settled.error) : { value: vm.dump(settled.value) };
}

/** @type {import('./index.mjs').Sandbox['run']} */
export async function run(hostile) {
  const { maxHeapSize, timeout } = limitsOf(hostile);
  const quickjs = await newQuickJSWASMModule();
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(maxHeapSize);
  // The size of the stack stays as it is: a larger one than the default would pass the end of the module's own stack.
  runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + timeout));
  const vm = runtime.newContext();
  try {
    offerHostFunctions(hostile, vm);
    return await withDeadline(evaluate(hostile, vm), timeout, () => 'the timer of the host');
  } catch (error) {
    // An error of the WebAssembly module, or of the library.
    return error instanceof Error ? error.name : `not an error: ${inspect(error)}`;
  }
}
