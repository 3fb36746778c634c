// @ts-check
// Tables of what was measured for each sandbox alone.
import { table } from '../../scripts/markdown-table.mjs';
import { absence, targetOf } from './pair-tables.mjs';
import { isolet, sandboxes } from './sandboxes/index.mjs';
import { digits, size, time } from './units.mjs';
import { crowd, crowdSize } from './work/crowd.mjs';
import { armedCount, deadlines } from './work/deadlines.mjs';
import { idleCpu, idleSandboxes, rest } from './work/idle-cpu.mjs';
import { idleMemoryWorks } from './work/idle-memory.mjs';
import { loneWorks } from './work/index.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./figures.mjs').Results} Results */
/** @typedef {import('./samples.mjs').Pair} Pair */
/** @typedef {import('./work/crowd.mjs').Crowd} Crowd */
/** @typedef {import('./work/crowd.mjs').Latency} Latency */
/** @typedef {import('./work/deadlines.mjs').Deadlines} Deadlines */
/** @typedef {import('./work/idle-cpu.mjs').IdleCpu} IdleCpu */
/** @typedef {import('./work/idle-memory.mjs').IdleMemory} IdleMemory */

/** Sandboxes of these works. @param {readonly { name: string }[]} ofWorks */
function measured(ofWorks) {
  const names = ofWorks.flatMap(({ name }) => loneWorks.find((work) => work.name === name)?.sandboxes ?? []);
  return sandboxes.filter(({ name }) => names.includes(name));
}

/** @template T @param {unknown} found @param {(value: T) => string | null} show null: it can't */
function shown(found, show) {
  if (typeof found !== 'object' || found === null || 'failed' in found) return absence(found);
  return show(/** @type {T} */ (found)) ?? '–';
}

/** @param {Figures} figures */
export function memoryTable({ node, results: { allCores } }) {
  const columns = measured(idleMemoryWorks);
  const rows = idleMemoryWorks.map((work) => {
    const bytesOf = (/** @type {string} */ name) => {
      const found = /** @type {Partial<IdleMemory> | null | undefined} */ (allCores[work.name]?.[name]);
      return found?.bytes;
    };
    const theirs = bytesOf('isolated-vm');
    const ours = bytesOf(isolet.name);
    return [
      work.title,
      ...columns.map(({ name }) =>
        shown(allCores[work.name]?.[name], (/** @type {IdleMemory} */ { bytes }) => size(bytes)),
      ),
      theirs && ours ? digits(theirs / ours) : '',
      targetOf(/** @type {import('./work/index.mjs').Work} */ (work), node) ?? '–',
    ];
  });
  return table(['', ...columns.map(({ title }) => title), 'isolated-vm by isolet', 'target'], rows);
}

/** @param {Latency | null} latency */
function latencyText(latency) {
  return latency && `${time(latency.median)} / ${time(latency.p99)}`;
}

/**
 * What one row says of a sandbox.
 * @typedef {object} Row
 * @property {string} title
 * @property {string} target
 * @property {string} work
 * @property {(found: any) => string | null} show
 */

/** @type {readonly Row[]} */
const rows = [
  {
    title: `CPU time of the process in a second, ${idleSandboxes} sandboxes idle`,
    target: '',
    work: idleCpu.name,
    show: (/** @type {IdleCpu} */ { idle }) => time(idle / 1000),
  },
  {
    title: `CPU time of a call every ${rest} ms`,
    target: '',
    work: idleCpu.name,
    show: (/** @type {IdleCpu} */ { call }) => time(call / 1000),
  },
  {
    title: 'of that in the sandbox',
    target: 'spins 50 µs at most',
    work: idleCpu.name,
    show: (/** @type {IdleCpu} */ { inside }) => (inside === null ? null : time(inside / 1000)),
  },
  {
    title: `work done by ${crowdSize} that compute, by that of one for each core`,
    target: '0.95',
    work: crowd.name,
    show: (/** @type {Crowd} */ { throughput }) => digits(throughput),
  },
  {
    title: 'call of one more meanwhile: median / p99',
    target: '',
    work: crowd.name,
    show: (/** @type {Crowd} */ { call }) => latencyText(call),
  },
  {
    title: 'async eval in one more meanwhile: median / p99',
    target: '',
    work: crowd.name,
    show: (/** @type {Crowd} */ { asyncEval }) => latencyText(asyncEval),
  },
  {
    title: `a loop stopped after its deadline, ${armedCount} others armed: p99`,
    target: '2 ms',
    work: deadlines.name,
    show: (/** @type {Deadlines} */ { stopped, armed }) =>
      `${time(stopped)}${armed === null ? ' (none armed)' : ''}`,
  },
  {
    title: 'those others, of promises that never settle: p99',
    target: '2 ms',
    work: deadlines.name,
    show: (/** @type {Deadlines} */ { armed }) => (armed === null ? null : time(armed)),
  },
];

/** @param {Figures} figures */
export function furtherTable({ results: { allCores } }) {
  const columns = measured([idleCpu, crowd, deadlines]);
  return table(
    ['', 'target', ...columns.map(({ title }) => title)],
    rows.map(({ title, target, work, show }) => [
      title,
      target,
      ...columns.map(({ name }) => shown(allCores[work]?.[name], show)),
    ]),
  );
}

/** Of isolet alone: how much less a move takes than the two copies. @param {Results} results */
export function moveSentence(results) {
  const ourTime = (/** @type {string} */ name) =>
    /** @type {Partial<Pair> | null | undefined} */ (results[name]?.['isolated-vm'])?.ours?.median;
  const copies = (ourTime('bytes-in') ?? Number.NaN) + (ourTime('bytes-out') ?? Number.NaN);
  const ratio = copies / (ourTime('move') ?? Number.NaN);
  if (Number.isNaN(ratio)) return 'Moving a Uint8Array is not part of isolet yet.\n';
  return `Moving 16 MiB there and back takes isolet ${digits(ratio)} times less than copying them (target: 50).\n`;
}
