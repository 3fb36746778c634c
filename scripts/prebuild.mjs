// @ts-check
// Makes the prebuilt binaries that the package brings: prebuilds/<os>-<cpu>/isolet.abi<ABI>.<libc>.node
//   prebuild.mjs [--targets linux-x64,linux-x64-musl,linux-arm64] [--nodes 20,22,24,26]
//
// By prebuildify, in a folder that holds what the package has of the sources and nothing else: so it is shown that they
// suffice to build, and this repository's own build folder is left alone. Linux binaries are built with the headers of
// npm's packages of Node, linked against an old glibc, and hold libstdc++; and each is inspected. Elsewhere the system's
// own tool chain is used as it is, with the headers that node-gyp downloads, as the packages have none there (untested).
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repo, run } from './build.mjs';
import { inspect } from './inspect-binary.mjs';
import { makeMuslToolChain } from './musl-toolchain.mjs';
import { getNode, latestVersion, oldestNodes } from './node-packages.mjs';
import { makeOldGlibc } from './old-glibc.mjs';
import { fail, find, install, output } from './toolchain.mjs';

/**
 * @typedef {object} Target
 * @property {string} cpu
 * @property {'glibc' | 'musl'} libc  on Linux, the C library
 * @property {string} prefix          of the names of the tool chain's programs
 */

/**
 * @typedef {object} ToolChain
 * @property {NodeJS.ProcessEnv} env  for node-gyp and prebuildify
 * @property {string[]} libraries     files that have what the binary may ask for, beside Node, without a version
 */

const isLinux = process.platform === 'linux';
const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
/** The C library of this machine, which on Linux is a binary's as well. */
const libc = isLinux && report.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
const machine = `${process.platform}-${process.arch}`;
/** What can be made here. @type {Record<string, Target>} */
const targets = { [machine]: { cpu: process.arch, libc, prefix: '' } };
if (machine === 'linux-x64' && libc === 'glibc') {
  targets['linux-x64-musl'] = { cpu: 'x64', libc: 'musl', prefix: '' };
  targets['linux-arm64'] = { cpu: 'arm64', libc, prefix: 'aarch64-linux-gnu-' };
}

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: Object.keys(targets).join(',') },
    nodes: { type: 'string', default: '20,22,24,26' },
  },
});

const cache = join(repo, 'node_modules/.cache/isolet/prebuild');

/** The package's sources, in a folder of their own. */
function stageSources() {
  const stage = join(cache, 'sources');
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const { files } = JSON.parse(readFileSync(join(repo, 'package.json'), 'utf8'));
  const sources = files.filter((/** @type {string} */ file) => !/^!|^(dist|prebuilds)$/.test(file));
  for (const file of ['package.json', ...sources]) {
    cpSync(join(repo, file), join(stage, file), { recursive: true });
  }
  symlinkSync(join(repo, 'node_modules'), join(stage, 'node_modules'), 'junction');
  return stage;
}

/** @param {Target} target @param {string} cc @param {string} cxx @param {string} [libraries] a folder @returns {NodeJS.ProcessEnv} */
function environment({ prefix }, cc, cxx, libraries) {
  // Smaller and faster than Node's -O3 alone. Not in native/addon.gypi: a clang there may have no plugin for it.
  const linkTime = '-flto=auto -O3';
  const search = libraries === undefined ? '' : `-L${libraries}`;
  return {
    CC: cc,
    CXX: cxx,
    AR: `${prefix}ar`,
    PREBUILD_STRIP_BIN: `${prefix}strip`,
    CXXFLAGS: linkTime,
    LDFLAGS: `${linkTime} ${search} -static-libstdc++ -Wl,--exclude-libs,ALL`,
  };
}

/** One that makes binaries which run on old systems as well. @param {Target} target @returns {ToolChain} */
function glibcToolChain(target) {
  const compiler = { cc: `${target.prefix}gcc`, readelf: `${target.prefix}readelf` };
  const folder = join(cache, `glibc-${target.cpu}`);
  makeOldGlibc(compiler, folder);
  return { env: environment(target, compiler.cc, `${target.prefix}g++`, folder), libraries: [] };
}

/** @param {Target} target @returns {ToolChain | undefined} */
function muslToolChain(target) {
  if (libc === 'musl') {
    const libraries = ['libc.so', 'libgcc_s.so.1'].map((name) =>
      output(['gcc', `-print-file-name=${name}`]).trim(),
    );
    return { env: environment(target, 'gcc', 'g++'), libraries };
  }
  const chain = makeMuslToolChain();
  return chain && { env: environment(target, chain.cc, chain.cxx), libraries: chain.libraries };
}

/** undefined: it can't be had. @param {Target} target @returns {ToolChain | undefined} */
function toolChainFor(target) {
  if (target.libc === 'musl') return muslToolChain(target);
  if (target.prefix !== '' && !find('arm64-compiler') && !install('arm64-compiler')) return undefined;
  return glibcToolChain(target);
}

/** @param {Target} target @param {string} version */
function build(target, version) {
  run([
    process.execPath,
    join(repo, 'node_modules/prebuildify/bin.js'),
    ...['--no-napi', '--strip', `--target=${version}`, `--arch=${target.cpu}`],
    ...(isLinux ? [`--tag-libc=${target.libc}`] : []),
    `--node-gyp=${join(repo, 'node_modules/.bin/node-gyp')}`,
    ...[`--cwd=${join(sources, 'native')}`, '--name=isolet', `--out=${repo}`],
  ]);
}

/** @param {Target} target @param {ToolChain} chain @param {string} major */
function prebuildForLinux(target, chain, major) {
  const { folder, version } = getNode(major, target.cpu);
  const header = readFileSync(join(folder, 'include/node/node_version.h'), 'utf8');
  const abi = /^#define NODE_MODULE_VERSION (\d+)$/m.exec(header)?.[1];
  const file = join('prebuilds', `linux-${target.cpu}`, `isolet.abi${abi}.${target.libc}.node`);
  rmSync(join(repo, file), { force: true });
  process.env.npm_config_nodedir = folder;
  build(target, version);
  const nodes = [folder];
  // The npm packages of old versions are there for x64 alone.
  const oldest = oldestNodes[major];
  if (oldest !== undefined && target.cpu === 'x64') nodes.push(getNode(oldest, target.cpu).folder);
  for (const node of nodes) check(file, target, [join(node, 'bin/node'), ...chain.libraries]);
}

/** @param {string} file @param {Target} target @param {string[]} providers the Node that is to load it, and libraries */
function check(file, { prefix }, providers) {
  const { size, glibc, libraries, faults } = inspect(`${prefix}readelf`, join(repo, file), providers);
  console.log(`${file}: ${size} bytes, glibc ${glibc}, ${libraries.join(' ')}`);
  if (faults.length === 0) return;
  rmSync(join(repo, file));
  fail(`${file}, for ${providers[0]}:\n  ${faults.join('\n  ')}`);
}

const sources = stageSources();
process.env.npm_config_jobs = 'max';
for (const name of values.targets.split(',')) {
  const target = targets[name] ?? fail(`--targets: ${name} can't be made on ${machine}`);
  const majors = values.nodes.split(',');
  if (!isLinux) {
    for (const major of majors) build(target, latestVersion(major));
    continue;
  }
  const chain = toolChainFor(target);
  if (chain === undefined) {
    console.error(`Left out: ${name}: a compiler for it is missing`);
    continue;
  }
  Object.assign(process.env, chain.env);
  for (const major of majors) prebuildForLinux(target, chain, major);
}
