import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliPath, expectOutput, expectUsageError, makeFolder, runCli } from './support/cli.js';

const cwd = makeFolder({
  'answer.js': '42',
  'exports.mjs': 'export const x = 1;',
  'numbers.mjs': 'export const one = 1;',
  'data.json': '{}',
});
const manifest = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8'));

describe('a wrong command line', () => {
  it.each([
    [[], 'nothing to run'],
    [['answer.js', 'more'], 'one FILE is expected, got "more" as well'],
    [['-e', '1', 'answer.js'], '--eval takes no FILE, got "answer.js"'],
    [['-e'], "Option '-e, --eval <value>' argument missing"],
    [['--heep', '16M', 'answer.js'], 'unknown option "--heep"; did you mean --heap?'],
    [['--quiet', 'answer.js'], 'unknown option "--quiet"'],
    [['--module=yes', 'answer.js'], "Option '--module' does not take an argument"],
    [
      ['--heap', '64MB', 'answer.js'],
      '--heap must be a size from 8 MiB to 1 TiB, like 65536K, 64MiB or 1G, got "64MB"',
    ],
    [['--heap', '8388607', 'answer.js'], '--heap must be a size'],
    [['--heap', '1025G', 'answer.js'], '--heap must be a size'],
    [['--stack', '511K', 'answer.js'], '--stack must be a size from 512 KiB to 64 MiB'],
    [['--stack', '65M', 'answer.js'], '--stack must be a size'],
    [['--timeout', '0', 'answer.js'], '--timeout must be milliseconds, above 0'],
    [['--timeout', '1s', 'answer.js'], '--timeout must be milliseconds'],
    [['--timeout=-1', 'answer.js'], '--timeout must be milliseconds'],
    [['--cpu-timeout', '2147483648', 'answer.js'], '--cpu-timeout must be milliseconds'],
    [['--import', 'numbers', 'answer.js'], '--import must be NAME=FILE, got "numbers"'],
    [['--import', '=numbers.mjs', 'answer.js'], '--import must be NAME=FILE'],
    [['--eval', '1', '-e', '2'], '--eval is given twice'],
    [['--heap', '16M', 'answer.js', '--heap=16M'], '--heap is given twice'],
    [
      ['--import', 'a=numbers.mjs', '--import', 'a=data.json', 'answer.js'],
      '--import names the module "a" twice',
    ],
    [
      ['--import', 'exports.mjs=numbers.mjs', 'exports.mjs'],
      '--import "exports.mjs" is the name of the module to run',
    ],
    [['missing.js'], 'can\'t read "missing.js": ENOENT'],
    [['.'], 'can\'t read ".": EISDIR'],
    [['--import', 'a=missing.mjs', 'answer.js'], 'can\'t read "missing.mjs": ENOENT'],
    [['repl', '--import', 'a=missing.mjs'], 'can\'t read "missing.mjs": ENOENT'],
  ])('%j runs nothing', async (args, reason) => {
    await expectUsageError(args, reason, { cwd });
  });
});

describe('about itself', () => {
  it.each(['--help', '-h'])('%s names every option and exit code', async (option) => {
    const { code, stdout, stderr } = await runCli([option, '--timeout', 'ignored']);
    expect([code, stderr]).toEqual([0, '']);
    const options =
      '-e --eval --module --import --heap --stack --timeout --cpu-timeout --no-console --no-timers';
    for (const name of [...options.split(' '), 'repl', 'Exit code', 'ISOLET_REPL_HISTORY']) {
      expect(stdout).toContain(name);
    }
  });

  it.each(['--version', '-v'])('%s is that of the package', async (option) => {
    await expectOutput([option], `${manifest.version}\n`);
  });

  it('the package names it as its command, which a shell can start', () => {
    expect(join(__dirname, '..', manifest.bin.isolet)).toBe(cliPath);
    expect(readFileSync(cliPath, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
