// @ts-check
// Watches the process of the stress test from outside: whether it lives, answers, and keeps its memory.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mebibyte } from '../hostile/hostile-case.mjs';
import { residentOf } from '../hostile/peak-memory.mjs';
import { tailOf } from '../support/tail.mjs';

const program = fileURLToPath(new URL('run.mjs', import.meta.url));

/** Bytes. */
const mostMemory = 6 * 1024 * mebibyte;
/** ms without a beat. */
const mostSilence = 60_000;
/** ms from the end of the time given, for what is under way to end, and all to be released. */
const mostDelay = 480_000;
const lookEvery = 50;
const mostStderr = 20_000;
/** Cases that are told if the process ends: those running, and so many that had ended last. */
const lastCases = 20;

/** What became of the cases that the process told of. */
export class Cases {
  /** @type {Map<string, string>} */
  #running = new Map();
  /** @type {string[]} */
  #ended = [];
  /** @type {Map<string, number>} */
  #outcomes = new Map();

  /** @param {import('./journal.mjs').Event} event */
  note({ started, name, how, ended, outcome = '' }) {
    if (started !== undefined) this.#running.set(started, `${started} ${name} (${how})`);
    if (ended === undefined) return;
    this.#ended.push(`${this.#running.get(ended)}: ${outcome}`);
    this.#ended = this.#ended.slice(-lastCases);
    this.#running.delete(ended);
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }

  /** Most frequent first; the last are those whose worker was terminated. */
  get outcomes() {
    const sorted = [...this.#outcomes].sort(([, a], [, b]) => b - a);
    return [...sorted, /** @type {const} */ (['never told', this.#running.size])];
  }

  describeLast() {
    return [...this.#ended, ...[...this.#running.values()].map((one) => `${one}: running`)].join('\n');
  }
}

/**
 * @typedef {object} Result
 * @property {string | undefined} death why the process did not end as it should
 * @property {string} stderr its end
 * @property {import('./run.mjs').Report | undefined} report
 * @property {Cases} cases
 * @property {number} peak bytes resident, at most
 */

/** The report, if all of what the process has to write came: a long line, the report, nothing else. @param {string} stdout */
function parseReport(stdout) {
  const [, report] = /^\.{1048576}\n(\{.*\})\n$/.exec(stdout) ?? [];
  return report === undefined ? undefined : JSON.parse(report);
}

/**
 * @param {{ seed: number, seconds: number, env: NodeJS.ProcessEnv, patience: number }} options `patience` is how many times
 *   longer than usual all may take
 * @returns {Promise<Result>}
 */
export function supervise({ seed, seconds, env, patience }) {
  return new Promise((resolve, reject) => {
    const args = ['--expose-gc', program, String(seed), String(seconds)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env });
    const stdout = tailOf(child.stdout, Number.POSITIVE_INFINITY);
    const stderr = tailOf(child.stderr, mostStderr);
    const cases = new Cases();
    let peak = 0;
    const latestEnd = performance.now() + seconds * 1000 + mostDelay * patience;
    let lastBeat = performance.now();
    /** @type {string | undefined} */
    let death;

    const events = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
    createInterface({ input: events }).on('line', (line) => {
      const event = JSON.parse(line);
      if (Object.keys(event).length === 0) lastBeat = performance.now();
      else cases.note(event);
    });
    const timer = setInterval(() => {
      const resident = residentOf(child.pid ?? 0);
      peak = Math.max(peak, resident);
      if (resident > mostMemory) death ??= `it took ${Math.round(resident / mebibyte)} MiB, and was killed`;
      if (performance.now() - lastBeat > mostSilence * patience) death ??= 'it hung, and was killed';
      if (performance.now() > latestEnd) death ??= 'it did not come to its end, and was killed';
      if (death !== undefined) child.kill('SIGKILL');
    }, lookEvery);

    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(timer);
      const report = parseReport(stdout());
      if (code !== 0) death ??= `it ended by ${signal ?? `exit code ${code}`}`;
      if (report === undefined) death ??= `not all of its output came, or more: …${stdout().slice(-1000)}`;
      resolve({ death, stderr: stderr(), report, cases, peak });
    });
  });
}
