// @ts-check
// Host functions, sync and async, that answer, throw, and call the runtime again.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { makeRuntime } from './honest.mjs';

/** @type {import('./honest.mjs').Kind} */
export function hostFunctions(random, answers) {
  const runtime = makeRuntime();
  const refusal = Object.assign(new RangeError('refused'), { code: 'E_REFUSED' });
  runtime.bindFunction('add', (/** @type {number} */ a, /** @type {number} */ b) => a + b);
  runtime.bindFunction('refuse', () => {
    throw refusal;
  });
  runtime.bindFunction('nested', (/** @type {number} */ n) => runtime.eval(`add(${n}, 1)`));
  runtime.bindFunction('addLater', async (/** @type {number} */ a, /** @type {number} */ b) => {
    await nextTurn();
    return a + b;
  });
  runtime.bindFunction('refuseLater', async () => {
    await nextTurn();
    throw refusal;
  });

  /** @type {((n: number) => unknown)[]} */
  const questions = [
    (n) =>
      answers.compare(
        'calls of a host function',
        runtime.eval(`{ let sum = 0; for (let i = 0; i < 20; i++) sum = add(sum, i * ${n}); sum; }`),
        190 * n,
      ),
    (n) => answers.compare('a nested call', runtime.eval(`nested(${n})`), n + 1),
    () =>
      answers.compare(
        'an error of the host, caught',
        runtime.eval('try { refuse() } catch (e) { [e instanceof RangeError, e.message, e.code] }'),
        [true, 'refused', 'E_REFUSED'],
      ),
    () => answers.compareFailure('an error of the host', () => runtime.eval('refuse()'), 'cause', refusal),
    async (n) =>
      answers.compare(
        'an async host function',
        await runtime.evalAsync(`Promise.all([addLater(${n}, 1), addLater(${n}, 2)])`),
        [n + 1, n + 2],
      ),
    () =>
      answers.compareFailure(
        'a rejection of the host',
        () => runtime.evalAsync('refuseLater()'),
        'cause',
        refusal,
      ),
  ];

  return {
    async step() {
      await random.pick(questions)(random.below(1000));
    },
    close: () => runtime.close(),
  };
}
