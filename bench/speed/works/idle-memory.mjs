// @ts-check
// What sandboxes hold that were used once and wait.
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { usualLimits } from './pair-work.mjs';

/** @typedef {import('./index.mjs').Contest} Contest */
/** @typedef {import('./index.mjs').Work} Work */

/** Resident bytes of each. @typedef {{ bytes: number }} IdleMemory */

export const counts = [1, 200, 1000];

/** ms until what was freed in the background is. */
const rest = 1000;
/** Workers start on threads of their own. */
const madeAtOnce = 8;

/** @param {number} count @returns {(contest: Contest) => Promise<IdleMemory>} */
function measureOf(count) {
  return async ({ theirs: sandbox }) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    collect();
    const before = process.memoryUsage.rss();
    /** @type {import('../sandboxes/index.mjs').Session[]} */
    const sessions = [];
    let left = count;
    const open = async () => {
      while (left-- > 0) {
        const session = await sandbox.open(usualLimits);
        await session.script('1 + 1')();
        sessions.push(session);
      }
    };
    await Promise.all(Array.from({ length: madeAtOnce }, open));
    await sleep(rest);
    collect();
    return { bytes: (process.memoryUsage.rss() - before) / sessions.length };
  };
}

/** @type {readonly (Omit<Work, 'sandboxes'> & { count: number })[]} */
export const idleMemoryWorks = counts.map((count) => ({
  count,
  name: `memory-${count}`,
  title: count === 1 ? 'one alone' : `each of ${count.toLocaleString('en')}`,
  target: 1,
  targetFrom: 22,
  measure: measureOf(count),
}));
