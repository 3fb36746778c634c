// @ts-check
// glibc as it was, to link against: a binary linked against this machine's asks for functions of this machine's
// version, and does not load where glibc is older, though what it uses has been there for long.
//
// Made are libraries that hold no code, only the names of what the real ones have, each with the newest of its versions
// that was there then. Rejected: a container with an old distribution, and a tool chain of its own, as zig's, whose C++
// library is not the one that Node is built with.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repo } from './build.mjs';
import { fail, output } from './toolchain.mjs';

/** What was there in the glibc of Red Hat Enterprise Linux 8, which the official builds of Node 20 to 26 need. */
export const oldest = '2.28';

/**
 * @typedef {object} Compiler
 * @property {string} cc       its C compiler
 * @property {string} readelf  of its binutils
 */

/** Whether `version` is above `other`. @param {string} version @param {string} other */
export function isAbove(version, other) {
  const [left, right] = [version, other].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; ++i) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/**
 * @typedef {object} DynamicSymbol
 * @property {string} name
 * @property {string} version     like GLIBC_2.17; empty: none
 * @property {string} type        FUNC, OBJECT, …
 * @property {number} size
 * @property {boolean} isWeak
 * @property {boolean} isDefined
 */

/** @param {string} readelf @param {string} file @returns {DynamicSymbol[]} */
export function dynamicSymbols(readelf, file) {
  const symbols = [];
  for (const line of output([readelf, '--wide', '--dyn-syms', file]).split('\n')) {
    const [, size = '', type = '', binding = '', section = '', full = ''] =
      /^\s*\d+:\s+[\da-f]+\s+(\w+)\s+(\w+)\s+(\w+)\s+\w+\s+(\w+)\s+(\S+)/.exec(line) ?? [];
    if (full === '' || binding === 'LOCAL') continue;
    const [name = '', version = ''] = full.split(/@+/);
    symbols.push({
      name,
      version,
      type,
      size: Number(size),
      isWeak: binding === 'WEAK',
      isDefined: section !== 'UND',
    });
  }
  return symbols;
}

/** The names of a library with the version each had then. @param {string} readelf @param {string} file */
function oldVersions(readelf, file) {
  /** @type {Map<string, DynamicSymbol>} */
  const chosen = new Map();
  for (const symbol of dynamicSymbols(readelf, file)) {
    const number = /^GLIBC_([\d.]+)$/.exec(symbol.version)?.[1];
    if (!symbol.isDefined || symbol.type === 'TLS' || number === undefined || isAbove(number, oldest))
      continue;
    const known = chosen.get(symbol.name)?.version.slice('GLIBC_'.length);
    if (known === undefined || isAbove(number, known)) chosen.set(symbol.name, symbol);
  }
  return [...chosen.values()];
}

/**
 * A library without code that has these names, under the file name and soname of the real one.
 * @param {Compiler} compiler @param {string} folder @param {string} real
 */
function makeStub({ cc, readelf }, folder, real) {
  const soname =
    /\(SONAME\).*\[(.+)\]/.exec(output([readelf, '--dynamic', real]))?.[1] ?? fail(`No soname: ${real}`);
  const stub = join(folder, soname);
  /** @type {Map<string, string[]>} */
  const byVersion = new Map();
  let assembly = '';
  for (const { name, version, type, size } of oldVersions(readelf, real)) {
    byVersion.set(version, [...(byVersion.get(version) ?? []), name]);
    assembly +=
      type === 'OBJECT'
        ? `.data\n.globl ${name}\n.type ${name},%object\n.size ${name},${size}\n${name}: .zero ${size}\n`
        : `.text\n.globl ${name}\n.type ${name},%function\n${name}:\n`;
  }
  const versions = [...byVersion].map(([version, names]) => `${version} { global: ${names.join('; ')}; };\n`);
  writeFileSync(`${stub}.s`, `${assembly}.section .note.GNU-stack,"",%progbits\n`);
  writeFileSync(`${stub}.map`, versions.join(''));
  output([
    cc,
    '-shared',
    '-nostdlib',
    `-Wl,-soname,${soname}`,
    `-Wl,--version-script=${stub}.map`,
    '-o',
    stub,
    `${stub}.s`,
  ]);
  return stub;
}

/**
 * Fills a folder that is to come first where the linker looks for libraries.
 * @param {Compiler} compiler @param {string} folder
 */
export function makeOldGlibc(compiler, folder) {
  mkdirSync(folder, { recursive: true });
  const find = (/** @type {string} */ name) => {
    const path = output([compiler.cc, `-print-file-name=${name}`]).trim();
    return path === name ? undefined : path;
  };
  const required = (/** @type {string} */ name) => find(name) ?? fail(`${compiler.cc} has no ${name}`);
  const loader = find('ld-linux-x86-64.so.2') ?? required('ld-linux-aarch64.so.1');
  const [libc, libm, ld] = [required('libc.so.6'), required('libm.so.6'), loader].map((real) =>
    makeStub(compiler, folder, real),
  );
  const newer = join(folder, 'newer.o');
  // In sections of its own, each, so that the linker leaves out what is not used.
  const flags = ['-O2', '-fPIC', '-fvisibility=hidden', '-ffunction-sections', '-fdata-sections'];
  output([compiler.cc, '-c', ...flags, '-o', newer, join(repo, 'scripts/newer-glibc.c')]);
  writeFileSync(
    join(folder, 'libc.so'),
    `GROUP ( "${libc}" "${newer}" "${required('libc_nonshared.a')}" AS_NEEDED ( "${ld}" ) )\n`,
  );
  writeFileSync(join(folder, 'libm.so'), `GROUP ( "${libm}" )\n`);
}
