// @ts-check
// Runs one case in a child process and watches it from outside. Keeps the machine alive, whatever the case does.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { limitsOf, mebibyte } from '../../test/hostile/hostile-case.mjs';
import { residentOf } from '../../test/hostile/peak-memory.mjs';
import { tailOf } from '../../test/support/tail.mjs';

/** @typedef {import('../../test/hostile/hostile-case.mjs').HostileCase} HostileCase */
/** @typedef {import('./sandboxes/index.mjs').SandboxEntry} SandboxEntry */
/** @typedef {import('./verdict.mjs').Observation} Observation */

const runner = fileURLToPath(new URL('run-case.mjs', import.meta.url));

/** Bytes. No case has limits that would make this much right. */
const mostMemory = 6 * 1024 * mebibyte;
const lookEvery = 10;
/** ms until a sandbox is loaded; what a case may take counts from then. */
const startGuard = 30_000;
/** Characters */
const mostOutput = 2000;

/**
 * @param {SandboxEntry} sandbox
 * @param {HostileCase} hostile
 * @param {number} grace ms past the deadline, and again after the answer, until it is killed
 * @returns {Promise<Observation>}
 */
export function watchCase(sandbox, hostile, grace) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...sandbox.nodeArgs, runner, sandbox.module.href, hostile.name], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    /** @type {Observation} */
    const seen = { grown: 0, stderr: '' };
    const stderr = tailOf(child.stderr, mostOutput);

    let before = Number.POSITIVE_INFINITY;
    let latest = performance.now() + startGuard;
    const reports = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
    createInterface({ input: reports }).on('line', (line) => {
      const { started, peak, ...told } = JSON.parse(line);
      Object.assign(seen, told);
      if (started !== undefined) {
        before = started;
        latest = performance.now() + limitsOf(hostile).timeout + grace;
      } else latest = performance.now() + grace;
      if (peak !== undefined) seen.grown = Math.max(seen.grown, peak - before);
    });

    const timer = setInterval(() => {
      const resident = residentOf(child.pid ?? 0);
      seen.grown = Math.max(seen.grown, resident - before);
      if (resident > mostMemory) seen.killed ??= 'memory';
      else if (performance.now() > latest) seen.killed ??= 'time';
      if (seen.killed !== undefined) child.kill('SIGKILL');
    }, lookEvery);

    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(timer);
      if (code !== 0) seen.ended = signal ?? `exit code ${code}`;
      resolve({ ...seen, stderr: stderr() });
    });
  });
}
