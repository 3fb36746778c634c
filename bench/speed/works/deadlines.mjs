// @ts-check
// How late deadlines are.
import { quantile } from '../spread.mjs';
import { usualLimits } from './pair-work.mjs';

/** @typedef {import('../sandboxes/index.mjs').Sandbox} Sandbox */
/** @typedef {import('../sandboxes/index.mjs').Session} Session */
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
/** ms between two armed ones */
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
async function openAll(sandbox) {
  /** @type {Session[]} */
  const sessions = [];
  while (sessions.length < armedCount) {
    const session = await sandbox.open(usualLimits);
    await session.script('1 + 1')();
    sessions.push(session);
  }
  return sessions;
}

/** One after another, from `first` on. @param {readonly Session[]} sessions @param {number} first ms from now */
function arm(sessions, first) {
  return sessions.flatMap((session, index) => {
    const timeout = first + index * apart;
    const run = session.asyncScript('new Promise(() => {})', timeout);
    return run ? [latenessOf(run, timeout)] : [];
  });
}

/** @param {Contest} contest @returns {Promise<Deadlines | null>} */
async function measure({ theirs: sandbox, plan }) {
  const session = await sandbox.open(usualLimits);
  const run = session.limitedScript('for (;;);', short);
  if (run === null) return null;
  const sessions = sandbox.limitsPromises ? await openAll(sandbox) : [];
  const span = 4 * plan.budget;
  const end = performance.now() + span;
  // None of them is due while loops are stopped, which blocks the event loop.
  const armed = arm(sessions, span + 500);
  /** @type {number[]} */
  const stopped = [];
  while (performance.now() < end) stopped.push(await latenessOf(run, short));
  return {
    stopped: quantile(stopped, 0.99),
    armed: armed.length > 0 ? quantile(await Promise.all(armed), 0.99) : null,
  };
}

/** @type {Omit<Work, 'sandboxes'>} */
export const deadlines = { name: 'deadlines', title: 'lateness of deadlines', target: undefined, measure };
