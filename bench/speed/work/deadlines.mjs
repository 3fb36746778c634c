// @ts-check
// How late deadlines are.
import { quantile } from '../spread.mjs';
import { usualLimits } from './pair-work.mjs';

/** @typedef {import('../sandboxes/index.mjs').Sandbox} Sandbox */
/** @typedef {import('./index.mjs').Contest} Contest */
/** @typedef {import('./index.mjs').Work} Work */

/**
 * ms, p99
 * @typedef {object} Deadlines
 * @property {number} stopped of a call that computes, beside the armed ones
 * @property {number | null} armed of the armed ones themselves; null: promises have no deadline there
 */

export const armedCount = 500;
/** ms */
const short = 5;
/** ms until the first armed one, and between two: all are armed before the first is due. */
const first = 10_000;
const apart = 4;

/** @param {() => unknown} operation @param {number} timeout @returns {Promise<number>} ms */
async function latenessOf(operation, timeout) {
  const begin = performance.now();
  try {
    await operation();
  } catch {
    return performance.now() - begin - timeout;
  }
  throw new Error('the deadline did not stop it');
}

/** Each in a sandbox of its own. @param {Sandbox} sandbox */
async function arm(sandbox) {
  const begin = performance.now();
  /** @type {Promise<number>[]} */
  const latenesses = [];
  for (let i = 0; i < armedCount; i++) {
    const session = await sandbox.open(usualLimits);
    await session.script('1 + 1')();
    const timeout = first + i * apart - (performance.now() - begin);
    const run = session.asyncScript('new Promise(() => {})', timeout);
    if (run) latenesses.push(latenessOf(run, timeout));
  }
  return latenesses;
}

/** @param {Contest} contest @returns {Promise<Deadlines | null>} */
async function measure({ theirs: sandbox, plan }) {
  const session = await sandbox.open(usualLimits);
  const run = session.limitedScript('for (;;);', short);
  if (run === null) return null;
  const armed = sandbox.limitsPromises ? await arm(sandbox) : [];
  /** @type {number[]} */
  const stopped = [];
  for (let i = 0; i < plan.budget / 2; i++) stopped.push(await latenessOf(run, short));
  return {
    stopped: quantile(stopped, 0.99),
    armed: armed.length > 0 ? quantile(await Promise.all(armed), 0.99) : null,
  };
}

/** @type {Omit<Work, 'sandboxes'>} */
export const deadlines = { name: 'deadlines', title: 'lateness of deadlines', target: undefined, measure };
