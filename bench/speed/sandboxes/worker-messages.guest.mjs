// @ts-check
// Inside the worker: answers each message with one, in their order.
import { Script } from 'node:vm';
import { parentPort } from 'node:worker_threads';

const parent = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

/** @type {Map<string, Script>} */
const scripts = new Map();
/** @type {((...args: any[]) => any)[]} */
const functions = [];
/** Calls of the host's functions that it has not answered. @type {Map<number, (value: unknown) => void>} */
const pending = new Map();
let calls = 0;

/** @param {string} code */
function run(code) {
  let script = scripts.get(code);
  if (script === undefined) {
    script = new Script(code);
    scripts.set(code, script);
  }
  return script.runInThisContext();
}

/** @param {string} name */
function bind(name) {
  /** @type {any} */ (globalThis)[name] = (/** @type {unknown[]} */ ...args) =>
    new Promise((resolve) => {
      pending.set(++calls, resolve);
      parent.postMessage({ host: name, args, id: calls });
    });
}

/** @param {any} message */
function answer({ run: code, define, bind: name, call, args }) {
  if (code !== undefined) return run(code);
  if (call !== undefined) return functions[call]?.(...args);
  if (define !== undefined) functions.push(new Script(define).runInThisContext());
  else bind(name);
  return undefined;
}

parent.on('message', (message) => {
  if (message.settle !== undefined) {
    pending.get(message.settle)?.(message.value);
    pending.delete(message.settle);
    return;
  }
  const value = answer(message);
  if (value instanceof Promise) value.then((settled) => parent.postMessage({ value: settled }));
  else parent.postMessage({ value }, message.moves ? [value.buffer] : undefined);
});
