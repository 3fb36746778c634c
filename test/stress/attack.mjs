// @ts-check
// Runs hostile cases, one after another, and stops some of them in the middle.
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { hostFunctions } from '../hostile/host-functions.mjs';
import { limitsOf } from '../hostile/hostile-case.mjs';
import { isolet } from '../support/isolet.mjs';
import { hostileCases } from './hostile-cases.mjs';

/** @typedef {import('../fuzz/random.mjs').Random} Random */
/** @typedef {import('../hostile/hostile-case.mjs').HostileCase} HostileCase */
/** @typedef {import('./loop-watch.mjs').SyncCalls} SyncCalls */

/**
 * ms. Cases of the corpus that are given more time need it alone; here it is about how many, and how they end. What is
 * honest on the same thread waits for a sync call.
 */
const mostTimeout = { sync: 500, async: 2000 };
/** Threads whose builtin does not stop keep a core busy each, and the honest need some, too. */
const mostEnding = 2;
const waitForThreads = 20;

/**
 * How a call is made, and how it is stopped.
 * @typedef {object} Plan
 * @property {'sync' | 'async'} call
 * @property {'close' | 'terminate' | 'abort' | undefined} stop undefined: it is left to itself
 * @property {number} afterMs a sync call can't be stopped by a timer of its own thread
 * @property {number} afterHostCalls
 */

/** @param {Random} random @param {Plan['call']} call @returns {Plan} */
function makePlan(random, call) {
  return {
    call,
    stop: random.oneIn(3) ? random.pick(/** @type {const} */ (['close', 'terminate', 'abort'])) : undefined,
    afterMs: random.below(2 ** random.below(11)),
    afterHostCalls: 1 + random.below(2 ** random.below(8)),
  };
}

/** @param {unknown} error @param {AbortSignal} signal */
function outcomeOf(error, signal) {
  if (error instanceof isolet.JavaScriptError) return error.name;
  if (error instanceof isolet.IsoletError) return error.code;
  if (error === signal.reason) return 'aborted';
  throw error;
}

/**
 * @param {import('isolet').Runtime} runtime @param {HostileCase} hostile @param {Plan} plan @param {SyncCalls} calls
 * @returns {Promise<string>} the outcome
 */
async function call(runtime, hostile, plan, calls) {
  const controller = new AbortController();
  const stop = () => {
    if (plan.stop === 'abort') controller.abort();
    else if (plan.stop !== undefined) runtime[plan.stop]();
  };
  const functions = hostFunctions((code) => runtime.eval(code));
  let hostCalls = 0;
  const timer = setTimeout(stop, plan.afterMs);
  try {
    for (const name of hostile.host ?? []) {
      const handler = /** @type {(...args: unknown[]) => unknown} */ (functions[name]);
      runtime.bindFunction(name, (...args) => {
        if (++hostCalls === plan.afterHostCalls) stop();
        return calls.run(() => handler(...args));
      });
    }
    if (plan.call === 'sync') calls.run(() => runtime.eval(hostile.code));
    else await runtime.evalAsync(hostile.code, { signal: controller.signal });
    return 'a value';
  } catch (error) {
    return outcomeOf(error, controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a runtime that the case left usable is. @param {import('isolet').Runtime} runtime @param {string} outcome */
async function checkAfterwards(runtime, outcome) {
  try {
    const answer = await runtime.evalAsync('6 * 7', { timeout: 30_000 });
    return answer === 42 ? [] : [`the runtime then answered ${inspect(answer)}, not 42`];
  } catch (error) {
    const later = error instanceof isolet.IsoletError ? error.code : inspect(error);
    // What ended it is told again. One that is nearly full may fill up with the next call. And where a sync call left a
    // promise pending, the code behind it goes on under the runtime's own limit: a builtin that never looks ends it then.
    const isLeftBehind = outcome === 'ERR_PENDING_PROMISE' && later === 'ERR_TIMEOUT' && runtime.isClosed();
    return later === outcome || later === 'ERR_HEAP_LIMIT' || isLeftBehind
      ? []
      : [`the runtime then failed: ${inspect(error)}`];
  }
}

/**
 * One case, taken at random.
 * @param {Random} random @param {Plan['call']} how @param {import('./journal.mjs').Journal} journal @param {SyncCalls} calls
 * @returns {Promise<string[]>} what was wrong
 */
export async function attack(random, how, journal, calls) {
  while (isolet.getProcessStats().endingThreads > mostEnding) await pause(waitForThreads);
  const hostile = random.pick(hostileCases);
  const plan = makePlan(random, how);
  const stopped = plan.stop && `${plan.stop} after ${plan.afterMs} ms or ${plan.afterHostCalls} host calls`;
  const ended = journal.started(hostile.name, `${how}, ${stopped ?? 'left to itself'}`);
  const limits = limitsOf(hostile);
  const runtime = new isolet.Runtime({ ...limits, timeout: Math.min(limits.timeout, mostTimeout[how]) });
  try {
    const outcome = await call(runtime, hostile, plan, calls);
    // A runtime that is closed while this asks says so: a stop by a timer is over, one by a host call need not be.
    const wrong = plan.stop === undefined ? await checkAfterwards(runtime, outcome) : [];
    ended(outcome);
    return wrong.map((what) => `${hostile.name}, after ${outcome}: ${what}`);
  } catch (error) {
    const what = `not an error of isolet: ${inspect(error)}`;
    ended(what);
    return [`${hostile.name}: ${what}`];
  } finally {
    runtime.close();
  }
}
