// @ts-check
// Whether this tree takes more instructions than another revision: run.mjs --against REV [--tolerance 3] [--works NAME,…]
//
// Instructions, not seconds: they are nearly the same in each run, whatever else the machine does. They are no measure of
// time: a cache miss or a system call counts as little as an addition. Ends with exit code 1 if a work takes more than
// `tolerance` percent more than with REV.
import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative, buildRoot, buildTypeScript, repo, run } from '../../scripts/build.mjs';
import { table } from '../../scripts/markdown-table.mjs';
import { fail } from '../../scripts/toolchain.mjs';
import { chosen } from '../peers.mjs';
import { countOperation } from './count.mjs';
import { works } from './works.mjs';

/** @typedef {import('./count.mjs').Tree} Tree */

const { values: options } = parseArgs({
  options: {
    against: { type: 'string' },
    tolerance: { type: 'string', default: '3' },
    works: { type: 'string' },
  },
});
const { against } = options;
if (against === undefined)
  fail('Usage: npm run bench:instructions -- --against REV [--tolerance 3] [--works NAME,…]');
const tolerance = Number(options.tolerance);
if (!(tolerance >= 0)) fail('--tolerance: it has to be a number of percent');
const wanted = chosen(options.works, works);

/** Kept, so that the next build of another revision is a short one. @param {string} revision @returns {Tree} */
function buildRevision(revision) {
  const folder = join(repo, 'node_modules/.cache/isolet/against');
  if (existsSync(folder)) run(['git', '-C', folder, 'checkout', '--quiet', '--detach', revision]);
  else run(['git', 'worktree', 'add', '--quiet', '--force', '--detach', folder, revision]);
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) symlinkSync(join(repo, 'node_modules'), modules, 'junction');
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ISOLET_PREBUILD: folder },
  });
  if (status !== 0) fail(`${revision} could not be built`);
  return { folder, prebuild: folder };
}

await buildNative('isolet', undefined);
buildTypeScript();
const theirs = buildRevision(against);
const ours = { folder: repo, prebuild: buildRoot(undefined) };

let isWorse = false;
const rows = wanted.map((work) => {
  const before = countOperation(theirs, work);
  const after = countOperation(ours, work);
  const percent = (after / before - 1) * 100;
  const isTooMuch = percent > tolerance;
  isWorse ||= isTooMuch;
  console.error(`${work.name}: ${percent.toFixed(2)} %`);
  return [
    work.name,
    Math.round(before),
    Math.round(after),
    `${(after / before).toFixed(4)}${isTooMuch ? ' too much' : ''}`,
  ];
});
console.log(`Instructions of one operation, Node ${process.version}\n`);
console.log(table(['', against, 'this tree', 'ratio'], rows).join('\n'));
process.exitCode = isWorse ? 1 : 0;
