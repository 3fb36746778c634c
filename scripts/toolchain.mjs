// @ts-check
// Finds the programs that a build or a check needs and, where one is missing, says which and how to get it.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const visualStudio = 'install Visual Studio 2022 (Build Tools suffice) with "Desktop development with C++"';

/**
 * @typedef {object} Tool
 * @property {string} what     what a message calls it
 * @property {string[]} names  programs, the preferred first
 * @property {string[]} apt    Debian packages, the preferred first
 * @property {string} brew     command on macOS
 * @property {string} windows  sentence on Windows
 */

/** @satisfies {Record<string, Tool>} */
export const tools = {
  compiler: {
    what: 'a C++20 compiler (g++ 12 or clang++ 15, or newer)',
    names: ['g++', 'clang++'],
    apt: ['g++'],
    brew: 'xcode-select --install',
    windows: visualStudio,
  },
  cmake: {
    what: 'CMake 3.18 or newer',
    names: ['cmake'],
    apt: ['cmake'],
    brew: 'brew install cmake',
    windows: 'winget install Kitware.CMake',
  },
  make: {
    what: 'ninja or make',
    names: ['ninja', 'make'],
    apt: ['ninja-build'],
    brew: 'brew install ninja',
    windows: visualStudio,
  },
  gtest: {
    what: 'GoogleTest (for the C++ unit tests)',
    names: [],
    apt: ['libgtest-dev'],
    brew: 'brew install googletest',
    windows:
      'vcpkg install gtest:x64-windows-static, and set CMAKE_PREFIX_PATH to its installed/x64-windows-static',
  },
  'arm64-compiler': {
    what: 'a cross compiler for Linux on arm64',
    names: ['aarch64-linux-gnu-g++'],
    apt: ['g++-aarch64-linux-gnu'],
    brew: 'on Linux',
    windows: 'on Linux',
  },
  musl: {
    what: 'musl, its headers and libraries',
    names: ['musl-gcc'],
    apt: ['musl-tools'],
    brew: 'on Linux',
    windows: 'on Linux',
  },
  'gcc-sources': {
    what: "GCC's sources (to build its C++ library for musl)",
    names: [],
    apt: ['gcc-12-source'],
    brew: 'on Linux',
    windows: 'on Linux',
  },
  qemu: {
    what: 'qemu-user (to run programs for arm64)',
    names: ['qemu-aarch64', 'qemu-aarch64-static'],
    apt: ['qemu-user'],
    brew: 'on Linux',
    windows: 'on Linux',
  },
  // The version is fixed because other versions format differently.
  'clang-format': {
    what: 'clang-format 16',
    names: ['clang-format-16', 'clang-format'],
    apt: ['clang-format-16', 'clang-format'],
    brew: 'brew install clang-format',
    windows: 'winget install LLVM.LLVM',
  },
  'clang-tidy': {
    what: 'clang-tidy 16',
    names: ['clang-tidy-16', 'clang-tidy'],
    apt: ['clang-tidy-16', 'clang-tidy'],
    brew: 'brew install llvm, and put its bin folder on the PATH',
    windows: 'winget install LLVM.LLVM',
  },
};

/** Prints a message without a stack and ends the process with exit code 1. @param {string} message @returns {never} */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

/** What a command prints, whose errors are shown; it must succeed. @param {string[]} command @param {string} [cwd] */
export function output([program, ...args], cwd) {
  const { status, stdout, error } = spawnSync(/** @type {string} */ (program), args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
    maxBuffer: 1 << 28,
  });
  if (status !== 0) fail(`${error?.message ?? stdout}\nFailed: ${program} ${args.join(' ')}`);
  return stdout;
}

/** The full path of the first program of that name on the PATH. @param {string} name */
export function onPath(name) {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, file), constants.X_OK);
      return join(folder, file);
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/**
 * npm, as a command of this Node and a script. What is called npm on the PATH only a shell can start on Windows, and a
 * shell takes paths with spaces apart (C:\Program Files).
 * @returns {[node: string, script: string]}
 */
export function npm() {
  const { npm_execpath: running } = process.env;
  if (running?.endsWith('npm-cli.js')) return [process.execPath, running];
  const beside = dirname(realpathSync(process.execPath));
  const script = 'node_modules/npm/bin/npm-cli.js';
  const places = [beside, join(dirname(beside), 'lib'), join(dirname(beside), 'share')].map((folder) =>
    join(folder, script),
  );
  const found = onPath('npm');
  if (found !== undefined) places.push(realpathSync(found));
  return [process.execPath, places.find((path) => existsSync(path)) ?? fail('Missing: npm')];
}

/** The tool's program, if there is one. @param {keyof typeof tools} tool */
export function find(tool) {
  return tools[tool].names.map(onPath).find((path) => path !== undefined);
}

/** Says what is missing and how to get it, and exits. @param {(keyof typeof tools)[]} missing @returns {never} */
export function failMissing(...missing) {
  const how = missing.map((tool) => {
    const { what, apt, brew, windows } = tools[tool];
    const byPlatform =
      process.platform === 'darwin'
        ? brew
        : process.platform === 'win32'
          ? windows
          : `sudo apt-get install ${apt[0]}   (Debian, Ubuntu; elsewhere the package of that name or nearest to it)`;
    return `Missing: ${what}\n  get it: ${byPlatform}`;
  });
  fail(how.join('\n'));
}

/**
 * Gets a tool for testing or checking that is missing, where that takes no question: as root on Debian, which is a
 * container or CI. Never used for what the addon itself needs.
 * @param {keyof typeof tools} tool
 * @returns {boolean} whether something was installed
 */
export function install(tool) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.error(`Installing ${tools[tool].what} (running as root, apt-get)`);
  const apt = (/** @type {string[]} */ ...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  apt('update', '-q');
  return tools[tool].apt.some((name) => apt('install', '-qy', '--no-install-recommends', name));
}

/** The tool's program; installs it if that can be done unasked, else says how to get it. @param {keyof typeof tools} tool */
export function provide(tool) {
  return find(tool) ?? (install(tool) ? find(tool) : undefined) ?? failMissing(tool);
}
