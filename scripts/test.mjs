// @ts-check
// Builds, then runs the C++ unit tests, then the vitest suite. Other arguments go to vitest.
//   test.mjs                       the usual build
//   test.mjs --sanitize=address    both suites with ASan and UBSan
//   test.mjs --sanitize=thread     the unit tests alone: Node itself is not built for ThreadSanitizer
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildNative, buildRoot, buildTypeScript, repo, sanitizerOf, unitTests } from './build.mjs';
import { addressSanitizerEnvironment, sanitizerOptions } from './sanitizers.mjs';
import { fail, onPath } from './toolchain.mjs';

const sanitize = sanitizerOf(process.argv);
const vitestArgs = process.argv.slice(2).filter((arg) => !arg.startsWith('--sanitize='));

/** @param {string[]} command @param {Record<string, string>} [env] */
function runTests([program, ...args], env = {}) {
  const { status, signal } = spawnSync(/** @type {string} */ (program), args, {
    cwd: repo,
    stdio: 'inherit',
    env: { ...process.env, ...(sanitize && sanitizerOptions), ...env },
  });
  if (status !== 0) fail(`Failed (${signal ?? `exit code ${status}`}): ${program} ${args.join(' ')}`);
}

// ThreadSanitizer needs its addresses free: on some kernels random placement of mappings takes them.
const setarch = sanitize === 'thread' ? onPath('setarch') : undefined;
const fixedAddresses = setarch && spawnSync(setarch, ['-R', 'true']).status === 0 ? [setarch, '-R'] : [];
for (const tests of unitTests) {
  const out = await buildNative(tests, sanitize);
  runTests([...fixedAddresses, join(out, tests)]);
}

if (sanitize !== 'thread') {
  await buildNative('isolet', sanitize);
  buildTypeScript();
  /** @type {Record<string, string>} */
  const env = { ISOLET_PREBUILD: buildRoot(sanitize) };
  if (sanitize) {
    Object.assign(env, addressSanitizerEnvironment());
    env.ISOLET_SANITIZE = sanitize;
    env.ISOLET_SLOWDOWN = '3';
  }
  runTests([process.execPath, join(repo, 'node_modules/vitest/vitest.mjs'), 'run', ...vitestArgs], env);
}
