// @ts-check
// Tables of the works that were measured in pairs.
import { table } from '../../scripts/markdown-table.mjs';
import { peers } from './sandboxes/index.mjs';
import { quantile } from './spread.mjs';
import { digits, time } from './units.mjs';
import { pairWorks } from './work/index.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./figures.mjs').Results} Results */
/** @typedef {import('./samples.mjs').Pair} Pair */
/** @typedef {import('./work/index.mjs').Work} Work */

/** @param {unknown} found @returns {Pair | undefined} */
function pairOf(found) {
  const pair = /** @type {Partial<Pair> | null | undefined} */ (found);
  return pair?.ratio ? /** @type {Pair} */ (pair) : undefined;
}

/** In words, where there is no figure. @param {unknown} found */
export function absence(found) {
  if (found === undefined) return 'not run';
  return found === null ? '–' : 'failed';
}

/** @param {Work} work @param {string} node */
export function targetOf({ target, targetFrom = 0 }, node) {
  return Number.parseInt(node.slice(1), 10) >= targetFrom ? target : undefined;
}

/** The ratio that a target is about. @param {Results} results @param {Work} work */
export function firstRatio(results, work) {
  return pairOf(results[work.name]?.[work.sandboxes[0] ?? ''])?.ratio.median;
}

/** @param {unknown} found */
function ratioCell(found) {
  const pair = pairOf(found);
  if (pair === undefined) return absence(found);
  const { low, median, high } = pair.ratio;
  const text = `${digits(median)} (${digits(low)}–${digits(high)})`;
  return median < 1 ? `**${text}**` : text;
}

/** Peer time by our time. @param {Figures} figures @param {Results} results */
export function ratioTable({ node }, results) {
  const head = ['', 'target', ...peers.map(({ title }) => title)];
  const rows = pairWorks.map((work) => [
    work.title,
    targetOf(work, node) ?? '–',
    ...peers.map(({ name }) => (work.sandboxes.includes(name) ? ratioCell(results[work.name]?.[name]) : '')),
  ]);
  return table(head, rows);
}

/** @param {Results} results */
export function timeTable(results) {
  const rows = pairWorks.map((work) => {
    const ours = Object.values(results[work.name] ?? {}).flatMap((found) => pairOf(found)?.ours.median ?? []);
    return [
      work.title,
      ours.length > 0 ? time(quantile(ours, 0.5)) : absence(undefined),
      ...peers.map(({ name }) => {
        if (!work.sandboxes.includes(name)) return '';
        const found = results[work.name]?.[name];
        const pair = pairOf(found);
        return pair ? time(pair.theirs.median) : absence(found);
      }),
    ];
  });
  return table(['', 'isolet', ...peers.map(({ title }) => title)], rows);
}

/** The parts of a computation. @param {Results} results */
export function partsTable(results) {
  const computation = pairWorks.find(({ name }) => name === 'computation');
  const found = results.computation ?? {};
  const partsOf = (/** @type {string} */ name) =>
    /** @type {{ parts?: Record<string, Pair> } | null | undefined} */ (found[name])?.parts ?? {};
  const compared = peers.filter(({ name }) => computation?.sandboxes.includes(name) && name in found);
  const suites = [...new Set(compared.flatMap(({ name }) => Object.keys(partsOf(name))))];
  if (suites.length === 0) return [];
  const rows = suites.map((suite) => [suite, ...compared.map(({ name }) => ratioCell(partsOf(name)[suite]))]);
  return table(['', ...compared.map(({ title }) => title)], rows);
}

/** What falls short, in sentences. @param {Figures} figures @returns {string[]} */
export function shortcomings({ node, results }) {
  const { allCores, oneCore } = results;
  /** @type {string[]} */
  const lines = [];
  for (const work of pairWorks) {
    const target = targetOf(work, node);
    const ratio = firstRatio(allCores, work);
    const first = peers.find(({ name }) => name === work.sandboxes[0])?.title;
    const what = `${work.title}: ${ratio && digits(ratio)} against ${first}`;
    if (ratio === undefined) continue;
    if (ratio < 1 && !(target !== undefined && target < 1 && ratio >= target))
      lines.push(`- **${first} is faster**: ${what}`);
    else if (target !== undefined && ratio < target) lines.push(`- below the target of ${target}: ${what}`);
  }
  for (const work of pairWorks) {
    for (const { name, title } of peers) {
      const ratio = pairOf(oneCore[work.name]?.[name])?.ratio.median;
      if (ratio !== undefined && ratio < worstOnOneCore) {
        lines.push(
          `- on one core more than ${1 / worstOnOneCore} times the time of ${title}: ${work.title} (${digits(ratio)})`,
        );
      }
    }
  }
  return lines.length > 0 ? lines : ['- nothing'];
}

/** The ratio below which one core does worse than promised. */
const worstOnOneCore = 0.25;
