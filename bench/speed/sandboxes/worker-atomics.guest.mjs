// @ts-check
// Inside the worker: does what the host has said, each time it is this side's turn.
import { Script } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { binds, Channel, calls, compiles, defines, guest, replies } from './worker-atomics.channel.mjs';

const channel = new Channel(workerData, guest);

/** Scripts and functions, by id. @type {((...args: any[]) => unknown)[]} */
const known = [];

/** @param {string} name @param {number} id */
function bind(name, id) {
  /** @type {any} */ (globalThis)[name] = (/** @type {unknown[]} */ ...args) => {
    channel.sayAll(calls, id, args);
    channel.handOver();
    return channel.value();
  };
}

function serve() {
  const { said, id } = channel;
  if (said === calls) return known[id]?.(...channel.values());
  const text = /** @type {string} */ (channel.value());
  if (said === binds) bind(text, id);
  else if (said === defines) known[id] = new Script(text).runInThisContext();
  else if (said === compiles) {
    const script = new Script(text);
    known[id] = () => script.runInThisContext();
  }
  return undefined;
}

/** @type {import('node:worker_threads').MessagePort} */ (parentPort).postMessage('started');
channel.waitForTurn();
for (;;) {
  channel.say(replies, 0, serve());
  channel.handOver();
}
