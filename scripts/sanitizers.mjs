// @ts-check
// The environment in which what was built with a sanitizer runs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fail } from './toolchain.mjs';

export const sanitizerOptions = {
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

/** For a Node that loads an addon built with ASan: plain Node does so only if ASan's runtime was there first. */
export function addressSanitizerEnvironment() {
  return { ...sanitizerOptions, LD_PRELOAD: ['libasan.so', 'libubsan.so'].map(runtimeLibrary).join(' ') };
}
