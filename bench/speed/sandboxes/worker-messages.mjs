// @ts-check
// A worker of node:worker_threads that is spoken to by messages, the way its documentation describes. It is no wall: the
// code runs in the worker's own global scope, with `process` and `require`. A context of node:vm inside, which would be
// one of a kind, makes access to globals slower. All its calls are async. A deadline is a timer of the host's that
// terminates the worker.
import { Worker } from 'node:worker_threads';

/** @typedef {import('./index.mjs').Session} Session */

export const version = process.versions.node;

export const awaitsHost = true;

const guest = new URL('worker-messages.guest.mjs', import.meta.url);

/** The worker's end at the host. */
class Messenger {
  #worker;
  /** Calls without an answer, in their order, which is that of the answers. @type {((value: unknown) => void)[]} */
  #waiting = [];
  /** @type {Record<string, (...args: any[]) => unknown>} */
  handlers = {};

  /** @param {import('./index.mjs').Limits} limits */
  constructor({ memory }) {
    this.#worker = new Worker(guest, { resourceLimits: { maxOldGenerationSizeMb: memory / 2 ** 20 } });
    this.#worker.on('message', (message) => this.#take(message));
    // Calls that are terminated are never answered.
    this.#worker.on('error', (error) => {
      throw error;
    });
  }

  /** @param {{ value?: unknown, host?: string, args?: any[], id?: number }} message */
  #take({ value, host, args = [], id }) {
    if (host === undefined) this.#waiting.shift()?.(value);
    else this.#worker.postMessage({ settle: id, value: this.handlers[host]?.(...args) });
  }

  /** @param {object} message @param {import('node:worker_threads').TransferListItem[]} [moved] */
  ask(message, moved) {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#worker.postMessage(message, moved);
    });
  }

  end() {
    return this.#worker.terminate();
  }
}

/** @param {import('./index.mjs').Limits} limits @returns {Promise<Session>} */
export async function open(limits) {
  const messenger = new Messenger(limits);
  let functions = 0;

  /** @param {string} source @param {'copy' | 'move'} way */
  const define = (source, way) => {
    const id = functions++;
    messenger.ask({ define: source });
    if (way === 'copy') return (/** @type {any[]} */ ...args) => messenger.ask({ call: id, args });
    return (/** @type {Uint8Array} */ bytes) =>
      messenger.ask({ call: id, args: [bytes], moves: true }, [/** @type {ArrayBuffer} */ (bytes.buffer)]);
  };
  const run = (/** @type {string} */ code) => () => messenger.ask({ run: code });
  const runLimited = (/** @type {string} */ code, /** @type {number} */ timeout) => async () => {
    const timer = setTimeout(() => messenger.end(), timeout);
    const value = await messenger.ask({ run: code });
    clearTimeout(timer);
    return value;
  };
  // The first answer: the worker has started.
  await messenger.ask({ run: '0' });
  return {
    script: run,
    limitedScript: runLimited,
    asyncScript: run,
    fn: (source) => define(source, 'copy'),
    mover: (source) => define(source, 'move'),
    bind: (name, handler) => {
      messenger.handlers[name] = handler;
      messenger.ask({ bind: name });
    },
    close: () => messenger.end(),
  };
}
