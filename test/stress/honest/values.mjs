// @ts-check
// Values of every kind, there and back, as arguments and as bound objects.
import { makeRuntime } from './honest.mjs';

/** @typedef {import('../../fuzz/random.mjs').Random} Random */

/** @type {((random: Random) => unknown)[]} */
const leaves = [
  (random) => random.next(),
  (random) => random.next() / 7,
  (random) => BigInt(random.next()) ** 5n,
  (random) => 'é\u{1f600}x'.repeat(random.below(50)),
  (random) => 'x'.repeat(random.below(20_000)),
  (random) => new Date(random.next() * 1000),
  () => /a+b/gi,
  () => undefined,
  () => null,
  () => -0,
  (random) => Uint8Array.from({ length: random.below(20_000) }, (_, i) => i * 7),
  (random) => Float64Array.from({ length: random.below(100) }, (_, i) => i / 3),
  (random) => new ArrayBuffer(random.below(100)),
];

/** @param {Random} random @param {number} depth @returns {unknown} */
function makeValue(random, depth) {
  if (depth === 0) return random.pick(leaves)(random);
  const list = Array.from({ length: random.below(6) }, () => makeValue(random, depth - 1));
  return random.pick([
    () => list,
    () => Object.fromEntries(list.map((value, i) => [`key ${i}`, value])),
    () => new Map(list.map((value, i) => [i, value])),
    () => new Set(list),
    () => ({ first: list, second: list }),
  ])();
}

/** @type {import('./honest.mjs').Kind} */
export function values(random, answers) {
  const runtime = makeRuntime();
  const back = /** @type {import('isolet').JsFunction} */ (runtime.eval('(value) => value'));
  let bound = 0;

  const questions = [
    () => {
      const value = makeValue(random, random.below(4));
      answers.compare('a value there and back', back(value), value);
    },
    async () => {
      const value = makeValue(random, random.below(4));
      answers.compare('a value there and back, without blocking', await back.callAsync(value), value);
    },
    () => {
      const cyclic = { self: /** @type {unknown} */ (undefined), list: [1] };
      cyclic.self = cyclic;
      answers.compare('a cycle', back(cyclic), cyclic);
    },
    () => {
      const name = `bound${bound++}`;
      const data = makeValue(random, 2);
      runtime.bindObject(name, { data, inner: { twice: (/** @type {number} */ n) => 2 * n } });
      answers.compare('a bound object', runtime.eval(`${name}.data`), data);
      answers.compare(
        'functions in a bound object',
        runtime.eval(`[${name}.inner.twice(21), Object.isFrozen(${name}.inner)]`),
        [42, true],
      );
    },
  ];

  return {
    step: () => random.pick(questions)(),
    close: () => runtime.close(),
  };
}
