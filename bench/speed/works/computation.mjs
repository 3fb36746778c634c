// @ts-check
// Code that never leaves the sandbox, against the same code outside of one.
import { comparePair } from '../samples.mjs';
import { geometricMean } from '../spread.mjs';
import { octane, suites } from './octane.mjs';
import { mebibyte } from './pair-work.mjs';

/** @typedef {import('../samples.mjs').Pair} Pair */
/** @typedef {import('../spread.mjs').Spread} Spread */
/** @typedef {import('./index.mjs').Contest} Contest */
/** @typedef {import('./index.mjs').Work} Work */

/** As much as its heap is likely to need, so that no sandbox collects more often. */
const limits = { memory: 2048 * mebibyte, value: mebibyte };

/** @param {import('../sandboxes/index.mjs').Sandbox} sandbox */
async function load(sandbox) {
  const session = await sandbox.open(limits);
  await session.script(octane())();
  return session;
}

/** @param {readonly Spread[]} spreads @returns {Spread} */
function meanOf(spreads) {
  return {
    low: geometricMean(spreads.map(({ low }) => low)),
    median: geometricMean(spreads.map(({ median }) => median)),
    high: geometricMean(spreads.map(({ high }) => high)),
  };
}

/** @param {Contest} contest @returns {Promise<Pair & { parts: Record<string, Pair> }>} */
async function measure({ ours, theirs, plan }) {
  const a = await load(ours);
  const b = await load(theirs);
  /** @type {Record<string, Pair>} */
  const parts = {};
  for (const suite of suites) {
    const code = `runSuite('${suite}')`;
    parts[suite] = await comparePair(a.script(code), b.script(code), plan, (runs) => {
      if (!(Number(runs) > 0)) throw new Error(`${suite} did not run`);
    });
  }
  await a.close();
  await b.close();
  const all = Object.values(parts);
  return {
    ours: meanOf(all.map((pair) => pair.ours)),
    theirs: meanOf(all.map((pair) => pair.theirs)),
    ratio: meanOf(all.map((pair) => pair.ratio)),
    rounds: Math.min(...all.map((pair) => pair.rounds)),
    parts,
  };
}

/** @type {Omit<Work, 'sandboxes'>} */
export const computation = {
  name: 'computation',
  title: 'pure computation (Octane)',
  target: 0.97,
  measure,
};
