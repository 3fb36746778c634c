// @ts-check
// How fast isolet is, and how fast its peers are, in the running Node:
//   run.mjs [--works NAME,…] [--sandboxes NAME,…] [--cores all|one] [--quick]
// Keeps the figures after every work, those of other works included: a run may be cut short, or done in parts.
// report.mjs writes the page.
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildNative, buildTypeScript } from '../../scripts/build.mjs';
import { fail, onPath } from '../../scripts/toolchain.mjs';
import { chosen, installPeers, versionOf } from '../peers.mjs';
import { readFigures, writeFigures } from './figures.mjs';
import { waitForRest } from './other-load.mjs';
import { sandboxes } from './sandboxes/index.mjs';
import { useShippedBinary } from './shipped.mjs';
import { pairWorks, works } from './works/index.mjs';

/** @typedef {import('./figures.mjs').Cores} Cores */
/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./sandboxes/index.mjs').SpeedSandbox} SpeedSandbox */
/** @typedef {import('./works/index.mjs').Work} Work */

const child = fileURLToPath(new URL('measure.mjs', import.meta.url));

/** ms until a child is killed. */
const patience = 180_000;
/** ms that a work waits for other programs to be done, in a thorough run. */
const patienceWithOthers = 60_000;

const { values: options } = parseArgs({
  options: {
    works: { type: 'string' },
    sandboxes: { type: 'string' },
    cores: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const wantedWorks = chosen(options.works, works);
const wantedSandboxes = chosen(options.sandboxes, sandboxes);
if (![undefined, 'all', 'one'].includes(options.cores)) fail('--cores: it can be all or one');

/** @type {import('./figures.mjs').PlanName} */
const plan = options.quick ? 'quick' : 'thorough';
/** Undefined: nothing can hold a process to one core here. */
const taskset = onPath('taskset');

/** @param {Work} work @param {SpeedSandbox} sandbox @param {Cores} cores @returns {Promise<unknown>} null: it can't */
function measure(work, sandbox, cores) {
  const command = [
    ...(cores === 'oneCore' && taskset ? [taskset, '-c', '0'] : []),
    process.execPath,
    ...sandbox.nodeArgs,
    child,
    work.name,
    sandbox.name,
    plan,
  ];
  return new Promise((resolve, reject) => {
    const running = spawn(/** @type {string} */ (command[0]), command.slice(1), {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      timeout: patience,
      killSignal: 'SIGKILL',
    });
    let told = '';
    running.stdio[3]?.on('data', (data) => {
      told += data;
    });
    running.on('error', reject);
    running.on('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(told));
      else reject(new Error(`${work.name}, ${sandbox.name}: ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** @returns {Figures} */
function freshFigures() {
  return {
    node: process.version,
    machine: `${process.platform} ${process.arch}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`,
    versions: {},
    disturbed: { allCores: [], oneCore: [] },
    results: { allCores: {}, oneCore: {} },
  };
}

/** @param {Figures} figures @param {readonly Work[]} ofCores @param {Cores} cores */
async function measureAll(figures, ofCores, cores) {
  for (const work of ofCores.filter((one) => wantedWorks.includes(one))) {
    const isAlone = await waitForRest(options.quick ? 0 : patienceWithOthers);
    if (!isAlone)
      console.error(`${work.name}: the machine is busy with other things, the figures say little`);
    figures.disturbed[cores] = figures.disturbed[cores].filter((name) => name !== work.name);
    if (!isAlone) figures.disturbed[cores].push(work.name);
    for (const sandbox of wantedSandboxes.filter(({ name }) => work.sandboxes.includes(name))) {
      const found = await measure(work, sandbox, cores).catch((error) => ({ failed: String(error.message) }));
      const ofWork = figures.results[cores];
      ofWork[work.name] = { ...ofWork[work.name], [sandbox.name]: found };
      writeFigures(plan, figures);
      console.error(`${cores} ${work.name} ${sandbox.name}: ${summary(found)}`);
    }
  }
}

/** @param {any} found */
function summary(found) {
  if (found?.ratio)
    return `${found.ratio.median.toFixed(2)} times our ${found.ours.median.toPrecision(3)} ms`;
  return JSON.stringify(found);
}

if (options.quick) await buildNative('isolet', undefined);
else useShippedBinary();
buildTypeScript();
installPeers();
const figures = readFigures(plan) ?? freshFigures();
for (const sandbox of wantedSandboxes) figures.versions[sandbox.name] = versionOf(sandbox);
if (options.cores !== 'one') await measureAll(figures, works, 'allCores');
if (options.cores !== 'all' && taskset) await measureAll(figures, pairWorks, 'oneCore');
