// @ts-check
// Feeds random inputs to the decoder of values, which is built with ASan and UBSan: it must neither crash nor hang, and
// hold what test/fuzz/prober.h lists.
//   fuzz.mjs [--inputs=1000000] [--seed=N] [--from=0]
//
// Prints the seed. Input number N of a seed is always the same: --seed=S --from=N --inputs=1 runs it alone.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { buildNative, buildTypeScript, repo } from './build.mjs';
import { addressSanitizerEnvironment } from './sanitizers.mjs';
import { fail } from './toolchain.mjs';

const batchSize = 500;
/** How long a batch may take: the decoder bounds the time of one input itself, in CPU time. */
const hangGuard = 300_000;
const progressEvery = 10_000;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    from: { type: 'string', default: '0' },
  },
});
const [inputs = 0, seed = 0, from = 0] = [values.inputs, values.seed, values.from].map((text) => {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 ? number : fail(`${text} is no number of inputs`);
});

/**
 * @typedef {object} Line  what test/fuzz/run.mjs prints
 * @property {number} [at]                       begins with this input
 * @property {string} [failure]                  what an input must not do
 * @property {number | string} [index]           that input: its number, or the name of a known one
 * @property {number} [options]
 * @property {string} [bytes]
 * @property {Record<string, number>} [counts]   what became of all
 */

const addon = join(await buildNative('isolet_fuzz', 'address'), 'Release/isolet_fuzz.node');
buildTypeScript();

/**
 * Runs inputs in a process of their own, which may die of them.
 * @param {number} begin @param {number} end @param {number} batch @param {(line: Line) => void} onLine
 */
async function runInputs(begin, end, batch, onLine) {
  const script = join(repo, 'test/fuzz/run.mjs');
  // A small heap: to decode must not take much more memory than the bytes do.
  const args = [
    '--expose-gc',
    '--max-old-space-size=512',
    script,
    addon,
    ...[seed, begin, end, batch].map(String),
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...addressSanitizerEnvironment() },
  });
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  const guard = setTimeout(() => child.kill('SIGKILL'), hangGuard);
  for await (const line of createInterface(child.stdout)) {
    guard.refresh();
    onLine(JSON.parse(line));
  }
  clearTimeout(guard);
  return ended;
}

/** @param {Line} line */
function report({ failure, index, options, bytes }) {
  console.log(`Input ${index}: ${failure}`);
  if (bytes !== undefined) console.log(`  options: ${options}\n  bytes: ${bytes}`);
}

console.log(`Seed ${seed}, ${inputs} inputs from ${from}`);
const started = performance.now();
let reported = started;
let last = from;
let failures = 0;
/** @type {Record<string, number> | undefined} */
let counts;
const outcome = await runInputs(from, from + inputs, batchSize, (line) => {
  if (line.failure !== undefined && ++failures) report(line);
  if (line.counts !== undefined) counts = line.counts;
  if (line.at === undefined) return;
  last = line.at;
  if (performance.now() - reported < progressEvery) return;
  reported = performance.now();
  console.log(`${last - from} of ${inputs}`);
});

if (counts === undefined) {
  console.log(`The process ended (${outcome}) with an input from ${last} on. One by one:`);
  /** @type {Line} */
  let running = {};
  const again = await runInputs(last, Math.min(last + batchSize, from + inputs), 1, (line) => {
    if (line.at !== undefined) running = line;
  });
  if (again === 0) fail('It did not happen again');
  report({ ...running, failure: `the process ended (${again})` });
  fail(`To run it alone: npm run fuzz -- --seed=${seed} --from=${running.at} --inputs=1`);
}
const seconds = (performance.now() - started) / 1000;
const summary = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
console.log(`${seconds.toFixed(0)} s, ${Math.round(inputs / seconds)} inputs/s: ${summary.join(', ')}`);
if (failures > 0) fail(`${failures} failures with seed ${seed}`);
if (outcome !== 0) fail(`The process ended (${outcome}) after the last input`);
