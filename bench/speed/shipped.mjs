// @ts-check
// The binary that the package brings for the running Node: it is made with optimizations that a build to work with is not.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repo, run } from '../../scripts/build.mjs';

/** Makes it, and has this process's children load it. */
export function useShippedBinary() {
  const major = process.versions.node.split('.')[0];
  const target = `${process.platform}-${process.arch}`;
  run([process.execPath, join(repo, 'scripts/prebuild.mjs'), `--targets=${target}`, `--nodes=${major}`]);
  const root = join(repo, 'node_modules/.cache/isolet/bench');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  symlinkSync(join(repo, 'prebuilds'), join(root, 'prebuilds'), 'junction');
  process.env.ISOLET_PREBUILD = root;
}
