import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NativeBinding } from './binding.js';
import { NativeAddonError } from './errors.js';
import { libc } from './libc.js';

const root = join(__dirname, '..');
/** The releases of Node by their ABI. */
const releases: Readonly<Record<string, string>> = { 115: '20', 127: '22', 137: '24', 147: '26' };

/** Finds and loads the native addon. Throws `NativeAddonError`. */
export function loadAddon(): NativeBinding {
  refuseOtherEngines();
  const file = findAddon();
  let addon: NativeBinding;
  try {
    addon = createRequire(__filename)(file) as NativeBinding;
  } catch (cause) {
    throw new NativeAddonError(`${file} can't be loaded: ${reason(cause)}\n${advice()}`, { cause });
  }
  if (String(addon.abi) !== process.versions.modules) {
    throw new NativeAddonError(`${file} is for ${release(String(addon.abi))}\n${advice()}`);
  }
  return addon;
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

function findAddon(): string {
  try {
    return nodeGypBuild().resolve(root);
  } catch (cause) {
    throw new NativeAddonError(`there is no native addon in ${root} for this process\n${advice()}`, {
      cause,
    });
  }
}

interface NodeGypBuild {
  resolve(root: string): string;
}

/**
 * When node-gyp-build is loaded, it takes the C library from `LIBC`, or guesses: wrong on a musl system that is not
 * Alpine (4.8.4). So there it is loaded with `LIBC` set, and anew, as another package may have loaded it before.
 */
function nodeGypBuild(): NodeGypBuild {
  const load = () => require('node-gyp-build/node-gyp-build.js') as NodeGypBuild;
  if (process.platform !== 'linux' || process.env.LIBC || libc() === 'glibc') return load();
  const path = require.resolve('node-gyp-build/node-gyp-build.js');
  const loaded = require.cache[path];
  delete require.cache[path];
  process.env.LIBC = 'musl';
  try {
    return load();
  } finally {
    delete process.env.LIBC;
    if (loaded !== undefined) require.cache[path] = loaded;
  }
}

/** What there is, and what to do. */
function advice(): string {
  return [
    `  this process: ${release(process.versions.modules)} (${process.version}), ${platform()}`,
    `  prebuilt: ${prebuilt().join('; ') || 'none'}`,
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
function prebuilt(): string[] {
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

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
