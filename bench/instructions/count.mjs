// @ts-check
// How many instructions a work takes, by valgrind.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fail, onPath } from '../../scripts/toolchain.mjs';

/** @typedef {import('./works.mjs').Work} Work */

/**
 * A build.
 * @typedef {object} Tree
 * @property {string} folder
 * @property {string} prebuild what ISOLET_PREBUILD has to be
 */

const child = fileURLToPath(new URL('repeat.mjs', import.meta.url));

/**
 * What else would make counts differ from run to run: V8 compiles and collects on other threads, when they get to it;
 * its hashes and random numbers have seeds.
 */
const steady = ['--single-threaded', '--hash-seed=1', '--random-seed=1'];

/** @param {string} name */
function needed(name) {
  return onPath(name) ?? fail(`Missing: ${name}`);
}

/**
 * Of a whole process, on one core: there both sides sleep as they wait, while a spin takes as many instructions as the
 * other side takes time.
 * @param {Tree} tree @param {Work} work @param {number} times
 */
function countProcess({ folder, prebuild }, work, times) {
  const command = [
    ...['-c', '0', needed('valgrind'), '--tool=callgrind', '--callgrind-out-file=/dev/null'],
    ...[process.execPath, ...steady, child, folder, work.name, String(times)],
  ];
  const { status, stderr } = spawnSync(needed('taskset'), command, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    // Nothing else of the environment: it lies on the stack, and moves what comes after it.
    env: { PATH: process.env.PATH, ISOLET_PREBUILD: prebuild },
  });
  const collected = /Collected : (\d+)/.exec(stderr)?.[1];
  if (status !== 0 || collected === undefined) fail(`${work.name} did not run under valgrind:\n${stderr}`);
  return Number(collected);
}

/** Of one operation: what a run of twice the length takes more. @param {Tree} tree @param {Work} work */
export function countOperation(tree, work) {
  const once = countProcess(tree, work, work.times);
  const twice = countProcess(tree, work, 2 * work.times);
  return (twice - once) / work.times;
}
