// @ts-check
// Scripts, and calls in both directions.
import { compared, inSession } from './pair-work.mjs';

/** @typedef {import('../sandboxes/index.mjs').Session} Session */
/** @typedef {import('./index.mjs').Work} Work */

const code = '1 + 1';
/** ms. Long: what is measured is the cost of having one. */
const timeout = 1000;

export const hostCalls = 1000;
export const inFlight = 2000;

const add = (/** @type {number} */ a, /** @type {number} */ b) => a + b;

/** The script adds up `hostCalls` ones by the host's function. @param {boolean} awaits */
function hostLoop(awaits) {
  const loop = `let sum = 0; for (let i = 0; i < ${hostCalls}; i++) sum = ${awaits ? 'await ' : ''}hostAdd(sum, 1); return sum;`;
  return `(${awaits ? 'async ' : ''}() => { ${loop} })()`;
}

/** @param {Session} session */
function manyInFlight(session) {
  const one = session.asyncScript(code);
  if (one === null) return null;
  return async () => {
    const values = /** @type {number[]} */ (await Promise.all(Array.from({ length: inFlight }, one)));
    return values.reduce((sum, value) => sum + value, 0);
  };
}

/** @type {readonly Omit<Work, 'sandboxes'>[]} */
export const evaluationWorks = [
  {
    name: 'eval',
    title: "`eval('1 + 1')`",
    target: 3,
    measure: compared(
      inSession((session) => session.script(code)),
      2,
    ),
  },
  {
    name: 'eval-timeout',
    title: 'the same with a timeout',
    target: 3,
    measure: compared(
      inSession((session) => session.limitedScript(code, timeout)),
      2,
    ),
  },
  {
    name: 'call',
    title: 'a call of a plugin function with two numbers',
    target: 4,
    measure: compared(
      inSession((session) => {
        const fn = session.fn('((a, b) => a + b)', 'numbers', 'numbers');
        return fn && (() => fn(1, 2));
      }),
      3,
    ),
  },
  {
    name: 'host-call',
    title: `${hostCalls.toLocaleString('en')} calls of a host function by the plugin`,
    target: 4,
    measure: compared(
      inSession((session, { awaitsHost }) => {
        session.bind('hostAdd', add);
        return session.script(hostLoop(awaitsHost));
      }),
      hostCalls,
    ),
  },
  {
    name: 'async-eval',
    title: "`await evalAsync('1 + 1')`, one after another",
    target: 5,
    measure: compared(
      inSession((session) => session.asyncScript(code)),
      2,
    ),
  },
  {
    name: 'async-flood',
    title: `${inFlight.toLocaleString('en')} of them in flight`,
    target: 3,
    measure: compared(inSession(manyInFlight), 2 * inFlight),
  },
];
