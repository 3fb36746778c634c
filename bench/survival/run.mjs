// @ts-check
// Runs the corpus of hostile scripts in isolet and in its peers, each case in a process of its own:
//   run.mjs [--only SANDBOX,…] [--cases NAME,…]
// Keeps the figures after every case, those of other cases included: a run may be cut short, or done in parts.
// report.mjs writes the page.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative, buildTypeScript, repo } from '../../scripts/build.mjs';
import { fail } from '../../scripts/toolchain.mjs';
import { corpus } from '../../test/hostile/corpus/index.mjs';
import { readResults, writeFigures } from './figures.mjs';
import { sandboxes } from './sandboxes/index.mjs';
import { resultOf } from './verdict.mjs';
import { watchCase } from './watch-case.mjs';

/** Children at a time. More than one, as most of them wait; not more, so that a core is left for each. */
const jobs = 2;
/** ms past the deadline until a child is killed. */
const grace = 10_000;

/** @template T @param {string | undefined} names @param {readonly (T & { name: string })[]} all */
function chosen(names, all) {
  if (names === undefined) return all;
  return names.split(',').map((name) => all.find((one) => one.name === name) ?? fail(`Unknown: ${name}`));
}

const { values: options } = parseArgs({ options: { only: { type: 'string' }, cases: { type: 'string' } } });
const cases = chosen(options.cases, corpus);
const machine = `${process.platform} ${process.arch}, ${cpus().length} cores`;

/** Peers are no dependencies of the package: they are installed beside this, for the running Node. */
function installPeers() {
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: join(repo, 'bench'),
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail('The peers could not be installed: npm install in bench/ failed');
}

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

/** In a process of its own, with the flags of the sandbox. @param {import('./sandboxes/index.mjs').SandboxEntry} sandbox */
function versionOf(sandbox) {
  const code = `import(${JSON.stringify(sandbox.module.href)}).then(({ version }) => console.log(version))`;
  const { stdout, status } = spawnSync(process.execPath, [...sandbox.nodeArgs, '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) fail(`${sandbox.name} can't be loaded in this Node`);
  return stdout.trim();
}

const wanted = chosen(options.only, sandboxes);
await buildNative('isolet', undefined);
buildTypeScript();
if (wanted.some(({ name }) => name !== 'isolet')) installPeers();
for (const sandbox of wanted) await measure(sandbox);
