// @ts-check
// Inside the worker: runs the script in a context of its own, and passes its calls on to the host.
import { createContext, runInContext } from 'node:vm';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

const { code, host, port, signal } = workerData;
const parent = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

/** @type {Map<number, { resolve(value: unknown): void, reject(error: unknown): void }>} */
const pending = new Map();

/** @param {{ name: string, message: string }} plain */
function revive({ name, message }) {
  return Object.assign(new Error(message), { name });
}

/** A sync call: a message, a sleep, and the answer. @param {string} name @param {unknown[]} args */
function callHost(name, args) {
  Atomics.store(signal, 0, 0);
  port.postMessage({ name, args });
  Atomics.wait(signal, 0, 0);
  const { value, error, promise } = /** @type {any} */ (receiveMessageOnPort(port)).message;
  if (error !== undefined) throw revive(error);
  if (promise === undefined) return value;
  return new Promise((resolve, reject) => pending.set(promise, { resolve, reject }));
}

parent.on('message', ({ promise, value, error }) => {
  const settle = pending.get(promise);
  pending.delete(promise);
  if (error === undefined) settle?.resolve(value);
  else settle?.reject(revive(error));
});

const context = createContext({});
for (const name of host) context[name] = (/** @type {unknown[]} */ ...args) => callHost(name, args);

/** @type {unknown} */
let outcome;
try {
  outcome = { value: await runInContext(code, context) };
  parent.postMessage(outcome);
} catch (error) {
  parent.postMessage(String(/** @type {any} */ (error)?.name));
}
