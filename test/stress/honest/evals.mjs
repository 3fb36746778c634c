// @ts-check
// Scripts that keep state from one sync call to the next.
import { makeRuntime } from './honest.mjs';

const script = `
  let total = 1;
  const history = [];
  function advance(n) {
    for (let i = 0; i < 5000; i++) total = (total * 31 + n + i) % 1000003;
    history.push({ n, total });
    return total;
  }
`;

/** @type {import('./honest.mjs').Kind} */
export function evals(random, answers) {
  const runtime = makeRuntime();
  runtime.eval(script);
  let total = 1;
  /** @type {{ n: number, total: number }[]} */
  const history = [];

  /** The same at the host. @param {number} n */
  function advance(n) {
    for (let i = 0; i < 5000; i++) total = (total * 31 + n + i) % 1_000_003;
    history.push({ n, total });
    return total;
  }

  const questions = [
    (/** @type {number} */ n) =>
      answers.compare('a sum that goes on', runtime.eval(`advance(${n})`), advance(n)),
    () => answers.compare('what was kept', runtime.eval('history'), history),
    (/** @type {number} */ n) =>
      answers.compare(
        'a promise in a sync call',
        runtime.eval(`Promise.resolve(${n}).then((x) => total + x)`),
        total + n,
      ),
    (/** @type {number} */ n) =>
      answers.compare(
        'garbage',
        runtime.eval(
          `Array.from({ length: 5000 }, (_, i) => ({ i })).reduce((sum, { i }) => sum + i * ${n}, 0)`,
        ),
        (5000 * 4999 * n) / 2,
      ),
    (/** @type {number} */ n) =>
      answers.compareFailure(
        'an error',
        () => runtime.eval(`throw new RangeError('no ' + ${n})`),
        'message',
        `no ${n}`,
      ),
  ];

  return {
    step: () => random.pick(questions)(random.below(1000)),
    close: () => runtime.close(),
  };
}
