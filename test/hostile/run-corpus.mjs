// @ts-check
// Runs hostile cases, one after another, in this one process, with an honest runtime at work beside them:
//   node test/hostile/run-corpus.mjs NAME…
// Writes a line of JSON before and after each case to file descriptor 3, at once: should the process die, the last line
// tells of what. Its stdout belongs to the host and stays empty. supervise.mjs starts this, limits its memory, and goes
// on after a death.
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { watchEventLoop } from '../support/event-loop.mjs';
import { isolet, native, outcomeOf } from '../support/isolet.mjs';
import { corpus } from './corpus/index.mjs';
import { Honest } from './honest.mjs';
import { hostFunctions } from './host-functions.mjs';
import { watchHostRealm } from './host-realm.mjs';
import { describeOutcome, isAllowed, limitsOf } from './hostile-case.mjs';
import { peakMemory, resetPeak } from './peak-memory.mjs';

/** @typedef {import('./hostile-case.mjs').HostileCase} HostileCase */
/** @typedef {import('./hostile-case.mjs').Outcome} Outcome */

/**
 * @typedef {object} Report
 * @property {string} name
 * @property {string} outcome
 * @property {boolean} allowed
 * @property {number} elapsed ms until the answer
 * @property {number} stalled ms that the event loop stood still while the host did not block
 * @property {number | undefined} peak bytes that the process grew by, at most
 * @property {number} kept bytes that the process still had once the runtime was gone
 * @property {boolean} abandoned whether the runtime was given up, as its thread did not come back
 * @property {number} lost threads that stay until the process ends
 * @property {string[]} harm what the case did to the host or to its neighbours
 */

const { Runtime, JavaScriptError } = isolet;

/** A file descriptor. */
const reports = 3;
/** ms; a thread that is given up is freed when its builtin returns, and cases are made so that it does. */
const threadGuard = 120_000;

/** What of the host must show nowhere: where its code lies. */
const hostPlaces = [
  new URL('../..', import.meta.url).pathname.replace(/\/$/, ''),
  'node:internal',
  'file://',
];

/** All that a plugin can put into an answer. @param {unknown} value @param {unknown} error */
function textOf(value, error) {
  const details =
    error instanceof JavaScriptError
      ? [error.name, error.message, error.stack, error.frames, error.value, error.properties]
      : [];
  return inspect([value, ...details], { depth: 6, maxStringLength: 100_000, maxArrayLength: 1000 });
}

/** @param {import('isolet').Runtime} runtime @param {Outcome} outcome */
function checkAfterwards(runtime, outcome) {
  try {
    const answer = runtime.eval('6 * 7', { timeout: 10_000 });
    if (outcome === 'ERR_HEAP_LIMIT') return ['a runtime lives on that reached its heap limit'];
    return answer === 42 ? [] : [`the runtime then answered ${inspect(answer)}, not 42`];
  } catch (error) {
    const later = outcomeOf(error);
    // What ended it is told again. One that is nearly full may fill up with the next call.
    return later === outcome || later === 'ERR_HEAP_LIMIT'
      ? []
      : [`the runtime then failed: ${inspect(error)}`];
  }
}

/**
 * What the script came to, and when.
 * @param {HostileCase} hostile @param {import('isolet').Runtime} runtime
 */
async function call(hostile, runtime) {
  const started = performance.now();
  /** @type {{ outcome: Outcome, value?: unknown, error?: unknown }} */
  let result;
  try {
    const value =
      hostile.call === 'async' ? await runtime.evalAsync(hostile.code) : runtime.eval(hostile.code);
    result = { outcome: { value }, value };
  } catch (error) {
    result = { outcome: outcomeOf(error), error };
  }
  return { ...result, elapsed: performance.now() - started };
}

/**
 * @param {HostileCase} hostile
 * @param {Honest} honest
 * @param {() => string[]} changesOfHost
 * @returns {Promise<Report>}
 */
async function run(hostile, honest, changesOfHost) {
  const honestAnswer = honest.begin();
  const lostBefore = isolet.getProcessStats().lostThreads;
  resetPeak();
  const before = process.memoryUsage.rss();
  const runtime = new Runtime(limitsOf(hostile));
  const functions = hostFunctions((code) => runtime.eval(code));
  for (const name of hostile.host ?? []) runtime.bindFunction(name, functions[name]);

  const stopWatching = watchEventLoop();
  const { outcome, value, error, elapsed } = await call(hostile, runtime);
  const longestStop = stopWatching();
  const harm = checkAfterwards(runtime, outcome);
  const abandoned = runtime.isClosed() && outcome === 'ERR_TIMEOUT';
  const text = textOf(value, error);
  harm.push(
    ...hostPlaces.filter((place) => text.includes(place)).map((place) => `the answer shows ${place}`),
  );
  runtime.close();
  harm.push(...(await honestAnswer));
  if (!native.awaitThreads(1, threadGuard)) harm.push('its thread never ended');
  await nextTurn();
  harm.push(...changesOfHost().map((name) => `the host's realm was changed: ${name}`));

  const peak = peakMemory();
  return {
    name: hostile.name,
    outcome: describeOutcome(outcome),
    allowed: isAllowed(hostile, outcome),
    elapsed,
    stalled: hostile.call === 'async' ? longestStop : 0,
    peak: peak === undefined ? undefined : peak - before,
    kept: process.memoryUsage.rss() - before,
    abandoned,
    lost: isolet.getProcessStats().lostThreads - lostBefore,
    harm,
  };
}

/** @param {object} line */
function report(line) {
  writeSync(reports, `${JSON.stringify(line)}\n`);
}

const honest = new Honest(Runtime);
const changesOfHost = watchHostRealm();
for (const name of process.argv.slice(2)) {
  const hostile = corpus.find((one) => one.name === name);
  if (hostile === undefined) throw new Error(`no case is called ${name}`);
  report({ started: name });
  report(await run(hostile, honest, changesOfHost));
}
honest.close();
report({ finished: true });
