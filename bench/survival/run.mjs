// @ts-check
// Runs the corpus of hostile scripts in isolet and in its peers, each case in a process of its own:
//   run.mjs [--only SANDBOX,…] [--cases NAME,…]
// Keeps the figures after every case, those of other cases included: a run may be cut short, or done in parts.
// report.mjs writes the page.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { buildNative, buildTypeScript } from '../../scripts/build.mjs';
import { corpus } from '../../test/hostile/corpus/index.mjs';
import { chosen, installPeers, versionOf } from '../peers.mjs';
import { readResults, writeFigures } from './figures.mjs';
import { sandboxes } from './sandboxes/index.mjs';
import { resultOf } from './verdict.mjs';
import { watchCase } from './watch-case.mjs';

/** Children at a time. More than one, as most of them wait; not more, so that a core is left for each. */
const jobs = 2;
/** ms past the deadline until a child is killed. */
const grace = 10_000;

const { values: options } = parseArgs({ options: { only: { type: 'string' }, cases: { type: 'string' } } });
const cases = chosen(options.cases, corpus);
const machine = `${process.platform} ${process.arch}, ${cpus().length} cores`;

/** @param {import('./sandboxes/index.mjs').SandboxEntry} sandbox */
async function measure(sandbox) {
  const version = versionOf(sandbox);
  const results = readResults(sandbox.name);
  const queue = cases.values();
  const work = async () => {
    for (const hostile of queue) {
      const seen = await watchCase(sandbox, hostile, grace);
      const result = resultOf(hostile, seen);
      results[hostile.name] = result;
      writeFigures({ sandbox: sandbox.name, version, node: process.version, machine, results });
      console.error(
        `${sandbox.name}: ${hostile.name}: ${result.verdict} ${result.detail} ${result.outcome ?? ''}`,
      );
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

const wanted = chosen(options.only, sandboxes);
await buildNative('isolet', undefined);
buildTypeScript();
if (wanted.some(({ name }) => name !== 'isolet')) installPeers();
for (const sandbox of wanted) await measure(sandbox);
