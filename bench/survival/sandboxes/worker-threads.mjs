// @ts-check
// A worker of node:worker_threads with resourceLimits; in it, the script in a context of node:vm. The context, because
// a worker's own global object has `process` and `require`: nobody who fears a script gives it those. The worker,
// because node:vm alone has no memory limit. The deadline is a timer of the host that terminates the worker: the
// timeout of node:vm covers no promise. There are no sync calls, so all are async.
import { Worker } from 'node:worker_threads';
import { hostFunctions } from '../../../test/hostile/host-functions.mjs';
import { limitsOf, mebibyte } from '../../../test/hostile/hostile-case.mjs';
import { withDeadline } from './deadline.mjs';

/** @typedef {import('./index.mjs').Outcome} Outcome */

export const version = process.versions.node;

// Values cross by structured clone, which has no functions; and a worker that waits for its host takes no nested call.
export const lacks = ['call', 'run', 'everything'];

const guest = new URL('worker-threads.guest.mjs', import.meta.url);

/** @param {unknown} error */
function plain(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return { name: error.name, message: error.message };
}

/**
 * Serves the calls of the guest, who sleeps until `signal` changes.
 * @param {import('node:worker_threads').MessagePort} port
 * @param {Int32Array} signal
 * @param {(message: object) => void} settle tells what became of a promise
 */
function serve(port, signal, settle) {
  const functions = hostFunctions(() => undefined);
  let promises = 0;
  const answer = (/** @type {string} */ name, /** @type {unknown[]} */ args) => {
    try {
      const value = /** @type {any} */ (functions)[name](...args);
      if (!(value instanceof Promise)) return { value };
      const promise = ++promises;
      value.then(
        (settled) => settle({ promise, value: settled }),
        (error) => settle({ promise, error: plain(error) }),
      );
      return { promise };
    } catch (error) {
      return { error: plain(error) };
    }
  };
  port.on('message', ({ name, args }) => {
    port.postMessage(answer(name, args));
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  });
}

/** @param {Worker} worker @returns {Promise<Outcome>} */
function outcomeOf(worker) {
  return new Promise((resolve) => {
    worker.on('message', (outcome) => resolve(outcome));
    worker.on('messageerror', (error) => resolve(error.name));
    worker.on('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      resolve(error?.code ?? error?.name ?? 'a thrown value'),
    );
    worker.on('exit', (code) => resolve(`the worker exited with ${code}`));
  });
}

/** @type {import('./index.mjs').Sandbox['run']} */
export async function run(hostile) {
  const { maxHeapSize, stackSize, timeout } = limitsOf(hostile);
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { code, host } = hostile;
  const worker = new Worker(guest, {
    workerData: { code, host: host ?? [], port: port2, signal },
    transferList: [port2],
    resourceLimits: {
      maxOldGenerationSizeMb: maxHeapSize / mebibyte,
      ...(stackSize === undefined ? {} : { stackSizeMb: stackSize / mebibyte }),
    },
    // What the script does to them is no business of the host's terminal.
    stdout: true,
    stderr: true,
  });
  serve(port1, signal, (message) => worker.postMessage(message));
  try {
    return await withDeadline(outcomeOf(worker), timeout, () => 'the timer of the host');
  } finally {
    port1.close();
    // Not awaited: it takes as long as the worker's code does not look whether it should end.
    void worker.terminate();
  }
}
