import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import type { NativeBinding } from './binding.js';
import { NativeAddonError } from './errors.js';
import { libc } from './libc.js';

/** The releases of Node by their ABI. */
const releases: Readonly<Record<string, string>> = { 115: '20', 127: '22', 137: '24', 147: '26' };

/** Finds and loads the native addon. Throws `NativeAddonError`. */
export function loadAddon(): NativeBinding {
  refuseOtherEngines();
  const root = packageRoot();
  const files = candidates(root);
  let unfit = `there is no native addon in ${root} for this process`;
  for (const file of files) {
    const addon = load(file, root);
    if (String(addon.abi) === process.versions.modules) return addon;
    unfit = `${file} is for ${release(String(addon.abi))}: delete it, or build it again`;
  }
  throw new NativeAddonError(`${unfit}\n${advice(root)}`);
}

/** Those that say they are Node, and have an ABI of Node's, but not its V8. */
function refuseOtherEngines(): void {
  const { bun, deno, electron, nw } = process.versions as Record<string, string | undefined>;
  const other = bun ? 'Bun' : deno ? 'Deno' : electron ? 'Electron' : nw ? 'NW.js' : undefined;
  if (other === undefined) return;
  throw new NativeAddonError(
    `${other} can't load isolet, which needs the V8 of Node.js itself: run it in a child process with Node.js`,
  );
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
  throw new NativeAddonError(
    'isolet is part of a bundle, which can not hold its native addon: tell the bundler that it is external',
  );
}

interface NodeGypBuild {
  resolve(root: string): string;
}

/**
 * What may be the right file, the best first: what node-gyp-build finds, a build of one's own before all, and what the
 * package has for this process. It may find the wrong one: a build that another Node has made, or, as it guesses the C
 * library, the other library's.
 */
function candidates(root: string): string[] {
  const nodeGypBuild = require('node-gyp-build/node-gyp-build.js') as NodeGypBuild;
  const library = process.platform === 'linux' ? `.${libc()}` : '';
  const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
  const file = join(folder, `isolet.abi${process.versions.modules}${library}.node`);
  const files = existsSync(file) ? [file] : [];
  let found: string;
  try {
    found = nodeGypBuild.resolve(root);
  } catch {
    // There is none: it says so by a text alone.
    return files;
  }
  return found.startsWith(folder + sep) ? files : [found, ...files];
}

function load(file: string, root: string): NativeBinding {
  try {
    return createRequire(__filename)(file) as NativeBinding;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NativeAddonError(`${file} can't be loaded: ${reason}\n${advice(root)}`, { cause });
  }
}

/** What there is, and what to do. */
function advice(root: string): string {
  return [
    `  this process: ${release(process.versions.modules)} (${process.version}), ${platform()}`,
    `  prebuilt: ${prebuilt(root).join('; ') || 'none'}`,
    '  use one of these, or build it from source (a C++20 compiler, Python and make are needed):',
    `  npx node-gyp rebuild --directory="${root}"`,
  ].join('\n');
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
