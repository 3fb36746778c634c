// @ts-check
// Runs cases of the corpus in child processes, so that a death is a result: it is told with the case that ran, and a new
// process goes on with the next one. Keeps the machine alive, whatever a case does to its process.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tailOf } from '../support/tail.mjs';
import { mebibyte } from './hostile-case.mjs';
import { residentOf } from './peak-memory.mjs';

/** @typedef {import('./run-corpus.mjs').Report} Report */

/**
 * A process that did not come to its end by itself, with code 0 and without a word on stdout.
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
/** Characters. V8 can print a trace of every collection of a dying heap. */
const mostOutput = 100_000;

/**
 * Kills the process if it takes too much memory, or is silent for too long.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {{ heard(): void, stop(): string | undefined }} `stop` tells why it was killed, if it was
 */
function guard(child) {
  let lastHeard = performance.now();
  /** @type {string | undefined} */
  let killed;
  const timer = setInterval(() => {
    const resident = residentOf(child.pid ?? 0);
    if (resident > mostMemory) killed ??= `killed at ${Math.round(resident / mebibyte)} MiB`;
    if (performance.now() - lastHeard > mostSilence) killed ??= `killed after ${mostSilence} ms of silence`;
    if (killed !== undefined) child.kill('SIGKILL');
  }, lookEvery);
  return {
    heard() {
      lastHeard = performance.now();
    },
    stop() {
      clearInterval(timer);
      return killed;
    },
  };
}

/**
 * One process. @param {readonly string[]} names @param {(result: Result) => void} onResult
 * @returns {Promise<readonly string[]>} what is left to run
 */
function runOnce(names, onResult) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [runner, ...names], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const guarding = guard(child);
    const stdout = tailOf(child.stdout, mostOutput);
    const stderr = tailOf(child.stderr, mostOutput);
    let started = 0;
    let finished = false;
    const reports = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
    createInterface({ input: reports }).on('line', (line) => {
      guarding.heard();
      const message = JSON.parse(line);
      if (message.started !== undefined) started++;
      else if (message.finished) finished = true;
      else onResult(message);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const done = Math.max(started, 1);
      let death = guarding.stop();
      if (!finished || code !== 0) death ??= `${signal ?? `exit code ${code}`}${finished ? ', at exit' : ''}`;
      // What the engine prints comes through a buffer of its own: by which case is not known.
      else if (stdout() !== '') death ??= `something was printed on the host's stdout: ${stdout()}`;
      if (death !== undefined) onResult({ name: names[done - 1] ?? '', death, stderr: stderr() });
      resolve(names.slice(done));
    });
  });
}

/** @param {readonly string[]} names @param {(result: Result) => void} [onResult] called as they come */
export async function supervise(names, onResult) {
  /** @type {Result[]} */
  const results = [];
  const add = (/** @type {Result} */ result) => {
    results.push(result);
    onResult?.(result);
  };
  for (let rest = names; rest.length > 0; ) rest = await runOnce(rest, add);
  return results;
}
