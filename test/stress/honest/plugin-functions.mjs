// @ts-check
// Functions of the plugin's that the host keeps, calls, closes, and forgets; and functions of the host's that pass through.
import { makeRuntime } from './honest.mjs';

const script = `
  const makeCounter = (value) => ({ value, add(by) { this.value += by; return this.value; } });
  const apply = (fn, x) => fn(x);
  const same = (fn) => fn;
`;
const mostKept = 50;

/** @typedef {import('isolet').JsFunction<[number], number>} Add */

/** @type {import('./honest.mjs').Kind} */
export function pluginFunctions(random, answers) {
  const runtime = makeRuntime();
  runtime.eval(script);
  const makeCounter = /** @type {import('isolet').JsFunction} */ (runtime.eval('makeCounter'));
  const apply = /** @type {import('isolet').JsFunction} */ (runtime.eval('apply'));
  const same = /** @type {import('isolet').JsFunction} */ (runtime.eval('same'));
  /** @type {{ add: Add, value: number }[]} */
  const kept = [];

  const keep = (/** @type {number} */ value) => {
    kept.push({ add: makeCounter(value).add, value });
  };
  /** Takes one out of those kept. */
  const take = () => kept.splice(random.below(kept.length), 1)[0] ?? { add: makeCounter(0).add, value: 0 };

  /** @type {((n: number) => unknown)[]} */
  const questions = [
    keep,
    keep,
    (n) => {
      for (const counter of kept) {
        counter.value += n;
        answers.compare('a method', counter.add(n), counter.value);
      }
    },
    async (n) => {
      const calls = kept.map((counter) => {
        counter.value += n;
        return { sum: counter.add.callAsync(n), expected: counter.value };
      });
      for (const { sum, expected } of calls) {
        answers.compare('a method, called without blocking', await sum, expected);
      }
    },
    (n) => answers.compare('a method of another', take().add.with({ this: { value: n } })(1), n + 1),
    (n) => {
      const { add } = take();
      add.close();
      return answers.compareFailure('a function that was closed', () => add(n), 'code', 'ERR_CLOSED');
    },
    () => {
      take(); // left to garbage collection
    },
    (n) =>
      answers.compare(
        'a function of the host',
        apply((/** @type {number} */ x) => x + n, 1),
        n + 1,
      ),
    () => {
      const fn = () => 1;
      answers.compare('a function of the host that comes back', same(fn), fn);
    },
  ];

  return {
    async step() {
      if (kept.length > mostKept) kept.length = mostKept / 2;
      await random.pick(questions)(random.below(1000));
    },
    close: () => runtime.close(),
  };
}
