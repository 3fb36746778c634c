// @ts-check
// A C++ tool chain for musl on a Debian with glibc, and what its output needs there to run: this machine's own g++,
// Debian's musl, and a libstdc++ built for it from Debian's sources of the same GCC, as no distribution with glibc has one
// ready.
//
// Rejected: a GCC of its own, an hour's work for a compiler that is there, and zig's tool chain, whose C++ library is not
// the one that Node is built with.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { repo } from './build.mjs';
import { fail, find, install, output } from './toolchain.mjs';

/** Debian's: its folders have this name. */
const triplet = 'x86_64-linux-musl';
const musl = `/usr/lib/${triplet}`;
const cache = join(repo, 'node_modules/.cache/isolet/prebuild');

/** Of all that GCC's sources are, what the build of libstdc++ looks at. */
const parts = [
  ...['compile', 'depcomp', 'install-sh', 'missing', 'mkinstalldirs', 'move-if-change', 'symlink-tree'],
  ...[
    'config',
    'config.*',
    'config-ml.in',
    'lt*.m4',
    'ltmain.sh',
    'libtool.m4',
    'libtool-ldflags',
    'multilib.am',
  ],
  ...['include', 'libbacktrace', 'libgcc', 'libiberty', 'libstdc++-v3', 'gcc/BASE-VER', 'gcc/DATESTAMP'],
];

/**
 * @typedef {object} MuslToolChain
 * @property {string} cc
 * @property {string} cxx
 * @property {string} folder       of libraries: what Alpine's packages libgcc and libstdc++ have
 * @property {string[]} libraries  musl's and libgcc's: what a binary may ask for
 */

/** @param {string} file @param {string} command */
function writeProgram(file, command) {
  writeFileSync(file, `#!/bin/sh\nexec ${command}\n`);
  chmodSync(file, 0o755);
  return file;
}

/**
 * What makes gcc forget about glibc. Debian's own file of this kind would put an unwinder into every library, one that
 * needs glibc.
 * @param {string} file @param {string} libraries
 */
function writeSpecs(file, libraries) {
  const headers = `-nostdinc -isystem /usr/include/${triplet} -isystem include%s`;
  const specs = {
    cpp_options: `${headers} %(old_cpp_options)`,
    cc1: `%(cc1_cpu) ${headers}`,
    link: '-dynamic-linker /lib/ld-musl-x86_64.so.1 -nostdlib %{shared:-shared} %{rdynamic:-export-dynamic}',
    link_libgcc: `-L${libraries} -L${musl} -L .%s`,
    libgcc: `libgcc.a%s --as-needed ${libraries}/libgcc_s.so.1 --no-as-needed`,
    startfile: `%{!shared:${musl}/Scrt1.o} ${musl}/crti.o crtbeginS.o%s`,
    endfile: `crtendS.o%s ${musl}/crtn.o`,
    esp_link: '',
    esp_options: '',
    esp_cpp_options: '',
  };
  const sections = Object.entries(specs).map(([name, spec]) => `*${name}:\n${spec}\n\n`);
  writeFileSync(file, `%rename cpp_options old_cpp_options\n\n${sections.join('')}`);
}

/** @param {string} work @param {string} version of GCC @returns {string} the folder of the sources */
function extractSources(work, version) {
  const folder = `/usr/src/gcc-${version}`;
  const archive = readdirSync(folder).find(
    (name) => name.startsWith(`gcc-${version}`) && name.includes('.tar.'),
  );
  if (archive === undefined) return fail(`${folder}: no archive of GCC ${version}`);
  mkdirSync(work, { recursive: true });
  const patterns = parts.map((part) => `*/${part}`);
  output(['tar', '-xf', join(folder, archive), '-C', work, '--wildcards', ...patterns]);
  const sources = join(work, /** @type {string} */ (readdirSync(work)[0]));
  // The configuration of threads, which GCC's own build puts there.
  mkdirSync(join(work, 'libgcc'));
  output(['cp', join(sources, 'libgcc/gthr-posix.h'), join(work, 'libgcc/gthr-default.h')]);
  return sources;
}

/** @param {string} cc @param {string} cxx @param {string} folder what it is installed to @param {string} version */
function buildStandardLibrary(cc, cxx, folder, version) {
  const work = join(folder, 'work');
  rmSync(work, { recursive: true, force: true });
  const sources = extractSources(work, version);
  const build = join(work, 'build');
  mkdirSync(build);
  const platform = ['build', 'host', 'target'].map((role) => `--${role}=${triplet}`);
  const flags = '-O2 -fPIC -ffunction-sections -fdata-sections';
  output(
    [
      join(sources, 'libstdc++-v3/configure'),
      ...platform,
      `--prefix=${folder}`,
      `--with-gxx-include-dir=${folder}/include/c++`,
      ...['--disable-shared', '--disable-multilib', '--disable-nls'],
      ...['--disable-libstdcxx-pch', '--disable-libstdcxx-verbose'],
      ...[`CC=${cc}`, `CXX=${cxx}`, `CFLAGS=${flags}`, `CXXFLAGS=${flags}`],
    ],
    build,
  );
  output(['make', '-s', `-j${availableParallelism()}`], build);
  output(['make', '-s', 'install'], build);
  rmSync(work, { recursive: true });
}

/** For programs that have it of the system, as Node does there. @param {string} cc @param {string} libraries */
function makeSharedLibrary(cc, libraries) {
  output([
    ...[cc, '-O2', '-fPIC', '-shared', '-Wl,-soname,libstdc++.so.6', '-o', join(libraries, 'libstdc++.so.6')],
    join(repo, 'scripts/musl-missing.c'),
    ...['-Wl,--whole-archive', join(libraries, 'libstdc++.a'), '-Wl,--no-whole-archive'],
  ]);
}

/**
 * Makes it, once: minutes.
 * @returns {MuslToolChain | undefined} undefined: its parts can't be had here
 */
export function makeMuslToolChain() {
  const version = output(['g++', '-dumpversion']).trim().split('.')[0];
  if (!find('musl') && !install('musl')) return undefined;
  if (!existsSync(`/usr/src/gcc-${version}`) && !(version === '12' && install('gcc-sources')))
    return undefined;
  const folder = join(cache, `musl-gcc-${version}`);
  const libraries = join(folder, 'lib');
  const specs = join(folder, 'musl.specs');
  const cc = join(folder, 'bin/gcc');
  const cxx = join(folder, 'bin/g++');
  const chain = {
    cc,
    cxx,
    folder: libraries,
    libraries: [join(musl, 'libc.so'), join(libraries, 'libgcc_s.so.1')],
  };
  if (existsSync(join(libraries, 'libstdc++.so.6'))) return chain;

  console.error('Building libstdc++ for musl');
  for (const part of [libraries, dirname(cc)]) mkdirSync(part, { recursive: true });
  writeSpecs(specs, libraries);
  writeProgram(cc, `gcc -specs=${specs} "$@"`);
  const headers = `-nostdinc++ -isystem ${folder}/include/c++ -isystem ${folder}/include/c++/${triplet}`;
  const bare = writeProgram(join(folder, 'bin/bare-g++'), `g++ -specs=${specs} "$@"`);
  writeProgram(cxx, `g++ -specs=${specs} ${headers} "$@"`);
  // Debian's own, which has of glibc's what is in any libc, and one thing more: see musl-missing.c.
  copyFileSync(output(['gcc', '-print-file-name=libgcc_s.so.1']).trim(), join(libraries, 'libgcc_s.so.1'));
  buildStandardLibrary(cc, bare, folder, `${version}`);
  makeSharedLibrary(cc, libraries);
  return chain;
}
