// @ts-check
// Runs cases of the corpus in child processes, so that a death is a result: it is told with the case that ran, and a new
// process goes on with the next one. Keeps the machine alive, whatever a case does to its process.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mebibyte } from './hostile-case.mjs';
import { residentOf } from './peak-memory.mjs';

/** @typedef {import('./run-corpus.mjs').Report} Report */

/**
 * A process that did not come to its end by itself, with code 0.
 * @typedef {object} Death
 * @property {string} name the case that ran, or that had run last
 * @property {string} death a signal, an exit code, or why it was killed
 * @property {string} stderr
 */

/** @typedef {Report | Death} Result */

const runner = fileURLToPath(new URL('run-corpus.mjs', import.meta.url));

/** Bytes. No case has limits that would make this much right. */
const mostMemory = 6 * 1024 * mebibyte;
/** ms without a line. The longest builtin of the corpus takes seconds, and is waited for. */
const mostSilence = 180_000;
const lookEvery = 10;
/** V8 can print a trace of every collection of a dying heap. */
const mostStderr = 100_000;

/**
 * One process. @param {readonly string[]} names
 * @returns {Promise<{ results: Result[], rest: string[] }>} what is left to run
 */
function runOnce(names) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [runner, ...names], { stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Result[]} */
    const results = [];
    let started = 0;
    let finished = false;
    let stderr = '';
    let peak = 0;
    /** @type {string | undefined} */
    let killed;
    let heard = performance.now();
    const kill = (/** @type {string} */ why) => {
      killed ??= why;
      child.kill('SIGKILL');
    };
    const guard = setInterval(() => {
      peak = Math.max(peak, residentOf(child.pid ?? 0));
      if (peak > mostMemory) kill(`killed at ${Math.round(peak / mebibyte)} MiB`);
      if (performance.now() - heard > mostSilence) kill(`killed after ${mostSilence} ms of silence`);
    }, lookEvery);
    createInterface({ input: child.stdout }).on('line', (line) => {
      heard = performance.now();
      const message = JSON.parse(line);
      if (message.started !== undefined) started++;
      else if (message.finished) finished = true;
      else results.push(message);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr = (stderr + text).slice(-mostStderr);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(guard);
      if (finished && code === 0) return resolve({ results, rest: [] });
      const death = killed ?? signal ?? `exit code ${code}`;
      const name = names[Math.max(started, 1) - 1] ?? '';
      results.push({ name, death: finished ? `${death}, at exit` : death, stderr });
      resolve({ results, rest: names.slice(Math.max(started, 1)) });
    });
  });
}

/**
 * @param {readonly string[]} names
 * @param {(result: Result) => void} [onResult]
 */
export async function supervise(names, onResult) {
  /** @type {Result[]} */
  const all = [];
  for (let rest = names; rest.length > 0; ) {
    const once = await runOnce(rest);
    rest = once.rest;
    all.push(...once.results);
    for (const result of once.results) onResult?.(result);
  }
  return all;
}
