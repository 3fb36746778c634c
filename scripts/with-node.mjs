// @ts-check
// Runs a command under other Node versions: with-node.mjs 22,24 -- npm test
// `{version}` in the command stands for the exact version.
//
// The npm package node-<os>-<cpu> holds a whole Node, headers included. It is kept below node_modules/.cache and is no
// dependency. First on the PATH, it is the Node that builds and tests; its addon goes to a folder of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { repo } from './build.mjs';
import { fail } from './toolchain.mjs';

const [versions, separator, ...command] = process.argv.slice(2);
if (!versions || !/^[\d.]+(,[\d.]+)*$/.test(versions) || separator !== '--' || command.length === 0) {
  fail('Usage: with-node.mjs MAJOR[,MAJOR…] -- COMMAND…');
}

// npm and the commands in node_modules/.bin are scripts that only a shell finds on Windows.
const shell = process.platform === 'win32';
const packageName = `node-${shell ? 'win' : process.platform}-${process.arch}`;

/** @param {string} version @returns {string} the folder of that Node */
function getNode(version) {
  const cache = join(repo, 'node_modules/.cache/isolet', `node-${version}`);
  const folder = join(cache, 'node_modules', packageName);
  if (existsSync(join(folder, 'include/node/node.h'))) return folder;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{"private":true}');
  const args = ['install', '--no-save', '--no-package-lock', '--prefix', cache, `${packageName}@${version}`];
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 2, 2], shell, cwd: cache });
  if (status !== 0) {
    rmSync(cache, { recursive: true });
    fail(`Could not get Node ${version}: the npm package ${packageName}@${version} could not be installed`);
  }
  return folder;
}

for (const version of versions.split(',')) {
  const folder = getNode(version);
  const { version: exact } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [program, ...args] = command.map((part) => part.replace('{version}', exact));
  console.error(`Node ${exact}: ${command.join(' ')}`);
  const { status, signal } = spawnSync(/** @type {string} */ (program), args, {
    stdio: 'inherit',
    shell,
    env: {
      ...process.env,
      PATH: [join(folder, 'bin'), join(repo, 'node_modules/.bin'), process.env.PATH].join(delimiter),
      npm_config_nodedir: folder,
      ISOLET_PREBUILD: join(repo, `build-node${version}`),
    },
  });
  if (status !== 0)
    fail(`Failed under Node ${exact} (${signal ?? `exit code ${status}`}): ${command.join(' ')}`);
}
