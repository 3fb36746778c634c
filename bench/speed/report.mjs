// @ts-check
// Writes docs/performance.md and docs/performance-size.svg from the figures that run.mjs kept: report.mjs [--quick]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repo } from '../../scripts/build.mjs';
import { fail } from '../../scripts/toolchain.mjs';
import { readAllFigures } from './figures.mjs';
import { furtherTable, memoryTable, moveSentence, startTable } from './lone-tables.mjs';
import { oneCoreTable, partsTable, ratioTable, timeTable } from './pair-tables.mjs';
import { sandboxes } from './sandboxes/index.mjs';
import { shortcomings } from './shortcomings.mjs';
import { sizePlot } from './size-plot.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./works/size.mjs').CostBySize} CostBySize */

const introduction = `# Performance

What isolet takes, and what its peers take for the same, measured by \`npm run bench\`: it builds for Node 20, 24 and 26,
installs the peers in \`bench/\`, measures, and writes this page. How each sandbox is used is in
\`bench/speed/sandboxes/\`: the fastest way that its documentation has. What each work does is in \`bench/speed/works/\`.

- One peer and isolet are measured in one process, in turns: a sample of at least 10 ms of the one, a sample of the other,
  their order changing, for a second at least; each goes on for 25 ms before its sample begins. Figures are the median, and the quartiles in parentheses.
- **Ratios are the peer's time by isolet's**: 3 means that the peer takes three times as long. Where a figure is below 1,
  the peer is faster. **Bold** is where a peer is better.
- All sandboxes that know a limit of memory have one of 128 MiB, more where the values are large.
- \`isolated-vm\` and \`node:vm\` run scripts that they have compiled before; isolet is given the source text each time.
- \`node:vm\` is no wall, and the workers run code in the global scope of the worker: they show what a context or a thread
  costs without a sandbox around it. \`node:vm\` copies objects and bytes by \`structuredClone\`.
- **–** is what a sandbox cannot do.
`;

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const all = readAllFigures(options.quick ? 'quick' : 'thorough').sort((a, b) =>
  a.node.localeCompare(b.node, 'en', { numeric: true }),
);
const last = all.at(-1);
if (last === undefined) fail('There are no figures: run `node bench/speed/run.mjs` first');

/** Of those that have one of their own. @param {Figures} figures */
function versions({ node, versions: known }) {
  const packages = sandboxes.filter(({ name }) => known[name] && `v${known[name]}` !== node);
  return packages.map(({ name, title }) => `${title} ${known[name]}`);
}

/** @param {Figures} figures */
function disturbances({ disturbed: { allCores, oneCore } }) {
  const named = [...allCores, ...oneCore.map((name) => `${name} (one core)`)];
  if (named.length === 0) return [];
  return [
    `**Measured while the machine did other things as well, and worth little: ${named.join(', ')}.**\n`,
  ];
}

/** @param {Figures} figures */
function chapter(figures) {
  const { allCores } = figures.results;
  return [
    `## Node ${figures.node}\n`,
    `${versions(figures).join(', ')}.\n`,
    ...disturbances(figures),
    'Where isolet falls short:\n',
    ...shortcomings(figures),
    '',
    '### Ratios\n',
    ...ratioTable(figures),
    moveSentence(allCores),
    '### Times\n',
    ...timeTable(allCores),
    '### Pure computation, part by part\n',
    ...partsTable(allCores),
    '### On one core\n',
    'The same ratios with the whole process held to one core (`taskset`): nothing should be below 0.25.\n',
    ...oneCoreTable(figures),
    '### Snapshots and pools\n',
    'isolet alone, with and without: what [a snapshot](snapshots.md) and [a pool](runtime.md#runtimes-made-ahead) save.\n',
    ...startTable(figures),
    '### Memory of an idle sandbox\n',
    'Resident, in a process of its own for each sandbox and count, after one evaluation.\n',
    ...memoryTable(figures),
    '### Waiting, crowds, deadlines\n',
    ...furtherTable(figures),
  ];
}

/** @param {Figures} figures @returns {Record<string, CostBySize>} */
function costBySize({ results }) {
  const found = /** @type {Record<string, Partial<CostBySize> | null>} */ (results.allCores.size ?? {});
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, cost]) =>
      cost?.text ? [[name, /** @type {CostBySize} */ (cost)]] : [],
    ),
  );
}

const lines = [
  introduction,
  `Measured on ${[...new Set(all.map(({ machine }) => machine))].join('; ')}.\n`,
  ...(options.quick ? ['**These are figures of a quick run: they say little.**\n'] : []),
  `## Cost against size\n`,
  '![Time of a value there and back against its size](performance-size.svg)\n',
  ...all.flatMap(chapter),
];
mkdirSync(join(repo, 'docs'), { recursive: true });
writeFileSync(join(repo, 'docs/performance.md'), `${lines.join('\n').trimEnd()}\n`);
writeFileSync(join(repo, 'docs/performance-size.svg'), sizePlot(costBySize(last), last.node));
