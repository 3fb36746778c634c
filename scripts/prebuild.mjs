// @ts-check
// Makes the prebuilt binaries that the package brings: prebuilds/<os>-<cpu>/isolet.abi<ABI>.<libc>.node
//   prebuild.mjs [--targets linux-x64,linux-arm64] [--nodes 20,22,24,26]
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
import { getNode, latestVersion, oldestNodes } from './node-packages.mjs';
import { makeOldGlibc } from './old-glibc.mjs';
import { fail, find, install, output } from './toolchain.mjs';

/**
 * @typedef {object} Target
 * @property {string} cpu
 * @property {string} prefix                                     of the tool chain's programs
 * @property {keyof typeof import('./toolchain.mjs').tools} [tool]  a cross compiler that it needs
 */

const isLinux = process.platform === 'linux';
const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
/** The C library of this machine, which on Linux is a binary's as well. */
const libc = isLinux && report.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
const machine = `${process.platform}-${process.arch}`;
/** What can be made here. @type {Record<string, Target>} */
const targets = { [machine]: { cpu: process.arch, prefix: '' } };
if (machine === 'linux-x64' && libc === 'glibc') {
  targets['linux-arm64'] = { cpu: 'arm64', prefix: 'aarch64-linux-gnu-', tool: 'arm64-compiler' };
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

/** What makes a binary that runs on old systems as well. @param {Target} target */
function linuxToolChain({ cpu, prefix }) {
  const compiler = { cc: `${prefix}gcc`, readelf: `${prefix}readelf` };
  const glibc = join(cache, `glibc-${cpu}`);
  if (libc === 'glibc') makeOldGlibc(compiler, glibc);
  // Smaller and faster than Node's -O3 alone. Not in native/addon.gypi: a clang there may have no plugin for it.
  const linkTime = '-flto=auto -O3';
  return {
    CC: compiler.cc,
    CXX: `${prefix}g++`,
    AR: `${prefix}ar`,
    PREBUILD_STRIP_BIN: `${prefix}strip`,
    CXXFLAGS: linkTime,
    LDFLAGS: `${linkTime} -L${glibc} -static-libstdc++ -Wl,--exclude-libs,ALL`,
  };
}

/** @param {Target} target @param {string} version */
function build(target, version) {
  run([
    process.execPath,
    join(repo, 'node_modules/prebuildify/bin.js'),
    ...['--no-napi', '--strip', `--target=${version}`, `--arch=${target.cpu}`],
    ...(isLinux ? [`--tag-libc=${libc}`] : []),
    `--node-gyp=${join(repo, 'node_modules/.bin/node-gyp')}`,
    ...[`--cwd=${join(sources, 'native')}`, '--name=isolet', `--out=${repo}`],
  ]);
}

/** @param {string} name @param {Target} target @param {string} major */
function prebuildForLinux(name, target, major) {
  const { folder, version } = getNode(major, target.cpu);
  const header = readFileSync(join(folder, 'include/node/node_version.h'), 'utf8');
  const abi = /^#define NODE_MODULE_VERSION (\d+)$/m.exec(header)?.[1];
  const file = join('prebuilds', name, `isolet.abi${abi}.${libc}.node`);
  rmSync(join(repo, file), { force: true });
  process.env.npm_config_nodedir = folder;
  build(target, version);
  const nodes = [folder];
  // The npm packages of old versions are there for x64 alone.
  const oldest = oldestNodes[major];
  if (oldest !== undefined && target.cpu === 'x64') nodes.push(getNode(oldest, target.cpu).folder);
  for (const node of nodes) check(file, target, join(node, 'bin/node'));
}

/** @param {string} file @param {Target} target @param {string} node */
function check(file, { prefix }, node) {
  // musl's names have no versions.
  const others = libc === 'musl' ? ['libc.so', 'libgcc_s.so.1'] : [];
  const providers = [
    node,
    ...others.map((name) => output([`${prefix}gcc`, `-print-file-name=${name}`]).trim()),
  ];
  const { size, glibc, libraries, faults } = inspect(`${prefix}readelf`, join(repo, file), providers);
  console.log(`${file}: ${size} bytes, glibc ${glibc}, ${libraries.join(' ')}`);
  if (faults.length === 0) return;
  rmSync(join(repo, file));
  fail(`${file}, for ${node}:\n  ${faults.join('\n  ')}`);
}

const sources = stageSources();
process.env.npm_config_jobs = 'max';
for (const name of values.targets.split(',')) {
  const target = targets[name] ?? fail(`--targets: ${name} can't be made on ${machine}`);
  if (target.tool !== undefined && !find(target.tool) && !install(target.tool)) {
    console.error(`Left out: ${name}: the cross compiler is missing`);
    continue;
  }
  if (isLinux) Object.assign(process.env, linuxToolChain(target));
  for (const major of values.nodes.split(',')) {
    if (isLinux) prebuildForLinux(name, target, major);
    else build(target, latestVersion(major));
  }
}
