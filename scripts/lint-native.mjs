// @ts-check
// clang-format over all C++, then clang-tidy over every source of the addon and the unit tests.
//   lint-native.mjs          report
//   lint-native.mjs --fix    format in place
//
// clang-tidy takes seconds a file, so what passed is remembered by a hash of all that it depends on.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildNative, repo } from './build.mjs';
import { filesBelow } from './list-sources.mjs';
import { fail, provide } from './toolchain.mjs';

const jobs = 2;
const files = [...filesBelow('native'), ...filesBelow('test')].filter((file) => /\.(h|cc)$/.test(file));

if (files.length > 0) {
  const mode = process.argv.includes('--fix') ? ['-i'] : ['--dry-run', '-Werror'];
  const { status } = spawnSync(provide('clang-format'), [...mode, ...files], { cwd: repo, stdio: 'inherit' });
  if (status !== 0) fail('clang-format: not formatted (npm run format does it)');
}
if (process.argv.includes('--fix')) process.exit();

/** @param {string[]} parts */
const hash = (...parts) => createHash('sha256').update(parts.join('\0')).digest('hex');

// Building the tests configures, which writes compile_commands.json, with the tests in it.
const buildFolder = await buildNative('isolet_unit_tests');
const tidy = provide('clang-tidy');
const version = spawnSync(tidy, ['--version'], { encoding: 'utf8' }).stdout;
const headers = files
  .filter((file) => file.endsWith('.h'))
  .map((file) => readFileSync(join(repo, file), 'utf8'));
const common = hash(version, readFileSync(join(repo, '.clang-tidy'), 'utf8'), ...headers);
const cache = join(repo, 'node_modules/.cache/isolet/clang-tidy');
mkdirSync(cache, { recursive: true });

/** @type {{ file: string, command: string }[]} */
const compiled = JSON.parse(readFileSync(join(buildFolder, 'compile_commands.json'), 'utf8'));
/** clang-tidy looks at a file as each of its commands compiles it. @type {Map<string, string[]>} */
const commandsOf = new Map();
for (const { file, command } of compiled) commandsOf.set(file, [...(commandsOf.get(file) ?? []), command]);
const queue = [...commandsOf].filter(([file]) => /^(native|test)[\\/]/.test(relative(repo, file)));
let failures = 0;

async function worker() {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [file, commands] = next;
    const passed = join(cache, hash(common, ...commands, readFileSync(file, 'utf8')));
    if (existsSync(passed)) continue;
    const child = spawn(tidy, ['--quiet', '-p', buildFolder, file], {
      cwd: repo,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code === 0) {
      writeFileSync(passed, '');
    } else {
      failures++;
      console.error(`${output}clang-tidy: ${relative(repo, file)}`);
    }
  }
}

await Promise.all(Array.from({ length: jobs }, worker));
if (failures > 0) fail(`clang-tidy: ${failures} files with findings`);
