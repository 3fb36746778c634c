// @ts-check
// A sandbox's whole life.
import { setImmediate } from 'node:timers/promises';
import { compared, usualLimits } from './pair-work.mjs';

/** @typedef {import('../sandboxes/index.mjs').Sandbox} Sandbox */
/** @typedef {import('./index.mjs').Work} Work */

/** @param {Sandbox} sandbox */
async function prepare(sandbox) {
  const run = async () => {
    const session = await sandbox.open(usualLimits);
    const value = await session.script('1 + 1')();
    await session.close();
    // As a server's does: what was closed is freed there.
    await setImmediate();
    return value;
  };
  return { run, close: () => {} };
}

/** @type {Omit<Work, 'sandboxes'>} */
export const creation = {
  name: 'create',
  title: 'make one, first eval, close; one after another',
  target: 1.3,
  targetFrom: 22,
  measure: compared(prepare, 2),
};
