// @ts-check
// Other versions of Node, from npm: the package node-<os>-<cpu> holds a whole one, headers included. They are kept below
// node_modules/.cache and are no dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repo } from './build.mjs';
import { fail, npm, output } from './toolchain.mjs';

/** The oldest version of each major one that the package supports, as package.json says. @type {Record<string, string>} */
export const oldestNodes = { 20: '20.17.0', 22: '22.9.0', 24: '24.0.0', 26: '26.0.0' };

/**
 * @typedef {object} NodePackage
 * @property {string} folder   holds bin/node and include/node
 * @property {string} version  all of it
 */

/**
 * Installs a package in a folder of its own, once.
 * @param {string} folder                 of the cache
 * @param {string} name
 * @param {string} version                or the beginning of one
 * @param {(installed: string) => boolean} isThere
 * @param {string[]} platform             what npm is told of the machine that it is for
 */
function installOnce(folder, name, version, isThere, platform) {
  const cache = join(repo, 'node_modules/.cache/isolet', folder);
  const installed = join(cache, 'node_modules', name);
  if (isThere(installed)) return installed;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{"private":true}');
  const args = ['install', '--no-save', '--no-package-lock', ...platform, '--prefix', cache];
  const [node, script] = npm();
  const { status } = spawnSync(node, [script, ...args, `${name}@${version}`], {
    stdio: ['ignore', 2, 2],
    cwd: cache,
  });
  if (status !== 0) {
    rmSync(cache, { recursive: true });
    fail(`The npm package ${name}@${version} could not be installed`);
  }
  return installed;
}

/**
 * Gets a Node, once.
 * @param {string} version  or the beginning of one
 * @param {string} [cpu]    default: that of this process
 * @returns {NodePackage}
 */
export function getNode(version, cpu = process.arch) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${cpu}`;
  const suffix = cpu === process.arch ? '' : `-${cpu}`;
  const isThere = (/** @type {string} */ folder) => existsSync(join(folder, 'include/node/node.h'));
  const folder = installOnce(`node-${version}${suffix}`, name, version, isThere, [`--cpu=${cpu}`]);
  return { folder, version: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version };
}

/** Of pnpm's for Alpine: the last that is known to be what is said below, and its Node. */
const muslPackage = { name: '@pnpm/linuxstatic-x64', version: '11.21.0', node: '26' };
/** What ends in whether the program inside is to run (nodejs/postject, and Node's src/node_sea.cc). */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

/**
 * Gets a Node for musl on x64, which has no package of its own: pnpm's executable for Alpine is one, with a program
 * inside that a fuse keeps from running.
 * @returns {{ program: string, major: string }}
 */
export function getMuslNode() {
  const { name, version, node } = muslPackage;
  const isThere = (/** @type {string} */ folder) => existsSync(join(folder, 'pnpm'));
  // npm refuses what is for another C library than its own Node's.
  const platform = ['--force', '--ignore-scripts'];
  const folder = installOnce('node-musl', name, version, isThere, platform);
  const program = join(folder, 'bin/node');
  if (!existsSync(program)) {
    const bytes = readFileSync(join(folder, 'pnpm'));
    const at = bytes.indexOf(fuse);
    if (at < 0) fail(`${name}@${version} is no Node with a program inside`);
    bytes[at + fuse.length] = '0'.charCodeAt(0);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(program, bytes, { mode: 0o755 });
  }
  return { program, major: node };
}

/** The newest version of Node that begins so. @param {string} beginning */
export function latestVersion(beginning) {
  const stdout = output([...npm(), 'view', `node@${beginning}`, 'version', '--json']);
  const versions = [JSON.parse(stdout)].flat();
  return /** @type {string} */ (versions.at(-1));
}
