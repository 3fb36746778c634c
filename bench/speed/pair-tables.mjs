// @ts-check
// Tables of the works that were measured in pairs.
import { table } from '../../scripts/markdown-table.mjs';
import { isolet, peers } from './sandboxes/index.mjs';
import { quantile } from './spread.mjs';
import { digits, time } from './units.mjs';
import { pairWorks } from './works/index.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./figures.mjs').Results} Results */
/** @typedef {import('./samples.mjs').Pair} Pair */
/** @typedef {import('./works/index.mjs').Work} Work */

const titles = peers.map(({ title }) => title);

/** @param {unknown} found @returns {Pair | undefined} */
export function pairOf(found) {
  const pair = /** @type {Partial<Pair> | null | undefined} */ (found);
  return pair?.ratio ? /** @type {Pair} */ (pair) : undefined;
}

/** In words, where there is no figure. @param {unknown} found */
export function absence(found) {
  if (found === undefined) return 'not run';
  return found === null ? '–' : 'failed';
}

/** @param {Partial<Work>} work @param {string} node */
export function targetOf({ target, targetFrom = 0 }, node) {
  return Number.parseInt(node.slice(1), 10) >= targetFrom ? target : undefined;
}

/** @param {unknown} found */
function ratioCell(found) {
  const pair = pairOf(found);
  if (pair === undefined) return absence(found);
  const { low, median, high } = pair.ratio;
  const text = `${digits(median)} (${digits(low)}–${digits(high)})`;
  return median < 1 ? `**${text}**` : text;
}

/** @param {Work} work @param {Results} results */
function ratioCells(work, results) {
  return peers.map(({ name }) =>
    work.sandboxes.includes(name) ? ratioCell(results[work.name]?.[name]) : '',
  );
}

/** Peer time by our time. @param {Figures} figures */
export function ratioTable({ node, results }) {
  return table(
    ['', 'target', ...titles],
    pairWorks.map((work) => [work.title, targetOf(work, node) ?? '–', ...ratioCells(work, results.allCores)]),
  );
}

/** @param {Figures} figures */
export function oneCoreTable({ results }) {
  return table(
    ['', ...titles],
    pairWorks.map((work) => [work.title, ...ratioCells(work, results.oneCore)]),
  );
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
  return table(['', isolet.title, ...titles], rows);
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
