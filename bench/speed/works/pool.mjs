// @ts-check
// Runtimes that were made ahead.
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../spread.mjs';
import { usualLimits } from './pair-work.mjs';

/** @typedef {import('./index.mjs').Contest} Contest */
/** @typedef {import('./index.mjs').Work} Work */

/**
 * ms
 * @typedef {object} Acquisition
 * @property {number} median
 * @property {number} p99
 * @property {number} withEval median of acquiring one and its first evaluation
 */

/** ms between looks at whether the pool is full again. */
const pace = 5;

/** @param {Contest} contest @returns {Promise<Acquisition>} */
async function measure({ plan }) {
  const { isolet } = await import('../../../test/support/isolet.mjs');
  const size = 2;
  const pool = new isolet.RuntimePool({ runtime: { maxHeapSize: usualLimits.memory }, size });
  /** @type {number[]} */
  const acquiring = [];
  /** @type {number[]} */
  const evaluating = [];
  for (let i = 0; i < plan.most; i++) {
    while (pool.getStats().ready < size) await sleep(pace);
    const begin = performance.now();
    const runtime = pool.acquire();
    acquiring.push(performance.now() - begin);
    runtime.eval('1 + 1');
    evaluating.push(performance.now() - begin);
    runtime.close();
  }
  pool.close();
  return {
    median: quantile(acquiring, 0.5),
    p99: quantile(acquiring, 0.99),
    withEval: quantile(evaluating, 0.5),
  };
}

/** @type {Omit<Work, 'sandboxes'>} */
export const pool = { name: 'pool', title: 'runtimes made ahead', target: undefined, measure };
