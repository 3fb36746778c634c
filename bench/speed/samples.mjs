// @ts-check
// How long operations take: one alone, or two in turns.
import { spreadOf } from './spread.mjs';

/** @typedef {import('./sandboxes/index.mjs').Operation} Operation */
/** @typedef {import('./spread.mjs').Spread} Spread */

/**
 * Times in ms.
 * @typedef {object} Plan
 * @property {number} warmUp of each operation, at least once
 * @property {number} leadIn before each sample, untimed: the sandbox's thread sleeps by then, and where it wakes up on the
 *   core of the host's thread, the system takes up to 25 ms to move one of them away
 * @property {number} sample what one sample takes, at least
 * @property {number} budget for all samples, once there are the fewest
 * @property {number} fewest rounds
 * @property {number} most rounds
 */

/** @type {Record<import('./figures.mjs').PlanName, Plan>} */
export const plans = {
  thorough: { warmUp: 300, leadIn: 25, sample: 10, budget: 1200, fewest: 11, most: 101 },
  quick: { warmUp: 50, leadIn: 25, sample: 5, budget: 300, fewest: 5, most: 21 },
};

/** Times in ms. `ratio`: theirs by ours. @typedef {{ ours: Spread, theirs: Spread, ratio: Spread, rounds: number }} Pair */

/** Bound: the computation that is measured replaces it in the host's own realm. */
const now = performance.now.bind(performance);

/** An operation, and how often it has to run for a sample. */
class Sampler {
  #run;
  #isAsync = false;
  #times = 1;
  #timesBefore = 0;

  /** @param {Operation} run */
  constructor(run) {
    this.#run = run;
  }

  /** @param {Plan} plan @returns {Promise<unknown>} the operation's value */
  async warmUp({ warmUp, leadIn, sample }) {
    const begin = now();
    const first = this.#run();
    this.#isAsync = first instanceof Promise;
    const value = await first;
    let each = now() - begin;
    for (let times = 1; now() - begin < warmUp; times = Math.ceil(times * 1.5))
      each = await this.#time(times);
    this.#times = Math.max(1, Math.ceil(sample / each));
    this.#timesBefore = Math.floor(leadIn / each);
    return value;
  }

  /** ms of one operation */
  async take() {
    await this.#time(this.#timesBefore);
    return this.#time(this.#times);
  }

  // Two loops, as `await` costs as much as the cheapest operations take.
  /** @param {number} times */
  async #time(times) {
    const run = this.#run;
    const begin = now();
    if (this.#isAsync) for (let i = 0; i < times; i++) await run();
    else for (let i = 0; i < times; i++) run();
    return (now() - begin) / times;
  }
}

/** Budgets. What takes long has fewer rounds than the fewest: a minute for one figure is enough. */
const patience = 5;

/** @param {Plan} plan @param {(round: number) => Promise<void>} work */
async function repeat({ budget, fewest, most }, work) {
  const begin = now();
  const isOver = (/** @type {number} */ round) => {
    const used = (now() - begin) / budget;
    return round < fewest ? used > patience : round >= most || used > 1;
  };
  for (let round = 0; round === 0 || !isOver(round); round++) await work(round);
}

/**
 * In turns, so that what else the machine does meets both.
 * @param {Operation} ours
 * @param {Operation} theirs
 * @param {Plan} plan
 * @param {(value: unknown) => void} check of what each gives
 * @returns {Promise<Pair>}
 */
export async function comparePair(ours, theirs, plan, check) {
  const a = new Sampler(ours);
  const b = new Sampler(theirs);
  check(await a.warmUp(plan));
  check(await b.warmUp(plan));
  /** @type {number[]} */
  const ourSamples = [];
  /** @type {number[]} */
  const theirSamples = [];
  await repeat(plan, async (round) => {
    if (round % 2 === 0) ourSamples.push(await a.take());
    theirSamples.push(await b.take());
    if (round % 2 === 1) ourSamples.push(await a.take());
  });
  return {
    ours: spreadOf(ourSamples),
    theirs: spreadOf(theirSamples),
    ratio: spreadOf(theirSamples.map((theirs, round) => theirs / /** @type {number} */ (ourSamples[round]))),
    rounds: ourSamples.length,
  };
}

/** @param {Operation} run @param {Plan} plan @param {(value: unknown) => void} check @returns {Promise<Spread>} in ms */
export async function measureAlone(run, plan, check) {
  const sampler = new Sampler(run);
  check(await sampler.warmUp(plan));
  /** @type {number[]} */
  const samples = [];
  await repeat(plan, async () => {
    samples.push(await sampler.take());
  });
  return spreadOf(samples);
}
