// @ts-check
// A work that is measured for isolet and one peer in turns, in one process.
import { deepStrictEqual } from 'node:assert';
import { comparePair } from '../samples.mjs';

/** @typedef {import('../sandboxes/index.mjs').Limits} Limits */
/** @typedef {import('../sandboxes/index.mjs').Operation} Operation */
/** @typedef {import('../sandboxes/index.mjs').Sandbox} Sandbox */
/** @typedef {import('../sandboxes/index.mjs').Session} Session */
/** @typedef {import('../samples.mjs').Pair} Pair */
/** @typedef {import('./index.mjs').Contest} Contest */

export const mebibyte = 2 ** 20;

/** What most works have. The memory is isolated-vm's default. @type {Limits} */
export const usualLimits = { memory: 128 * mebibyte, value: mebibyte };

/**
 * @typedef {object} Prepared
 * @property {Operation} run
 * @property {() => unknown} close
 */

/**
 * One operation in a sandbox that was made before.
 * @param {(session: Session, sandbox: Sandbox) => Operation | null} operation null: the sandbox can't
 * @param {Limits} [limits]
 * @returns {(sandbox: Sandbox) => Promise<Prepared | null>}
 */
export function inSession(operation, limits = usualLimits) {
  return async (sandbox) => {
    const session = await sandbox.open(limits);
    const run = operation(session, sandbox);
    if (run !== null) return { run, close: session.close };
    await session.close();
    return null;
  };
}

/**
 * @param {(sandbox: Sandbox) => Promise<Prepared | null>} prepare
 * @param {unknown} expected what the operation must give: else it is not what is meant
 * @returns {(contest: Contest) => Promise<Pair | null>} null: one of the two can't
 */
export function compared(prepare, expected) {
  return async ({ ours, theirs, plan }) => {
    const a = await prepare(ours);
    const b = await prepare(theirs);
    const pair =
      a && b && (await comparePair(a.run, b.run, plan, (value) => deepStrictEqual(value, expected)));
    await a?.close();
    await b?.close();
    return pair;
  };
}
