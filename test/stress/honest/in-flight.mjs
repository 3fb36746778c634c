// @ts-check
// Many async calls at once on one runtime. They begin in the order given, and each keeps its own variables.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { makeRuntime } from './honest.mjs';

/** Each needs four turns of an event loop that has much to do. */
const mostInFlight = 12;

const script = `
  let begun = 0;
  async function work(n) {
    const place = begun++;
    const twice = await later(n);
    const list = await Promise.all([later(twice), later(twice + 1), n]);
    return { place, list };
  }
`;

/** @type {import('./honest.mjs').Kind} */
export function inFlight(random, answers) {
  const runtime = makeRuntime();
  let begun = 0;
  runtime.bindFunction('later', async (/** @type {number} */ n) => {
    await (n % 5 === 0 ? pause(n % 7) : nextTurn());
    return 2 * n;
  });
  runtime.eval(script);

  const begin = () => {
    const n = random.below(1000);
    const answer = runtime.evalAsync(`work(${n})`);
    return { answer, expected: { place: begun++, list: [4 * n, 4 * n + 2, n] } };
  };

  return {
    async step() {
      const calls = Array.from({ length: 1 + random.below(mostInFlight) }, begin);
      const given = await Promise.all(calls.map(({ answer }) => answer));
      for (const [i, { expected }] of calls.entries())
        answers.compare('a call in flight', given[i], expected);
    },
    async close() {
      const calls = Array.from({ length: random.below(mostInFlight) }, begin);
      runtime.close();
      for (const { answer } of calls) {
        await answers.compareFailure('a call cut off by close', () => answer, 'code', 'ERR_CLOSED');
      }
    },
  };
}
