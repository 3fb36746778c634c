// @ts-check
// Runs a command under other Node versions: with-node.mjs 22,24 -- npm test
//
// First on the PATH, that Node is the one that builds and tests; its addon goes to a folder of its own.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { repo } from './build.mjs';
import { getNode } from './node-packages.mjs';
import { fail } from './toolchain.mjs';

const [versions, separator, ...command] = process.argv.slice(2);
if (!versions || !/^[\d.]+(,[\d.]+)*$/.test(versions) || separator !== '--' || command.length === 0) {
  fail('Usage: with-node.mjs MAJOR[,MAJOR…] -- COMMAND…');
}

for (const version of versions.split(',')) {
  const { folder, version: exact } = getNode(version);
  const [program, ...args] = command;
  console.error(`Node ${exact}: ${command.join(' ')}`);
  const { status, signal } = spawnSync(/** @type {string} */ (program), args, {
    stdio: 'inherit',
    // npm and the commands in node_modules/.bin are scripts that only a shell finds on Windows.
    shell: process.platform === 'win32',
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
