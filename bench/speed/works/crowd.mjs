// @ts-check
// Many sandboxes that compute at once, on few cores: what all of them get done, and how long one more has to wait.
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../spread.mjs';
import { usualLimits } from './pair-work.mjs';

/** @typedef {import('../sandboxes/index.mjs').Sandbox} Sandbox */
/** @typedef {import('../sandboxes/index.mjs').Session} Session */
/** @typedef {import('./index.mjs').Contest} Contest */
/** @typedef {import('./index.mjs').Work} Work */

/** ms @typedef {{ median: number, p99: number, most: number }} Latency */

/**
 * @typedef {object} Crowd
 * @property {number} throughput of the crowd, by that of one sandbox for each core
 * @property {Latency | null} call of one more sandbox's function; null: it has no sync way
 * @property {Latency} asyncEval
 */

export const crowdSize = 50;
const rounds = 3;
/** ms between calls of one more. */
const pause = 5;

/** Some 10 ms; wrapped, so that it leaves no globals. */
const chunk = '(() => { let x = 0; for (let i = 0; i < 5e6; i++) x = (x * 31 + i) | 0; return x & 1; })()';

/** @param {Session} session */
function chunkOf(session) {
  return /** @type {() => unknown} */ (session.asyncScript(chunk));
}

/** Sandboxes that compute until told to stop. */
class Computing {
  #isOver = false;
  #done = 0;
  #ends;
  /** Until each has done one chunk: before that, some have not begun. */
  #underWay;

  /** @param {readonly Session[]} sessions */
  constructor(sessions) {
    const begun = sessions.map((session) => Promise.resolve(chunkOf(session)()));
    this.#ends = sessions.map(async (session, index) => {
      await begun[index];
      await this.#loop(session);
    });
    this.#underWay = Promise.all(begun);
  }

  /** @param {Session} session */
  async #loop(session) {
    const run = chunkOf(session);
    while (!this.#isOver) {
      await run();
      this.#done++;
    }
  }

  /** Chunks done in a ms. @param {number} ms to count */
  async rate(ms) {
    await this.#underWay;
    const before = this.#done;
    const begin = performance.now();
    await sleep(ms);
    return (this.#done - before) / (performance.now() - begin);
  }

  async stop() {
    this.#isOver = true;
    await Promise.all(this.#ends);
  }
}

/** @param {() => unknown} call @param {number} ms @returns {Promise<Latency>} */
async function latencyOf(call, ms) {
  /** @type {number[]} */
  const seen = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const begin = performance.now();
    await call();
    seen.push(performance.now() - begin);
    await sleep(pause);
  }
  return { median: quantile(seen, 0.5), p99: quantile(seen, 0.99), most: quantile(seen, 1) };
}

/** @param {Sandbox} sandbox @param {number} count */
async function openMany(sandbox, count) {
  /** @type {Session[]} */
  const sessions = [];
  while (sessions.length < count) sessions.push(await sandbox.open(usualLimits));
  return sessions;
}

/** @param {Contest} contest @returns {Promise<Crowd | null>} */
async function measure({ theirs: sandbox, plan }) {
  const sessions = await openMany(sandbox, crowdSize);
  const [more] = await openMany(sandbox, 1);
  const few = sessions.slice(0, availableParallelism());
  const fn = more?.fn('((a, b) => a + b)', 'numbers', 'numbers');
  const asyncEval = more?.asyncScript('1 + 1');
  if (!fn || !asyncEval) return null;
  await asyncEval();

  const span = 2 * plan.budget;
  /** @type {number[]} */
  const ratios = [];
  for (let round = 0; round < rounds; round++) {
    const byCores = new Computing(few);
    const fewRate = await byCores.rate(span);
    await byCores.stop();
    const byCrowd = new Computing(sessions);
    ratios.push((await byCrowd.rate(span)) / fewRate);
    await byCrowd.stop();
  }
  const crowd = new Computing(sessions);
  const call = fn(1, 2) instanceof Promise ? null : await latencyOf(() => fn(1, 2), 3 * span);
  const result = { throughput: quantile(ratios, 0.5), call, asyncEval: await latencyOf(asyncEval, 3 * span) };
  await crowd.stop();
  return result;
}

/** @type {Omit<Work, 'sandboxes'>} */
export const crowd = { name: 'crowd', title: `${crowdSize} compute at once`, target: undefined, measure };
