// @ts-check
// native/sources.gypi is the one list of C++ sources: native/addon.gypi includes it, CMakeLists.txt reads its lines.
//   list-sources.mjs   write it anew from what is on disk
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repo = dirname(dirname(fileURLToPath(import.meta.url)));
const list = join(repo, 'native/sources.gypi');

/** What native/sources.gypi lists, relative to the repository. */
export function listedSources() {
  return [...readFileSync(list, 'utf8').matchAll(/"(.+\.cc)"/g)].map(([, path]) => `native/${path}`);
}

/**
 * Every file below a folder of the repository, sorted, relative to the repository, with forward slashes.
 * @param {string} folder
 */
export function filesBelow(folder) {
  return readdirSync(join(repo, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(repo.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/** Every C++ source below native/. */
export function presentSources() {
  return filesBelow('native').filter((file) => file.endsWith('.cc'));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const lines = presentSources().map((path) => `  "${path.slice('native/'.length)}",\n`);
  const header = '# Every C++ source of the addon. Written by: node scripts/list-sources.mjs\n';
  writeFileSync(list, `${header}{"sources": [\n${lines.join('')}]}\n`);
}
