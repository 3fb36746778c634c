// @ts-check
// The middle of many samples, and how far they are spread.

/**
 * Median and quartiles.
 * @typedef {object} Spread
 * @property {number} low
 * @property {number} median
 * @property {number} high
 */

/** The sample below which a share of them lies. @param {readonly number[]} samples @param {number} share 0 to 1 */
export function quantile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** @param {readonly number[]} samples @returns {Spread} */
export function spreadOf(samples) {
  return { low: quantile(samples, 0.25), median: quantile(samples, 0.5), high: quantile(samples, 0.75) };
}

/** @param {readonly number[]} samples above 0 */
export function geometricMean(samples) {
  return Math.exp(samples.reduce((sum, sample) => sum + Math.log(sample), 0) / samples.length);
}
