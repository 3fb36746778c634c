// @ts-check
// Builds everything: the addon (CMake, through cmake-js) and the TypeScript layer (tsc).
//   build.mjs                       the addon for the running Node, in build/, and dist/
//   build.mjs --sanitize=address    the addon with ASan and UBSan, in build-asan/build/
//
// A build has a root, and the addon is at <root>/build/Release/isolet.node, because that is where node-gyp-build looks.
// The root is the repository, or the folder that ISOLET_PREBUILD names: node-gyp-build's own variable for loading the
// addon from elsewhere. So one variable tells this script where to build and the library where to load.
//
// All output goes to stderr: the demo's lines stand alone on the stdout of `npm start`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, failMissing, find, install } from './toolchain.mjs';

export const repo = dirname(dirname(fileURLToPath(import.meta.url)));
const jobs = 2;
const suffixes = { address: 'asan', thread: 'tsan' };
/** The C++ unit tests: with this system's waits, and with those that every system has. */
export const unitTests = /** @type {const} */ (['isolet_unit_tests', 'isolet_portable_tests']);

/** @typedef {keyof typeof suffixes} Sanitizer */

/** The value of `--sanitize=`, checked. @param {string[]} args @returns {Sanitizer | undefined} */
export function sanitizerOf(args) {
  const value = args.find((arg) => arg.startsWith('--sanitize='))?.slice('--sanitize='.length);
  if (value === undefined || value === 'address' || value === 'thread') return value;
  return fail(`--sanitize=${value}: it can be address or thread`);
}

/** @param {Sanitizer | undefined} sanitize */
export function buildRoot(sanitize) {
  const root = resolve(process.env.ISOLET_PREBUILD ?? repo);
  if (!sanitize) return root;
  return `${root === repo ? join(repo, 'build') : root}-${suffixes[sanitize]}`;
}

/**
 * The folder whose include/node holds the headers of the running Node: what npm's `nodedir` names, if it fits this
 * Node, or where this Node is installed. Undefined: cmake-js keeps them in its own cache, and downloads them if need be.
 */
function headerFolder() {
  const candidates = [process.env.npm_config_nodedir, dirname(dirname(process.execPath))];
  return candidates.find((folder) => {
    const header = folder && join(folder, 'include/node/node_version.h');
    if (!header || !existsSync(header)) return false;
    return readFileSync(header, 'utf8').includes(`#define NODE_MODULE_VERSION ${process.versions.modules}\n`);
  });
}

function checkPrerequisites() {
  if (!existsSync(join(repo, 'node_modules/cmake-js')))
    fail('The npm packages are missing: run `npm ci` first');
  // On Windows Visual Studio brings compiler and make outside the PATH; cmake-js finds it, or says that it did not.
  const needed = process.platform === 'win32' ? ['cmake'] : ['compiler', 'cmake', 'make'];
  const missing = /** @type {(keyof typeof import('./toolchain.mjs').tools)[]} */ (needed).filter(
    (tool) => !find(tool),
  );
  if (missing.length > 0) failMissing(...missing);
}

/** @param {string} folder @returns {Record<string, string>} */
function readCMakeCache(folder) {
  const file = join(folder, 'CMakeCache.txt');
  if (!existsSync(file)) return {};
  return Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(/^(\w+):\w+=(.*)$/gm)].map((m) => [m[1], m[2]]),
  );
}

/**
 * Runs a command with its output on stderr; `quiet` shows the output only if the command failed.
 * @param {string[]} command
 * @param {{ cwd?: string, quiet?: boolean }} [options]
 */
export function run([program, ...args], { cwd = repo, quiet = false } = {}) {
  const result = spawnSync(/** @type {string} */ (program), args, {
    cwd,
    stdio: ['ignore', quiet ? 'pipe' : 2, quiet ? 'pipe' : 2],
  });
  if (result.status === 0) return;
  if (quiet && !result.error) process.stderr.write(`${result.stdout}${result.stderr}`);
  fail(`Failed${result.error ? ` (${result.error.message})` : ''}: ${program} ${args.join(' ')}`);
}

/**
 * Configures and builds one CMake target. Configuring each time costs little and makes a changed Node, option or
 * header folder take effect.
 * @param {'isolet' | 'isolet_fuzz' | typeof unitTests[number]} target
 * @param {Sanitizer} [sanitize]
 * @returns {Promise<string>} the build folder
 */
export async function buildNative(target, sanitize) {
  checkPrerequisites();
  const out = join(buildRoot(sanitize), 'build');
  const headers = headerFolder();
  // cmake-js takes the folder from npm's setting; ours was checked against the running Node.
  if (headers) process.env.npm_config_nodedir = headers;
  else delete process.env.npm_config_nodedir;

  const { BuildSystem } = createRequire(import.meta.url)('cmake-js');
  const cmake = new BuildSystem({
    directory: repo,
    out,
    target,
    parallel: jobs,
    preferGnu: sanitize !== undefined, // the sanitizer runs preload GCC's runtime libraries
    cMakeOptions: { ISOLET_SANITIZE: sanitize ?? '' },
    noLog: true,
  });
  const configure = await cmake.getConfigureCommand().catch((/** @type {Error} */ error) => {
    const cache = join(homedir(), '.cmake-js');
    fail(
      `Missing: the headers of Node ${process.version}, and they could not be downloaded into ${cache} (${error.message})\n` +
        '  get them: use a Node that comes with them (include/node/node.h beside its bin folder, as the archives from\n' +
        '  nodejs.org and the version managers have), or set npm_config_nodedir to a folder that holds include/node',
    );
  });

  // CMake refuses a folder made by another generator, or moved from elsewhere; it is a cache, so start it anew.
  const cached = readCMakeCache(out);
  const generator = configure[configure.indexOf('-G') + 1];
  const stale =
    cached.CMAKE_HOME_DIRECTORY !== repo.replaceAll('\\', '/') || cached.CMAKE_GENERATOR !== generator;
  if (cached.CMAKE_GENERATOR && stale) rmSync(out, { recursive: true });

  run([...configure, '-S', repo, '-B', out], { quiet: true });
  if (target.endsWith('_tests') && readCMakeCache(out).ISOLET_HAS_GTEST !== 'ON') {
    if (!install('gtest')) failMissing('gtest');
    run([...configure, '-S', repo, '-B', out], { quiet: true });
  }
  run(await cmake.getBuildCommand());
  return out;
}

export function buildTypeScript() {
  run([process.execPath, join(repo, 'node_modules/typescript/bin/tsc'), '--project', repo]);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await buildNative('isolet', sanitizerOf(process.argv));
  buildTypeScript();
}
