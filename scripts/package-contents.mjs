// @ts-check
// Packs the package, and checks what is in it: all that it needs, nothing else, types and exports as they should be.
//   package-contents.mjs [--to FOLDER] [--complete]
//
// Prints the sizes, in GitHub's workflows on the run's page as well, and fails where something is amiss. FOLDER keeps the
// package. `--complete`: for a release, which has a binary for every platform.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildTypeScript, repo } from './build.mjs';
import { largestBinary } from './inspect-binary.mjs';
import { listedSources } from './list-sources.mjs';
import { table } from './markdown-table.mjs';
import { fail, npm, output } from './toolchain.mjs';

/** Every file of the package is one of these: no binding.gyp at the top, which would be built at installation. */
const allowed = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/(cli\/)?[\w-]+\.(d\.ts|d\.mts|js|mjs|js\.map|mjs\.map)$/,
  /^native\/[\w/]+\.(cc|h)$/,
  /^native\/(binding\.gyp|addon\.gypi|sources\.gypi)$/,
  /^prebuilds\/[\w-]+\/isolet\.abi\d+(\.(glibc|musl))?\.node$/,
];

/** For each ABI of Node that is supported. */
const everyBinary = [115, 127, 137, 147].flatMap((abi) => [
  ...['x64', 'arm64'].flatMap((cpu) =>
    ['glibc', 'musl'].map((libc) => `prebuilds/linux-${cpu}/isolet.abi${abi}.${libc}.node`),
  ),
  ...['darwin-x64', 'darwin-arm64', 'win32-x64'].map(
    (platform) => `prebuilds/${platform}/isolet.abi${abi}.node`,
  ),
]);

/** @typedef {{ path: string, size: number }} PackedFile */
/** @typedef {{ filename: string, size: number, unpackedSize: number, files: PackedFile[] }} Packed */

/** What is needed to run it, and to build it. */
function neededFiles() {
  const { main, types, bin } = JSON.parse(readFileSync(join(repo, 'package.json'), 'utf8'));
  const entries = [main, types, ...Object.values(bin), 'dist/browser.js', 'dist/index.mjs', 'LICENSE'];
  const build = ['native/binding.gyp', 'native/addon.gypi', 'native/sources.gypi', ...listedSources()];
  return [...entries.map((path) => path.replace('./', '')), ...build];
}

const isBinary = (/** @type {PackedFile} */ { path }) => path.endsWith('.node');

/** What is amiss, in words. @param {readonly PackedFile[]} files @param {readonly string[]} needed */
export function faultsOf(files, needed) {
  const paths = files.map(({ path }) => path);
  const binaries = files.filter(isBinary);
  const strange = paths.filter((path) => !allowed.some((pattern) => pattern.test(path)));
  const missing = needed.filter((path) => !paths.includes(path));
  const large = binaries.filter(({ size }) => size > largestBinary);
  return [
    ...strange.map((path) => `Not to be in the package: ${path}`),
    ...missing.map((path) => `Missing in the package: ${path}`),
    ...large.map(({ path, size }) => `${path}: ${size} bytes, more than ${largestBinary}`),
    ...(binaries.length === 0 ? ['There are no prebuilt binaries: run `npm run prebuild` first'] : []),
  ];
}

/** @param {Packed} packed */
function printSizes({ filename, size, unpackedSize, files }) {
  const binaries = files.filter(isBinary);
  for (const { path, size } of binaries) console.log(`${path}: ${size} bytes`);
  console.log(`${filename}: ${size} bytes, ${unpackedSize} unpacked, ${files.length} files`);
  if (!process.env.GITHUB_STEP_SUMMARY) return;
  const rows = [...binaries.map(({ path, size }) => [path, size]), [filename, size]];
  appendFileSync(process.env.GITHUB_STEP_SUMMARY, table(['File', 'Bytes'], rows).join('\n'));
}

/**
 * Packs into `folder`; what is in it was checked.
 * @param {string} folder @param {readonly string[]} [required]
 * @returns {string} the tarball
 */
export function packPackage(folder, required = []) {
  const [packed] = /** @type {[Packed]} */ (
    JSON.parse(output([...npm(), 'pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`], repo))
  );
  const faults = faultsOf(packed.files, [...required, ...neededFiles()]);
  if (faults.length > 0) fail(faults.join('\n'));
  printSizes(packed);
  return join(folder, packed.filename);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { to: { type: 'string' }, complete: { type: 'boolean', default: false } },
  });
  buildTypeScript();
  const folder = values.to === undefined ? mkdtempSync(join(tmpdir(), 'isolet-pack-')) : resolve(values.to);
  if (values.to === undefined) process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  const tarball = packPackage(folder, values.complete ? everyBinary : []);
  const tool = (/** @type {string} */ file) => join(repo, 'node_modules', file);
  console.log(output([process.execPath, tool('publint/src/cli.js'), 'run', tarball, '--strict'], folder));
  console.log(output([process.execPath, tool('@arethetypeswrong/cli/dist/index.js'), tarball], folder));
}
