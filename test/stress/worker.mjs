// @ts-check
// A worker thread of the stress test: keeps honest runtimes, or attacks by sync calls, one round after another. It posts
// the right and wrong answers of each, and may be terminated in the middle.
import { parentPort, workerData } from 'node:worker_threads';
import { Random } from '../fuzz/random.mjs';
import { Answers } from './answers.mjs';
import { attack } from './attack.mjs';
import { kinds, live } from './honest/index.mjs';
import { Journal } from './journal.mjs';
import { SyncCalls } from './loop-watch.mjs';

/**
 * @typedef {object} WorkerData
 * @property {'honest' | 'hostile'} side
 * @property {number} seed
 * @property {number} rounds
 * @property {string} name no other worker has it
 */
const { side, seed, rounds, name } = /** @type {WorkerData} */ (workerData);

const random = new Random();
random.reset(seed, 0);
const calls = new SyncCalls();
const journal = new Journal(name);

for (let round = 0; round < rounds; round++) {
  const answers = new Answers();
  if (side === 'honest') await live(random.pick(kinds), random, answers, calls);
  else for (const wrong of await attack(random, 'sync', journal, calls)) answers.fail(wrong);
  parentPort?.postMessage({ right: answers.right, wrong: answers.wrong });
}
