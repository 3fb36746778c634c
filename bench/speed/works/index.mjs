// @ts-check
// What is measured.
import { isolet, peers } from '../sandboxes/index.mjs';
import { computation } from './computation.mjs';
import { creation } from './creation.mjs';
import { crowd } from './crowd.mjs';
import { deadlines } from './deadlines.mjs';
import { evaluationWorks } from './evaluation.mjs';
import { idleCpu } from './idle-cpu.mjs';
import { idleMemoryWorks } from './idle-memory.mjs';
import { pool } from './pool.mjs';
import { preloaded } from './preloaded.mjs';
import { size } from './size.mjs';
import { valueWorks } from './values.mjs';

/** @typedef {import('../sandboxes/index.mjs').Sandbox} Sandbox */

/**
 * @typedef {object} Contest
 * @property {Sandbox} ours
 * @property {Sandbox} theirs
 * @property {import('../samples.mjs').Plan} plan
 */

/**
 * @typedef {object} Work
 * @property {string} name
 * @property {string} title
 * @property {number | undefined} target what the time of its first sandbox by ours should be at least
 * @property {number} [targetFrom] the major version of Node from which that holds
 * @property {readonly string[]} sandboxes those that it is measured for, each in a process of its own
 * @property {(contest: Contest) => Promise<unknown>} measure null: the sandbox can't
 */

/** @param {Omit<Work, 'sandboxes'>} work @param {readonly string[]} sandboxes @returns {Work} */
function over(work, sandboxes) {
  return { ...work, sandboxes };
}

const walled = peers.map(({ name }) => name).filter((name) => name !== 'node');
const alike = ['isolated-vm', 'worker-messages'];

/** A pair is isolet and a peer, in turns. @type {readonly Work[]} */
export const pairWorks = [
  ...[...evaluationWorks, ...valueWorks, creation].map((work) => over(work, walled)),
  over(computation, ['node', 'isolated-vm', 'worker-messages', 'node-vm']),
];

/** Those of one sandbox alone. @type {readonly Work[]} */
export const loneWorks = [
  // A thousand workers take minutes to start.
  ...idleMemoryWorks.map((work) =>
    over(work, [isolet.name, ...(work.count < 1000 ? alike : ['isolated-vm']), 'quickjs']),
  ),
  over(idleCpu, [isolet.name, ...alike]),
  over(crowd, [isolet.name, ...alike]),
  over(deadlines, [isolet.name, 'isolated-vm']),
  over(preloaded, [isolet.name]),
  over(pool, [isolet.name]),
  over(size, [isolet.name, ...alike, 'quickjs', 'node-vm']),
];

export const works = [...pairWorks, ...loneWorks];
