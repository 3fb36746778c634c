// @ts-check
// native/sources.txt is the one list of C++ sources: CMakeLists.txt reads the file, binding.gyp runs this script.
//   list-sources.mjs           print the list
//   list-sources.mjs --write   write it anew from what is on disk
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repo = dirname(dirname(fileURLToPath(import.meta.url)));
const list = join(repo, 'native/sources.txt');

/** The lines of native/sources.txt, relative to the repository. */
export function listedSources() {
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('native/'));
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
  if (process.argv[2] === '--write') {
    const header = '# Every C++ source of the addon. Written by: node scripts/list-sources.mjs --write\n';
    writeFileSync(list, `${header}${presentSources().join('\n')}\n`);
  } else {
    console.log(listedSources().join('\n'));
  }
}
