// @ts-check
// What an honest runtime is: it is asked, and a model at the host knows the right answer.
import { isolet } from '../../support/isolet.mjs';

/**
 * @typedef {object} Honest
 * @property {() => void | Promise<void>} step asks something, and has the answer compared
 * @property {() => void | Promise<void>} close
 */

/**
 * Makes one; which questions it is asked depends on `random` alone.
 * @typedef {(random: import('../../fuzz/random.mjs').Random, answers: import('../answers.mjs').Answers) => Honest} Kind
 */

/** ms. Only to have a call that hangs told by its name: hostile runtimes take the cores, and answers come late. */
export const hangGuard = 120_000;

/** Has a heap limit, as a host's has that runs other people's code; what is honest keeps far below. */
export function makeRuntime() {
  return new isolet.Runtime({ name: 'honest', maxHeapSize: 64 * 2 ** 20, timeout: hangGuard });
}
