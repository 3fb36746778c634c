import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { NativeBinding } from './binding.js';
import { NativeAddonError } from './errors.js';
import { libc } from './libc.js';

/** The releases of Node by their ABI. */
const releases: Readonly<Record<string, string>> = { 115: '20', 127: '22', 137: '24', 147: '26' };

/** Those that say they are Node, and have an ABI of Node's, but not its V8: by their key in `process.versions`. */
const otherEngines = { bun: 'Bun', deno: 'Deno', electron: 'Electron', nw: 'NW.js' };

/** Finds and loads the native addon. Throws `NativeAddonError`. */
export function loadAddon(): NativeBinding {
  refuseOtherEngines();
  const root = packageRoot();
  const faults: string[] = [];
  let cause: unknown;
  for (const file of candidates(root)) {
    try {
      const addon = createRequire(__filename)(file) as NativeBinding;
      if (String(addon.abi) === process.versions.modules) return addon;
      faults.push(`${file} is for ${release(String(addon.abi))}: delete it, or build it again`);
    } catch (error) {
      cause ??= error;
      const reason = error instanceof Error ? error.message : String(error);
      const remedy = isBuild(file) ? ' (if another Node built it: delete it, or build it again)' : '';
      faults.push(`${file} can't be loaded: ${reason}${remedy}`);
    }
  }
  if (faults.length === 0) {
    faults.push(`there is no native addon in ${process.env.ISOLET_PREBUILD || root} for this process`);
  }
  const options = cause === undefined ? {} : { cause };
  throw new NativeAddonError(`${faults.join('\n')}\n${advice(root)}`, options);
}

function refuseOtherEngines(): void {
  const engine = otherEngine();
  if (engine === undefined) return;
  throw new NativeAddonError(
    `${engine} can't load isolet, which needs the V8 of Node.js itself: run it in a child process with Node.js\n` +
      thisAndSupported(),
  );
}

/** Its name and version. */
function otherEngine(): string | undefined {
  const versions = process.versions as Record<string, string | undefined>;
  const key = (Object.keys(otherEngines) as (keyof typeof otherEngines)[]).find((key) => versions[key]);
  return key && `${otherEngines[key]} ${versions[key]}`;
}

/** Where the package's own files are, unless a bundler has put this one elsewhere. */
function packageRoot(): string {
  const root = typeof __dirname === 'undefined' ? '' : join(__dirname, '..');
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name?: unknown };
    if (name === 'isolet') return root;
  } catch {
    // As good as another's.
  }
  const file = typeof __filename === 'undefined' ? '' : ` (${__filename})`;
  throw new NativeAddonError(
    `isolet is part of a bundle${file}, which can not hold its native addon: tell the bundler that it is external\n` +
      thisAndSupported(),
  );
}

/**
 * What may be the right file, the best first: builds of one's own, and what the package has for this process. A build may
 * be the wrong one, made by another Node; then what the package has is as good.
 */
function candidates(root: string): string[] {
  // The variable names another root (see scripts/build.mjs), whose addon nothing replaces without a word.
  if (process.env.ISOLET_PREBUILD) return resolve(root);
  // But for builds, what node-gyp-build finds does not count: it guesses the C library.
  const builds = [root, join(root, 'native')].flatMap(resolve).filter(isBuild);
  return [...builds, ...brought(root)];
}

interface NodeGypBuild {
  resolve(root: string): string;
}

/** What node-gyp-build finds. */
function resolve(root: string): string[] {
  const nodeGypBuild = require('node-gyp-build/node-gyp-build.js') as NodeGypBuild;
  try {
    return [nodeGypBuild.resolve(root)];
  } catch {
    // There is none: it says so by a text alone.
    return [];
  }
}

/** Like `build/Release/isolet.node`. */
function isBuild(file: string): boolean {
  return basename(join(file, '../..')) === 'build';
}

/** The package's own file for this process, if it has one. */
function brought(root: string): string[] {
  const library = process.platform === 'linux' ? `.${libc()}` : '';
  const name = `isolet.abi${process.versions.modules}${library}.node`;
  const file = join(root, 'prebuilds', `${process.platform}-${process.arch}`, name);
  return existsSync(file) ? [file] : [];
}

/** What there is, and what to do. */
function advice(root: string): string {
  const tools =
    process.platform === 'win32'
      ? 'Visual Studio 2022 with C++, and Python are needed'
      : 'a C++20 compiler, Python and make are needed';
  return [
    thisAndSupported(),
    `  prebuilt: ${prebuilt(root).join('; ') || 'none'}`,
    `  use one of these, or build it from source (${tools}):`,
    `  npx node-gyp rebuild --directory="${join(root, 'native')}"`,
  ].join('\n');
}

function thisAndSupported(): string {
  const { modules } = process.versions;
  const engine = otherEngine();
  const name =
    engine === undefined ? `${release(modules)} (${process.version})` : `${engine} (ABI ${modules})`;
  const supported = Object.values(releases).join(', ');
  return `  this process: ${name}, ${platform()}\n  supported: Node.js ${supported}`;
}

function release(abi: string): string {
  return releases[abi] === undefined ? `Node.js with ABI ${abi}` : `Node.js ${releases[abi]}`;
}

function platform(): string {
  const name = `${process.platform}-${process.arch}`;
  return process.platform === 'linux' ? `${name} (${libc()})` : name;
}

/** Like `linux-x64 (glibc): Node.js 20, 22`. */
function prebuilt(root: string): string[] {
  const kinds = new Map<string, string[]>();
  for (const folder of list(join(root, 'prebuilds'))) {
    for (const file of list(join(root, 'prebuilds', folder))) {
      const [, abi = '', library] = /\.abi(\d+)(?:\.(glibc|musl))?\.node$/.exec(file) ?? [];
      if (abi === '') continue;
      const kind = library === undefined ? folder : `${folder} (${library})`;
      kinds.set(kind, [...(kinds.get(kind) ?? []), releases[abi] ?? `ABI ${abi}`]);
    }
  }
  return [...kinds].map(([kind, nodes]) => `${kind}: Node.js ${nodes.sort().join(', ')}`);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
