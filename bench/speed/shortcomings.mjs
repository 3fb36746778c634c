// @ts-check
// What the figures say against isolet, in sentences.
import { lonelyLosses } from './lone-tables.mjs';
import { pairOf, targetOf } from './pair-tables.mjs';
import { peers } from './sandboxes/index.mjs';
import { digits } from './units.mjs';
import { pairWorks } from './works/index.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./figures.mjs').Results} Results */

/** Sandboxes, or near to one: nobody wonders that a mere context is faster. */
const rivals = peers.filter(({ name }) => !name.startsWith('node'));

/** The ratio below which one core does worse than promised. */
const worstOnOneCore = 0.25;

/** Works with a lower ratio than that. @param {Results} results @param {string} peer @param {number} bound */
function below(results, peer, bound) {
  return pairWorks.flatMap(({ name, title }) => {
    const ratio = pairOf(results[name]?.[peer])?.ratio.median;
    return ratio !== undefined && ratio < bound ? [`${title} (${digits(ratio)})`] : [];
  });
}

/** @param {Figures} figures */
function missedTargets({ node, results }) {
  return pairWorks.flatMap((work) => {
    const target = targetOf(work, node);
    const against = peers.find(({ name }) => name === work.sandboxes[0]);
    const ratio = pairOf(results.allCores[work.name]?.[against?.name ?? ''])?.ratio.median;
    if (target === undefined || ratio === undefined || ratio >= target) return [];
    return [`- below the target of ${target} against ${against?.title}: ${work.title} (${digits(ratio)})`];
  });
}

/** @param {Figures} figures @returns {string[]} */
export function shortcomings(figures) {
  const { allCores, oneCore } = figures.results;
  const lines = [
    ...rivals.flatMap(({ name, title }) => {
      const lost = below(allCores, name, 1);
      return lost.length > 0 ? [`- **${title} is faster**: ${lost.join('; ')}`] : [];
    }),
    ...missedTargets(figures),
    ...rivals.flatMap(({ name, title }) => {
      const lost = below(oneCore, name, worstOnOneCore);
      return lost.length > 0
        ? [`- on one core more than ${1 / worstOnOneCore} times the time of ${title}: ${lost.join('; ')}`]
        : [];
    }),
    ...lonelyLosses(figures),
  ];
  return lines.length > 0 ? lines : ['- nowhere'];
}
