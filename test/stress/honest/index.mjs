// @ts-check
// All kinds of honest runtimes, and how they are kept at work.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { evals } from './evals.mjs';
import { hostFunctions } from './host-functions.mjs';
import { inFlight } from './in-flight.mjs';
import { pluginFunctions } from './plugin-functions.mjs';
import { plugins } from './plugins.mjs';
import { values } from './values.mjs';

/** @type {readonly import('./honest.mjs').Kind[]} */
export const kinds = [evals, inFlight, hostFunctions, pluginFunctions, values, plugins];

const mostSteps = 60;

/**
 * The life of one: it is made, asked, and closed. What a question throws is a wrong answer.
 * @param {import('./honest.mjs').Kind} kind
 * @param {import('../../fuzz/random.mjs').Random} random
 * @param {import('../answers.mjs').Answers} answers
 * @param {import('../loop-watch.mjs').SyncCalls} calls
 */
export async function live(kind, random, answers, calls) {
  const honest = calls.run(() => kind(random, answers));
  try {
    for (let steps = 1 + random.below(mostSteps); steps > 0; steps--) {
      await calls.run(() => honest.step());
      await nextTurn();
    }
  } catch (error) {
    answers.fail(`${kind.name}: ${inspect(error)}`);
  }
  await honest.close();
}
