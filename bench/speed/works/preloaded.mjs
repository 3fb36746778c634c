// @ts-check
// How a runtime starts that needs a library: out of a snapshot, and by running the library's source.
import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { comparePair } from '../samples.mjs';
import { usualLimits } from './pair-work.mjs';

/** @typedef {import('../samples.mjs').Pair} Pair */
/** @typedef {import('./index.mjs').Contest} Contest */
/** @typedef {import('./index.mjs').Work} Work */

const require = createRequire(import.meta.url);

const use = '_.chunk([1, 2, 3, 4, 5], 2).length';

/** @param {Contest} contest @returns {Promise<Pair>} ours: out of a snapshot; theirs: by its source */
async function measure({ plan }) {
  const { isolet } = await import('../../../test/support/isolet.mjs');
  const source = readFileSync(require.resolve('lodash/lodash.min.js'), 'utf8');
  const builder = new isolet.SnapshotBuilder();
  builder.executeScript('lodash.js', source);
  const snapshot = builder.build();
  const limits = { maxHeapSize: usualLimits.memory };

  /** @param {import('isolet').RuntimeConfig} config */
  const starting = (config) => async () => {
    const runtime = new isolet.Runtime(config);
    const value = runtime.eval(use);
    runtime.close();
    await setImmediate();
    return value;
  };
  return comparePair(
    starting({ ...limits, snapshot }),
    starting({ ...limits, bootstrap: source }),
    plan,
    (value) => deepStrictEqual(value, 3),
  );
}

/** @type {Omit<Work, 'sandboxes'>} */
export const preloaded = {
  name: 'preloaded',
  title: 'start with a library',
  target: undefined,
  measure,
};
