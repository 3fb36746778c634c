// @ts-check
// CPU time of a process whose sandboxes wait, and of calls that come now and then: what is spent on waiting for the next.
import { setTimeout as sleep } from 'node:timers/promises';
import { usualLimits } from './pair-work.mjs';

/** @typedef {import('../sandboxes/index.mjs').Session} Session */
/** @typedef {import('./index.mjs').Contest} Contest */
/** @typedef {import('./index.mjs').Work} Work */

/**
 * @typedef {object} IdleCpu
 * @property {number} idle µs of CPU time in a second, while they wait
 * @property {number} call µs of CPU time for a call after a rest, of the whole process, without what the rest takes
 * @property {number | null} inside µs of that in the sandbox
 */

export const idleSandboxes = 10;
/** ms between calls. */
export const rest = 20;

/** µs since `before` */
function cpuSince(/** @type {NodeJS.CpuUsage} */ before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** @param {number} count @param {() => unknown} call @returns {Promise<number>} µs of CPU for each */
async function spaced(count, call) {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    await sleep(rest);
    await call();
  }
  return cpuSince(before) / count;
}

/** @param {Contest} contest @returns {Promise<IdleCpu | null>} */
async function measure({ theirs: sandbox, plan }) {
  /** @type {Session[]} */
  const sessions = [];
  for (let i = 0; i < idleSandboxes; i++) {
    const session = await sandbox.open(usualLimits);
    await session.script('1 + 1')();
    sessions.push(session);
  }
  const [session] = sessions;
  const fn = session?.fn('((a, b) => a + b)', 'numbers', 'numbers');
  if (!session || !fn) return null;

  const seconds = (3 * plan.budget) / 1000;
  // Compilers and collectors of the start are still at work.
  await sleep(1000);
  await fn(1, 2);
  const before = process.cpuUsage();
  await sleep(1000 * seconds);
  const idle = cpuSince(before) / seconds;

  const count = Math.ceil(plan.budget / 5);
  await spaced(count, () => fn(1, 2));
  const alone = await spaced(count, () => {});
  const inside = session.cpuTime?.();
  const call = await spaced(count, () => fn(1, 2));
  return {
    idle,
    call: call - alone,
    inside: session.cpuTime && inside !== undefined ? ((session.cpuTime() - inside) * 1000) / count : null,
  };
}

/** @type {Omit<Work, 'sandboxes'>} */
export const idleCpu = { name: 'idle-cpu', title: 'CPU time while idle', target: undefined, measure };
