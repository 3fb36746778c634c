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
 * Gets a Node, once.
 * @param {string} version  or the beginning of one
 * @param {string} [cpu]    default: that of this process
 * @returns {NodePackage}
 */
export function getNode(version, cpu = process.arch) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${cpu}`;
  const suffix = cpu === process.arch ? '' : `-${cpu}`;
  const cache = join(repo, 'node_modules/.cache/isolet', `node-${version}${suffix}`);
  const folder = join(cache, 'node_modules', name);
  if (!existsSync(join(folder, 'include/node/node.h'))) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'package.json'), '{"private":true}');
    const args = ['install', '--no-save', '--no-package-lock', `--cpu=${cpu}`, '--prefix', cache];
    const [node, script] = npm();
    const { status } = spawnSync(node, [script, ...args, `${name}@${version}`], {
      stdio: ['ignore', 2, 2],
      cwd: cache,
    });
    if (status !== 0) {
      rmSync(cache, { recursive: true });
      fail(`Could not get Node ${version}: the npm package ${name}@${version} could not be installed`);
    }
  }
  return { folder, version: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version };
}

/** The newest version of Node that begins so. @param {string} beginning */
export function latestVersion(beginning) {
  const stdout = output([...npm(), 'view', `node@${beginning}`, 'version', '--json']);
  const versions = [JSON.parse(stdout)].flat();
  return /** @type {string} */ (versions.at(-1));
}
