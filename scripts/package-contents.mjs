// @ts-check
// Packs the package, and checks what is in it: all that it needs, nothing else, types and exports as they should be.
//   package-contents.mjs [--to FOLDER] [--complete]
//
// Prints the sizes, and fails where something is amiss. FOLDER keeps the package. `--complete`: for a release, which has a
// binary for every platform.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildTypeScript, repo } from './build.mjs';
import { listedSources } from './list-sources.mjs';
import { fail, npm, output } from './toolchain.mjs';

/** Every file of the package is one of these. */
const allowed = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|binding\.gyp)$/,
  /^dist\/(cli\/)?[\w-]+\.(d\.ts|d\.mts|js|mjs|js\.map|mjs\.map)$/,
  /^native\/[\w/]+\.(cc|h)$/,
  /^native\/sources\.txt$/,
  /^scripts\/list-sources\.mjs$/,
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

/** @typedef {{ filename: string, size: number, unpackedSize: number, files: { path: string, size: number }[] }} Packed */

/** @param {string[]} paths @param {readonly string[]} required */
function check(paths, required) {
  const strange = paths.filter((path) => !allowed.some((pattern) => pattern.test(path)));
  const { main, types, bin } = JSON.parse(readFileSync(join(repo, 'package.json'), 'utf8'));
  const entries = [main, types, ...Object.values(bin), 'dist/browser.js', 'dist/index.mjs', 'LICENSE'];
  const needed = [...required, ...listedSources(), ...entries.map((path) => path.replace('./', ''))];
  const missing = needed.filter((path) => !paths.includes(path));
  if (strange.length > 0) fail(`Not to be in the package: ${strange.join(', ')}`);
  if (missing.length > 0) fail(`Missing in the package: ${missing.join(', ')}`);
  if (!paths.some((path) => path.endsWith('.node')))
    fail('There are no prebuilt binaries: run `npm run prebuild` first');
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
  check(
    packed.files.map(({ path }) => path),
    required,
  );
  for (const { path, size } of packed.files)
    if (path.startsWith('prebuilds/')) console.log(`${path}: ${size} bytes`);
  console.log(
    `${packed.filename}: ${packed.size} bytes, ${packed.unpackedSize} unpacked, ${packed.files.length} files`,
  );
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
