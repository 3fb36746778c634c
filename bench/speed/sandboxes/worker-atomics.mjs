// @ts-check
// A worker of node:worker_threads that is called like a function: values are in memory that both share, and each side
// sleeps in Atomics.wait while the other works. Numbers and bytes lie there as they are, all else as node:v8 serializes
// it: chosen against messages taken by `receiveMessageOnPort`, which cost a call of the system's more. As little of a wall
// as with messages. A deadline would take a third thread.
import { Worker } from 'node:worker_threads';
import {
  binds,
  Channel,
  calls,
  compiles,
  defines,
  host,
  memoryFor,
  replies,
} from './worker-atomics.channel.mjs';

/** @typedef {import('./index.mjs').Session} Session */

export const version = process.versions.node;

export const awaitsHost = false;

const module = new URL('worker-atomics.guest.mjs', import.meta.url);

/** @param {import('./index.mjs').Limits} limits @returns {Promise<Session>} */
export async function open({ memory, value: largest }) {
  const shared = memoryFor(largest);
  const channel = new Channel(shared, host);
  const worker = new Worker(module, {
    workerData: shared,
    resourceLimits: { maxOldGenerationSizeMb: memory / 2 ** 20 },
  });
  // While it starts it may need the event loop, which must not sleep then.
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  let ids = 0;
  /** @type {((...args: any[]) => unknown)[]} */
  const handlers = [];

  /** Until the answer has come: serves what the guest calls meanwhile. */
  const answer = () => {
    channel.handOver();
    while (channel.said === calls) {
      channel.say(replies, 0, handlers[channel.id]?.(...channel.values()));
      channel.handOver();
    }
    return channel.value();
  };
  /** @param {number} how @param {string} source */
  const register = (how, source) => {
    const id = ids++;
    channel.say(how, id, source);
    answer();
    return (/** @type {unknown[]} */ ...args) => {
      channel.sayAll(calls, id, args);
      return answer();
    };
  };
  return {
    script: (code) => register(compiles, code),
    limitedScript: () => null,
    asyncScript: () => null,
    fn: (source) => register(defines, source),
    mover: () => null,
    bind: (name, handler) => {
      channel.say(binds, handlers.push(handler) - 1, name);
      answer();
    },
    close: () => worker.terminate(),
  };
}
