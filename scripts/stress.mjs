// @ts-check
// Mixes honest and hostile runtimes in one process, and checks that every honest answer is right, and that nothing is
// left or grows: test/stress/run.mjs.
//   stress.mjs [--seconds=600] [--seed=N] [--sanitize=address]
//
// Prints the seed. What is drawn is the same for a seed, when it happens is not.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { mebibyte } from '../test/hostile/hostile-case.mjs';
import { supervise } from '../test/stress/supervise.mjs';
import { buildNative, buildRoot, buildTypeScript, sanitizerOf } from './build.mjs';
import { addressSanitizerEnvironment } from './sanitizers.mjs';
import { fail } from './toolchain.mjs';

/** What the process may have grown by from the end of the second span to that of the last, in bytes; the first warms up. */
const mostGrowth = 256 * mebibyte;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    sanitize: { type: 'string' },
  },
});
const [seconds = 0, seed = 0] = [values.seconds, values.seed].map((text) => {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 ? number : fail(`${text} is no whole number`);
});
const sanitize = sanitizerOf(process.argv);
if (sanitize === 'thread') fail('--sanitize=thread: Node itself is not built for it');

await buildNative('isolet', sanitize);
buildTypeScript();

console.log(`Seed ${seed}, ${seconds} s, Node ${process.version}`);
const { death, stderr, report, cases, peak } = await supervise({
  seed,
  seconds,
  env: {
    ...process.env,
    ...(sanitize && { ISOLET_PREBUILD: buildRoot(sanitize), ...addressSanitizerEnvironment() }),
  },
  patience: sanitize ? 3 : 1,
});

/** @param {number} bytes */
const inMebibytes = (bytes) => `${Math.round(bytes / mebibyte)} MiB`;
const failures = [...(report?.failures ?? [])];
if (death !== undefined) failures.push(`${death}\nThe last cases:\n${cases.describeLast()}\n${stderr}`);
if (report !== undefined) {
  const { right, longestStall, longestUnexplained, left, leftOfHeap } = report;
  console.log(`Right answers of honest runtimes: ${right}`);
  console.log(
    `Longest stall of the event loop: ${Math.round(longestStall)} ms; not explained by sync calls: ${Math.round(longestUnexplained)} ms`,
  );
  const after = left.map(inMebibytes).join(', ');
  console.log(
    `Resident once all was released: ${after}, of which the host's heap is ${inMebibytes(leftOfHeap)}; at most: ${inMebibytes(peak)}`,
  );
  const growth = (left.at(-1) ?? 0) - (left[1] ?? 0);
  // A sanitizer keeps freed memory for a while.
  if (!sanitize && growth > mostGrowth) failures.push(`it grew by ${inMebibytes(growth)}`);
}
console.log(`Hostile cases: ${cases.outcomes.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`);
if (failures.length > 0) fail(`Failed with seed ${seed}:\n${failures.join('\n')}`);
