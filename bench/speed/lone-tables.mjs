// @ts-check
// Tables of what was measured for each sandbox alone.
import { table } from '../../scripts/markdown-table.mjs';
import { absence, targetOf } from './pair-tables.mjs';
import { isolet, sandboxes } from './sandboxes/index.mjs';
import { digits, size, time } from './units.mjs';
import { crowd, crowdSize } from './works/crowd.mjs';
import { armedCount, deadlines } from './works/deadlines.mjs';
import { idleCpu, idleSandboxes, rest } from './works/idle-cpu.mjs';
import { idleMemoryWorks } from './works/idle-memory.mjs';
import { loneWorks } from './works/index.mjs';
import { pool } from './works/pool.mjs';
import { preloaded } from './works/preloaded.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./figures.mjs').Results} Results */
/** @typedef {import('./samples.mjs').Pair} Pair */
/** @typedef {import('./works/crowd.mjs').Crowd} Crowd */
/** @typedef {import('./works/crowd.mjs').Latency} Latency */
/** @typedef {import('./works/deadlines.mjs').Deadlines} Deadlines */
/** @typedef {import('./works/idle-cpu.mjs').IdleCpu} IdleCpu */
/** @typedef {import('./works/idle-memory.mjs').IdleMemory} IdleMemory */
/** @typedef {import('./works/pool.mjs').Acquisition} Acquisition */

/** Sandboxes of these works. @param {readonly { name: string }[]} ofWorks */
function measured(ofWorks) {
  const names = ofWorks.flatMap(({ name }) => loneWorks.find((work) => work.name === name)?.sandboxes ?? []);
  return sandboxes.filter(({ name }) => names.includes(name));
}

/** What isolet is held against. */
const rival = 'isolated-vm';

/**
 * One row: a figure of each sandbox.
 * @typedef {object} Row
 * @property {string} title
 * @property {string} target
 * @property {string} work
 * @property {(found: any) => number | null} figure null: it can't
 * @property {(figure: number) => string} text
 * @property {'less' | 'more'} better
 */

/** @param {Row} row @param {Results} results @param {string} sandbox @returns {number | undefined} */
function figureOf({ work, figure }, results, sandbox) {
  const found = results[work]?.[sandbox];
  if (typeof found !== 'object' || found === null || 'failed' in found) return undefined;
  return figure(found) ?? undefined;
}

/** @param {Row} row @param {Results} results */
function rivalIsBetter(row, results) {
  const ours = figureOf(row, results, isolet.name);
  const theirs = figureOf(row, results, rival);
  if (ours === undefined || theirs === undefined) return false;
  return row.better === 'less' ? theirs < ours : theirs > ours;
}

/** @param {Row} row @param {Results} results @param {string} sandbox */
function cellOf(row, results, sandbox) {
  if (!loneWorks.find(({ name }) => name === row.work)?.sandboxes.includes(sandbox)) return '';
  const figure = figureOf(row, results, sandbox);
  const found = results[row.work]?.[sandbox];
  if (figure === undefined)
    return absence(typeof found === 'object' && found !== null && !('failed' in found) ? null : found);
  const text = row.text(figure);
  return sandbox === rival && rivalIsBetter(row, results) ? `**${text}**` : text;
}

/** @type {readonly Row[]} */
const memoryRows = idleMemoryWorks.map(({ name, title }) => ({
  title,
  target: '',
  work: name,
  figure: (/** @type {IdleMemory} */ { bytes }) => bytes,
  text: size,
  better: 'less',
}));

const micros = (/** @type {number} */ figure) => time(figure / 1000);

/** @type {readonly Row[]} */
const rows = [
  {
    title: `CPU time of the process in a second, ${idleSandboxes} sandboxes idle`,
    target: '',
    work: idleCpu.name,
    figure: (/** @type {IdleCpu} */ { idle }) => idle,
    text: micros,
    better: 'less',
  },
  {
    title: `CPU time of a call, one every ${rest} ms`,
    target: '',
    work: idleCpu.name,
    figure: (/** @type {IdleCpu} */ { call }) => call,
    text: micros,
    better: 'less',
  },
  {
    title: 'of that in the sandbox',
    target: 'spins 50 µs at most',
    work: idleCpu.name,
    figure: (/** @type {IdleCpu} */ { inside }) => inside,
    text: micros,
    better: 'less',
  },
  {
    title: `work done by ${crowdSize} that compute, by that of one for each core`,
    target: '0.95',
    work: crowd.name,
    figure: (/** @type {Crowd} */ { throughput }) => throughput,
    text: digits,
    better: 'more',
  },
  {
    title: 'call of one more meanwhile, median',
    target: '',
    work: crowd.name,
    figure: (/** @type {Crowd} */ { call }) => call?.median ?? null,
    text: time,
    better: 'less',
  },
  {
    title: 'the same, p99',
    target: '',
    work: crowd.name,
    figure: (/** @type {Crowd} */ { call }) => call?.p99 ?? null,
    text: time,
    better: 'less',
  },
  {
    title: 'async eval in one more meanwhile, median',
    target: '',
    work: crowd.name,
    figure: (/** @type {Crowd} */ { asyncEval }) => asyncEval.median,
    text: time,
    better: 'less',
  },
  {
    title: 'the same, p99',
    target: '',
    work: crowd.name,
    figure: (/** @type {Crowd} */ { asyncEval }) => asyncEval.p99,
    text: time,
    better: 'less',
  },
  {
    title: `how late a loop is stopped, ${armedCount} other deadlines armed (isolated-vm: none), p99`,
    target: '2 ms',
    work: deadlines.name,
    figure: (/** @type {Deadlines} */ { stopped }) => stopped,
    text: time,
    better: 'less',
  },
  {
    title: 'how late those others are, of promises that never settle, p99',
    target: '2 ms',
    work: deadlines.name,
    figure: (/** @type {Deadlines} */ { armed }) => armed,
    text: time,
    better: 'less',
  },
];

/** @type {readonly Row[]} */
const startRows = [
  {
    title: 'start with lodash by running its source, first use, close',
    target: '',
    work: preloaded.name,
    figure: (/** @type {Pair} */ { theirs }) => theirs.median,
    text: time,
    better: 'less',
  },
  {
    title: 'the same with a snapshot that has it',
    target: '',
    work: preloaded.name,
    figure: (/** @type {Pair} */ { ours }) => ours.median,
    text: time,
    better: 'less',
  },
  {
    title: 'the first by the second',
    target: '2',
    work: preloaded.name,
    figure: (/** @type {Pair} */ { ratio }) => ratio.median,
    text: digits,
    better: 'more',
  },
  {
    title: '`acquire()` of a runtime that a pool has ready, median',
    target: '50 µs',
    work: pool.name,
    figure: (/** @type {Acquisition} */ { median }) => median,
    text: time,
    better: 'less',
  },
  {
    title: 'the same, p99',
    target: '',
    work: pool.name,
    figure: (/** @type {Acquisition} */ { p99 }) => p99,
    text: time,
    better: 'less',
  },
  {
    title: 'with its first `eval`, median',
    target: '',
    work: pool.name,
    figure: (/** @type {Acquisition} */ { withEval }) => withEval,
    text: time,
    better: 'less',
  },
];

/** @param {Figures} figures */
export function startTable({ results: { allCores } }) {
  return table(
    ['', 'target', isolet.title],
    startRows.map((row) => [row.title, row.target, cellOf(row, allCores, isolet.name)]),
  );
}

/** @param {Figures} figures */
export function memoryTable({ node, results: { allCores } }) {
  const columns = measured(idleMemoryWorks);
  return table(
    ['', ...columns.map(({ title }) => title), `${rival} by ${isolet.title}`, 'target'],
    memoryRows.map((row, index) => {
      const ratio =
        (figureOf(row, allCores, rival) ?? Number.NaN) / (figureOf(row, allCores, isolet.name) ?? Number.NaN);
      return [
        row.title,
        ...columns.map(({ name }) => cellOf(row, allCores, name)),
        Number.isNaN(ratio) ? '' : digits(ratio),
        targetOf(idleMemoryWorks[index] ?? {}, node) ?? '–',
      ];
    }),
  );
}

/** @param {Figures} figures */
export function furtherTable({ results: { allCores } }) {
  const columns = measured([idleCpu, crowd, deadlines]);
  return table(
    ['', 'target', ...columns.map(({ title }) => title)],
    rows.map((row) => [row.title, row.target, ...columns.map(({ name }) => cellOf(row, allCores, name))]),
  );
}

/** @param {Figures} figures @returns {string[]} */
export function lonelyLosses({ results: { allCores } }) {
  const lost = memoryRows.filter((row) => rivalIsBetter(row, allCores));
  if (lost.length === 0) return [];
  return [`- **${rival} takes less memory**: ${lost.map(({ title }) => title).join('; ')}`];
}

/** Of isolet alone: how much less a move takes than the two copies. @param {Results} results */
export function moveSentence(results) {
  const ourTime = (/** @type {string} */ name) =>
    /** @type {Partial<Pair> | null | undefined} */ (results[name]?.['isolated-vm'])?.ours?.median;
  const copies = (ourTime('bytes-in') ?? Number.NaN) + (ourTime('bytes-out') ?? Number.NaN);
  const ratio = copies / (ourTime('move') ?? Number.NaN);
  if (Number.isNaN(ratio)) return `Moving a Uint8Array: ${absence(undefined)}.\n`;
  return `Moving 16 MiB there and back takes isolet ${digits(ratio)} times less than copying them (target: 50).\n`;
}
