// @ts-check
// What isolet is compared with: how peers are installed, and which of them a run is about.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repo } from '../scripts/build.mjs';
import { fail } from '../scripts/toolchain.mjs';

/**
 * A sandbox that a child process can load.
 * @typedef {object} SandboxEntry
 * @property {string} name
 * @property {URL} module
 * @property {readonly string[]} nodeArgs
 */

/** Peers are no dependencies of the package: they are installed beside this, for the running Node. */
export function installPeers() {
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: join(repo, 'bench'),
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail('The peers could not be installed: npm install in bench/ failed');
}

/** In a process of its own, with the flags of the sandbox. @param {SandboxEntry} sandbox @returns {string} */
export function versionOf(sandbox) {
  const code = `import(${JSON.stringify(sandbox.module.href)}).then(({ version }) => console.log(version))`;
  const { stdout, status } = spawnSync(process.execPath, [...sandbox.nodeArgs, '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) fail(`${sandbox.name} can't be loaded in this Node`);
  return stdout.trim();
}

/**
 * Those that an option names.
 * @template T
 * @param {string | undefined} names with commas between; undefined: all
 * @param {readonly (T & { name: string })[]} all
 */
export function chosen(names, all) {
  if (names === undefined) return all;
  return names.split(',').map((name) => all.find((one) => one.name === name) ?? fail(`Unknown: ${name}`));
}
