// @ts-check
// Builds, then runs the C++ unit tests, then the vitest suite. Other arguments go to vitest.
//   test.mjs                       the usual build
//   test.mjs --sanitize=address    both suites with ASan and UBSan
//   test.mjs --sanitize=thread     the unit tests alone: Node itself is not built for ThreadSanitizer
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { buildNative, buildRoot, buildTypeScript, repo, sanitizerOf } from './build.mjs';
import { fail, onPath } from './toolchain.mjs';

const sanitize = sanitizerOf(process.argv);
const vitestArgs = process.argv.slice(2).filter((arg) => !arg.startsWith('--sanitize='));

const sanitizerOptions = {
  ASAN_OPTIONS: [
    'abort_on_error=1', // a child process that a test started must die visibly, too
    'detect_leaks=0', // Node leaves much to the end of the process
    'detect_stack_use_after_return=0', // V8 measures its stack by addresses of locals: they must be on the real one
    'allocator_may_return_null=1', // tests allocate more than there is
    'allow_user_segv_handler=1', // V8 handles faults of WebAssembly memory
  ].join(':'),
  UBSAN_OPTIONS: 'print_stacktrace=1:abort_on_error=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
};

/** @param {string[]} command @param {Record<string, string>} [env] */
function runTests([program, ...args], env = {}) {
  const { status, signal } = spawnSync(/** @type {string} */ (program), args, {
    cwd: repo,
    stdio: 'inherit',
    env: { ...process.env, ...(sanitize && sanitizerOptions), ...env },
  });
  if (status !== 0) fail(`Failed (${signal ?? `exit code ${status}`}): ${program} ${args.join(' ')}`);
}

/** Full path of one of GCC's runtime libraries. @param {string} name */
function runtimeLibrary(name) {
  const path = spawnSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout?.trim();
  if (!path || !isAbsolute(path) || !existsSync(path)) {
    fail(
      `Missing: ${name}\n  get it: it comes with g++ on Linux (Debian: libgcc-12-dev, or that of your g++)`,
    );
  }
  return path;
}

const out = await buildNative('isolet_unit_tests', sanitize);
// ThreadSanitizer needs its addresses free: on some kernels random placement of mappings takes them.
const setarch = sanitize === 'thread' ? onPath('setarch') : undefined;
const fixedAddresses = setarch && spawnSync(setarch, ['-R', 'true']).status === 0 ? [setarch, '-R'] : [];
runTests([...fixedAddresses, join(out, 'isolet_unit_tests')]);

if (sanitize !== 'thread') {
  await buildNative('isolet', sanitize);
  buildTypeScript();
  /** @type {Record<string, string>} */
  const env = { ISOLET_PREBUILD: buildRoot(sanitize) };
  if (sanitize) {
    // Plain Node loads an addon that needs ASan's runtime only if that was there first.
    env.LD_PRELOAD = [runtimeLibrary('libasan.so'), runtimeLibrary('libubsan.so')].join(' ');
    env.ISOLET_SANITIZE = sanitize;
    env.ISOLET_SLOWDOWN = '3';
  }
  runTests([process.execPath, join(repo, 'node_modules/vitest/vitest.mjs'), 'run', ...vitestArgs], env);
}
