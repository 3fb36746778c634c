// @ts-check
// What a prebuilt binary for Linux needs to load, and whether every system that its Node runs on has that.
import { statSync } from 'node:fs';
import { dynamicSymbols, isAbove, oldest } from './old-glibc.mjs';
import { output } from './toolchain.mjs';

/** Libraries that Node needs as well. musl has no soname in Debian, and takes every libc.* for itself. */
const libraries =
  /^(libc\.so\.6|libc\.so|libc\.musl-\w+\.so\.1|libm\.so\.6|libgcc_s\.so\.1|ld-linux-[\w-]+\.so\.\d)$/;
/** Bytes. */
export const largestBinary = 1_000_000;
/** Of libgcc_s, from the GCC 8 that those systems came with. */
const newestGcc = '7.0.0';

/**
 * @typedef {object} Inspection
 * @property {number} size         bytes
 * @property {string} glibc        the newest version that it asks for
 * @property {string[]} libraries  that it asks for
 * @property {string[]} faults     in words
 */

/**
 * @param {string} readelf      of the binary's tool chain
 * @param {string} file
 * @param {string[]} providers  what has the names that come without a version: the Node that is to load it
 * @returns {Inspection}
 */
export function inspect(readelf, file, providers) {
  const { size } = statSync(file);
  const faults = size > largestBinary ? [`${size} bytes, more than ${largestBinary}`] : [];

  const needed = [...output([readelf, '--wide', '--dynamic', file]).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(
    ([, name = '']) => name,
  );
  for (const library of needed) if (!libraries.test(library)) faults.push(`needs ${library}`);

  const provided = new Set(
    providers
      .flatMap((provider) => dynamicSymbols(readelf, provider))
      .filter(({ isDefined }) => isDefined)
      .map(({ name }) => name),
  );
  let glibc = '0';
  for (const { name, version, isDefined, isWeak } of dynamicSymbols(readelf, file)) {
    if (isDefined) continue;
    const [, library = '', number = ''] = /^([A-Z_]+)_([\d.]+)$/.exec(version) ?? [];
    if (library === 'GLIBC') {
      if (isAbove(number, glibc)) glibc = number;
      if (isAbove(number, oldest)) faults.push(`needs ${name} of glibc ${number}`);
    } else if (library !== '' && (library !== 'GCC' || isAbove(number, newestGcc))) {
      faults.push(`needs ${name} of ${version}`);
    } else if (library === '' && !isWeak && !provided.has(name)) {
      faults.push(`needs ${name}, which nothing there has`);
    }
  }
  return { size, glibc, libraries: needed, faults };
}
