// @ts-check
// Installs the packed package as a user would, with nothing but a Node on the PATH and install scripts off, and uses it
// there: every Node, every processor that this machine can run.
//   test-matrix.mjs [--nodes 20,22,24,26] [--cpus x64,x64-musl,arm64] [--suite all|smoke|scripts] [--from FOLDER]
//
// `--nodes running` is the Node that runs this, for platforms that npm has no others for. `scripts` is the demo and the
// scripts of test/consumers/: what an old Node can run, and an emulated one in minutes. `smoke` is the others of
// test/consumers/ as well, `all` also the whole vitest suite, against the installed package. What is for another processor
// runs emulated, by qemu, and is `scripts` in any case; so is what is for musl, for which there is one Node, and none of the
// suite's own tools.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTypeScript, repo } from './build.mjs';
import { makeMuslToolChain } from './musl-toolchain.mjs';
import { getMuslNode, getNode } from './node-packages.mjs';
import { packPackage } from './package-contents.mjs';
import { fail, npm, provide } from './toolchain.mjs';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '20,22,24,26' },
    cpus: { type: 'string', default: process.arch },
    suite: { type: 'string', default: 'all' },
    /** Of a packed package; default: this repository is packed. */
    from: { type: 'string' },
  },
});
if (!/^(all|smoke|scripts)$/.test(values.suite))
  fail(`--suite=${values.suite}: it can be all, smoke or scripts`);

const [, npmScript] = npm();
const work = mkdtempSync(join(tmpdir(), 'isolet-matrix-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const musl = 'x64-musl';

/** @param {string} version @param {string} cpu */
function programOf(version, cpu) {
  if (version === 'running') return process.execPath;
  if (cpu === musl) return getMuslNode().program;
  return join(getNode(version, cpu).folder, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
}

/**
 * @typedef {object} Installation
 * @property {string} folder
 * @property {string[]} node               how to run that Node
 * @property {NodeJS.ProcessEnv} env       with nothing else on the PATH
 */

/** @param {Installation} installation @param {string[]} args @param {string} [cwd] @returns {string} stdout */
function runNode({ folder, node: [program = '', ...before], env }, args, cwd = folder) {
  const { status, signal, stdout } = spawnSync(program, [...before, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
    maxBuffer: 1 << 28,
  });
  if (status === 0) return stdout;
  process.stderr.write(stdout);
  return fail(
    `Failed (${signal ?? `exit code ${status}`}): ${[program, ...before, ...args].join(' ')} in ${cwd}`,
  );
}

/** What a shell gives, but for tools, and settings that say where to find a build. @param {string} path */
function bareEnvironment(path) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(PATH|LIBC|ISOLET_|npm_config_nodedir)/i.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: path, npm_config_ignore_scripts: 'true' };
}

/** What a Node for musl takes of its system, which here is none of musl's. @param {string} cpu */
function librariesFor(cpu) {
  if (cpu !== musl) return {};
  const chain = makeMuslToolChain();
  return { LD_LIBRARY_PATH: (chain ?? fail('--cpus: there is no musl here')).folder };
}

/** @param {string} cpu */
const isEmulatedHere = (cpu) => cpu !== process.arch && cpu !== musl;

/** @param {string} tarball @param {string} version @param {string} cpu @returns {Installation} */
function installPackage(tarball, version, cpu) {
  const folder = join(work, `node${version}-${cpu}`);
  cpSync(join(repo, 'test/consumers'), folder, { recursive: true });
  const program = programOf(version, cpu);
  const isEmulated = isEmulatedHere(cpu);
  if (isEmulated && cpu !== 'arm64') fail(`--cpus: ${cpu} can't be emulated here`);
  const installation = {
    folder,
    node: isEmulated ? emulated(program) : [program],
    env: { ...bareEnvironment(dirname(program)), ...librariesFor(cpu) },
  };
  // The emulated one would take minutes, and all it installs is files.
  const installer = isEmulated ? { ...installation, node: [process.execPath] } : installation;
  const quiet = ['--no-audit', '--no-fund', '--silent'];
  runNode(installer, [npmScript, 'ci', ...quiet]);
  runNode(installer, [npmScript, 'install', '--no-save', ...quiet, tarball]);
  return installation;
}

/** @param {string} program */
function emulated(program) {
  return [provide('qemu'), '-L', '/usr/aarch64-linux-gnu', program];
}

/** @param {Installation} installation */
function runDemo(installation) {
  for (const part of ['examples/plugin-manager', 'plugins']) {
    cpSync(join(repo, part), join(installation.folder, part), { recursive: true });
  }
  const printed = runNode(installation, ['examples/plugin-manager/main.mjs']);
  if (printed !== readFileSync(join(repo, 'examples/plugin-manager/expected-output.txt'), 'utf8')) {
    fail(`The demo printed something else:\n${printed}`);
  }
}

/** @param {Installation} installation */
function runScripts(installation) {
  for (const file of ['script.cjs', 'module.mjs', 'workers.cjs']) runNode(installation, [file]);
  const printed = runNode(installation, ['node_modules/isolet/dist/cli/main.js', '-e', '6 * 7']);
  if (printed !== '42\n') fail(`isolet -e '6 * 7' printed ${printed}`);
}

/** @param {Installation} installation */
function runConsumers(installation) {
  const modules = join(installation.folder, 'node_modules');
  for (const pool of ['threads', 'forks']) {
    runNode(installation, [join(modules, 'vitest/vitest.mjs'), 'run', '--dir=vitest', `--pool=${pool}`]);
  }
  runNode(installation, [join(modules, 'jest/bin/jest.js'), '--config=jest/jest.config.cjs']);
  runNode(installation, [join(modules, 'mocha/bin/mocha.js'), 'mocha/smoke.test.cjs']);
  runNode(installation, ['esbuild/build.mjs']);
  const printed = runNode(installation, ['esbuild/out/browser.mjs']);
  if (printed !== 'true ERR_NATIVE_ADDON\n') fail(`The bundle for browsers printed ${printed}`);
  runNode(installation, ['esbuild/out/server.cjs']);
}

/** The repository's own tests, with the installed package in the place of what is built here. @param {Installation} installation */
function runSuite(installation) {
  const folder = join(installation.folder, 'suite');
  const parts = [
    'test',
    'docs',
    'examples',
    'plugins',
    'bench',
    'scripts',
    'vitest.config.mts',
    'package.json',
    'README.md',
  ];
  const isOurs = (/** @type {string} */ path) => !path.includes('node_modules');
  for (const part of parts) cpSync(join(repo, part), join(folder, part), { recursive: true, filter: isOurs });
  symlinkSync(join(repo, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(join(installation.folder, 'node_modules/isolet/dist'), join(folder, 'dist'));
  const printed = runNode(installation, ['node_modules/vitest/vitest.mjs', 'run'], folder);
  console.log(printed.split('\n').slice(-6).join('\n'));
}

/** The only tarball in a folder. @param {string} folder */
function tarballIn(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (names.length !== 1) fail(`${folder}: ${names.length} packages`);
  return join(resolve(folder), ...names);
}

if (values.from === undefined) buildTypeScript();
const tarball = values.from === undefined ? packPackage(work) : tarballIn(values.from);
for (const cpu of values.cpus.split(',')) {
  for (const version of values.nodes.split(',')) {
    if (cpu === musl && version !== getMuslNode().major) continue;
    const installation = installPackage(tarball, version, cpu);
    runDemo(installation);
    runScripts(installation);
    const suite = cpu === process.arch ? values.suite : 'scripts';
    if (suite !== 'scripts') runConsumers(installation);
    if (suite === 'all') runSuite(installation);
    console.log(`Node ${version}, ${cpu}: passed`);
    rmSync(installation.folder, { recursive: true });
  }
}
