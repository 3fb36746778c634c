// @ts-check
// Runs inputs `from` to below `to` of run `seed` through the decoder; scripts/fuzz.mjs starts it, as a process of its own
// because it may crash. Prints JSON, one object a line: where it is, what failed, and what became of all in the end.
//   run.mjs ADDON SEED FROM TO BATCH
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inspect, isDeepStrictEqual } from 'node:util';
import { Generator, option } from './generator.mjs';
import { makeHostileRealm } from './hostile-realm.mjs';
import { knownInputs, knownReports } from './known.mjs';
import { seeds } from './seeds.mjs';
import { parse } from './wire.mjs';

/** As in prober.h; what comes from `firstFailure` on must not happen. */
const verdicts = [
  'refused',
  'thrown',
  'decoded',
  'decoded, too deep',
  'threw what is no error',
  'decoded with an exception pending',
  "ran the realm's code",
  'took too much memory',
  'took too much time',
  'decoded what cannot be encoded',
  'cannot be decoded again',
  'is another value when encoded again',
];
const firstFailure = 4;
/** A garbage collection is in these figures now and then: what is the input's own shows each time. */
const measured = [7, 8];

/**
 * @typedef {object} Prober
 * @property {(value: unknown) => Uint8Array} encode
 * @property {(bytes: Uint8Array, options: number) => [unknown[], unknown[]] | undefined} decode
 * @property {(bytes: Uint8Array, ends: Uint32Array, options: Uint8Array, verdicts: Uint8Array) => void} run
 * @property {() => void} trap
 * @property {() => number} countLeaks
 */
/**
 * @typedef {object} FuzzAddon
 * @property {new (object: object) => Prober} Prober
 * @property {new (hooks: object) => { errorOf(bytes: Uint8Array): unknown }} ReportProber
 */

const load = createRequire(import.meta.url);
const [addonPath = '', ...numbers] = process.argv.slice(2);
const [seed = 0, from = 0, to = 0, batchSize = 1] = numbers.map(Number);
/** @type {FuzzAddon} */
const addon = load(addonPath);
const { createError, JavaScriptError } = load('../../dist/errors.js');
const { functionPrototype } = load('../../dist/js-function.js');

const plain = new addon.Prober({});
const realm = makeHostileRealm();
const hostile = new addon.Prober(realm.object);
realm.patch(() => hostile.trap());
const reports = new addon.ReportProber({ createError, functionPrototype, wrapStream: () => ({}) });
const generator = new Generator(
  seed,
  seeds().map((value) => parse(plain.encode(value))),
);

/** @param {object} line */
function print(line) {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** @param {number} index */
function describe(index) {
  const { bytes, size, options } = generator.make(index);
  return { index, options, bytes: Buffer.from(bytes.subarray(0, size)).toString('hex') };
}

let failures = 0;
/** @param {number} index @param {string} failure */
function fail(index, failure) {
  failures++;
  print({ failure, ...describe(index) });
}

const bytes = new Uint8Array(1 << 22);
const ends = new Uint32Array(batchSize);
const options = new Uint8Array(batchSize);
const results = new Uint8Array(batchSize);

/** Makes as many inputs as fit, from `index` on. @param {number} index @param {number} end */
function fillBatch(index, end) {
  let size = 0;
  let count = 0;
  for (; count < batchSize && index + count < end; count++) {
    const input = generator.make(index + count);
    if (size + input.size > bytes.length) break;
    bytes.set(input.bytes.subarray(0, input.size), size);
    size += input.size;
    ends[count] = size;
    options[count] = input.options;
  }
  return count;
}

/** What is too slow to do with every input: compares values, and makes errors. @param {number} index @param {Uint8Array} input @param {number} optionBits */
function examine(index, input, optionBits) {
  const both = plain.decode(input, optionBits & ~option.budgeted);
  if (both !== undefined && !isEqual(...both)) fail(index, 'is not deeply equal to what is decoded again');
  if (!isSound(reports.errorOf(input))) fail(index, 'made an unsound error, as a report');
}

/** Whether code of the host can work with it. @param {unknown} error */
function isSound(error) {
  if (!(error instanceof JavaScriptError)) return false;
  const { name, message, stack, frames } = /** @type {any} */ (error);
  return (
    [name, message, stack].every((text) => typeof text === 'string') &&
    Array.isArray(frames) &&
    Object.keys(frames).every((key, i) => key === String(i)) &&
    frames.every(
      (/** @type {any} */ frame) => typeof frame?.fileName === 'string' && Number.isInteger(frame.lineNumber),
    )
  );
}

/** @param {unknown} left @param {unknown} right */
function isEqual(left, right) {
  try {
    // No invalid Date is equal to another, some versions of Node say.
    return isDeepStrictEqual(left, right) || inspect(left, { depth: Infinity }).includes('Invalid Date');
  } catch (error) {
    if (error instanceof RangeError) return true; // too deep for it
    throw error;
  }
}

/** Runs one input by itself, with no garbage around. @param {Uint8Array} input @param {number} optionBits */
function probe(input, optionBits) {
  const result = new Uint8Array(1);
  for (let attempt = 0; attempt === 0 || (attempt < 3 && measured.includes(result[0] ?? 0)); attempt++) {
    global.gc?.();
    hostile.run(input, Uint32Array.of(input.length), Uint8Array.of(optionBits), result);
  }
  return result[0] ?? 0;
}

function runKnown() {
  for (const { name, bytes: input, options: optionBits = 0, verdict } of knownInputs) {
    print({ at: from, index: name });
    const became = verdicts[probe(Uint8Array.from(input), optionBits)];
    if (became === verdict) continue;
    failures++;
    print({ failure: `${became}, not ${verdict}`, index: name });
  }
  for (const [i, input] of knownReports.entries()) {
    const name = `known report ${i + 1}`;
    print({ at: from, index: name });
    if (isSound(reports.errorOf(Uint8Array.from(input)))) continue;
    failures++;
    print({ failure: 'made an unsound error', index: name });
  }
}

runKnown();
/** @type {Record<string, number>} */
const counts = {};
for (let index = from; index < to; ) {
  print(batchSize === 1 ? { at: index, ...describe(index) } : { at: index });
  const count = fillBatch(index, to);
  hostile.run(bytes, ends.subarray(0, count), options, results);
  for (let i = 0; i < count; i++) {
    const input = bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]);
    const optionBits = options[i] ?? 0;
    let verdict = results[i] ?? 0;
    if (measured.includes(verdict)) verdict = probe(input, optionBits);
    const name = verdicts[verdict] ?? 'unknown';
    counts[name] = (counts[name] ?? 0) + 1;
    if (verdict >= firstFailure) fail(index + i, name);
    if ((index + i) % 16 === 0 && input.length < 4096) examine(index + i, input, optionBits);
  }
  index += count;
}

for (let i = 0; i < 3; i++) {
  await new Promise((resolve) => setImmediate(resolve));
  global.gc?.();
}
const leaks = plain.countLeaks() + hostile.countLeaks();
if (leaks > 0) print({ failure: `${leaks} buffers, or charges for them, are left`, index: 'after the last' });
print({ counts });
process.exitCode = failures + leaks > 0 ? 1 : 0;
