import { describe, expect, it } from 'vitest';
import { expectFailure, expectOutput, makeFolder, runCli } from './support/cli.js';

const cwd = makeFolder({
  'answer.js': '#!/usr/bin/env isolet\nconst answer = 6 * 7;\nanswer',
  'marked.js': '\ufeff"with a byte order mark"',
  'quiet.js': 'console.log("only this"); undefined',
  'throws.js': 'function inner() {\n  throw new RangeError("too far");\n}\ninner();',
  'exports.mjs': 'export const url = import.meta.url; export default await Promise.resolve(1);',
  'exports.js': 'export const x = 1;',
  'empty.mjs': 'console.log("side effect");',
  'adds.mjs':
    'import { one } from "numbers"; import data from "data" with { type: "json" }; export const sum = one + data.two;',
  'numbers.mjs': 'export const one = 1;',
  'data.json': '{ "two": 2 }',
  'wrong.mjs': '\nthrow new TypeError("in a module");',
});

describe('the value', () => {
  it.each([
    ['of a script', ['answer.js'], '42\n'],
    ['of a script that starts with a byte order mark', ['marked.js'], 'with a byte order mark\n'],
    ['of a script: undefined prints nothing', ['quiet.js'], 'only this\n'],
    ['of code', ['-e', '1 + 1'], '2\n'],
    ['of code, by the long name', ['--eval', '1 + 1'], '2\n'],
    ['of code: undefined, too', ['-e', 'undefined'], 'undefined\n'],
    ['a string as it is', ['-e', '"100%s \\u001b[1m"'], '100%s \u001b[1m\n'],
    [
      'an object as Node inspects it',
      ['-e', '({ a: [1, "x"], m: new Map([[1, 2n]]) })'],
      "{ a: [ 1, 'x' ], m: Map(1) { 1 => 2n } }\n",
    ],
    ['of a promise', ['-e', 'new Promise((resolve) => setTimeout(resolve, 5, "settled"))'], 'settled\n'],
    ['of a module: its namespace', ['exports.mjs'], "{ default: 1, url: 'exports.mjs' }\n"],
    ['of a module without exports: nothing', ['empty.mjs'], 'side effect\n'],
    ['of a script that --module makes a module', ['--module', 'exports.js'], '{ x: 1 }\n'],
    [
      'of code that --module makes a module',
      ['--module', '-e', 'export const y = import.meta.url'],
      "{ y: '<eval>' }\n",
    ],
  ])('%s', async (_, args, stdout) => {
    await expectOutput(args, stdout, { cwd });
  });

  it('of stdin, as script and as module', async () => {
    await expectOutput(['-'], '3\n', { input: 'let n = 1;\nn + 2\n' });
    await expectOutput(['-', '--module'], '{ n: 3 }\n', { input: 'export const n = 3;' });
  });

  it('is printed to its end, however long', async () => {
    const { code, stdout } = await runCli(['-e', '"x".repeat(5_000_000)']);
    expect([code, stdout.length]).toEqual([0, 5_000_001]);
  });
});

describe('what the script sees', () => {
  it('is no file, process or network', async () => {
    await expectOutput(
      ['-e', '[typeof process, typeof require, typeof fetch].join()'],
      'undefined,undefined,undefined\n',
    );
  });

  it('is a console that prints on stdout and stderr as it was told', async () => {
    const code = `console.log('%s is', 'log', { a: 1 }); console.info('\\u001b[1m'); console.debug('d');
      console.error('error'); console.warn('warn'); console.dir({ b: [2] });
      console.group('group'); console.log('inside'); console.groupEnd(); console.log('outside'); 0`;
    const ended = await runCli(['-e', code]);
    expect(ended).toEqual({
      code: 0,
      signal: null,
      stdout: 'log is { a: 1 }\n\u001b[1m\nd\n{ b: [ 2 ] }\ngroup\n  inside\noutside\n0\n',
      stderr: 'error\nwarn\n',
    });
  });

  it('is a console whose trace shows its own frames and no others', async () => {
    const { stderr } = await runCli(['-e', 'function here() { console.trace("at %d", 1); }\nhere(); 0']);
    expect(stderr).toMatch(/^Trace: at 1\n {4}at here \(<eval>:1:/);
    expect(stderr).not.toContain('.js');
  });

  it('is timers, which the process waits for, also those that timers start', async () => {
    const code =
      'setTimeout(() => { console.log("late"); setTimeout(() => console.log("later"), 20); }, 20); "now"';
    const { stdout, ...ended } = await runCli(['-e', code]);
    expect(ended).toEqual({ code: 0, signal: null, stderr: '' });
    // On a busy machine the value may be printed after a log that it came before.
    expect(stdout.split('\n').sort()).toEqual(['', 'late', 'later', 'now']);
  });

  it('is an interval until it is cleared', async () => {
    const code =
      'let n = 0; new Promise((done) => { const id = setInterval(() => { console.log(++n); if (n === 3) { clearInterval(id); done("done"); } }, 1); })';
    await expectOutput(['-e', code], '1\n2\n3\ndone\n');
  });

  it('is no console with --no-console, no timers with --no-timers', async () => {
    const code = '[typeof console, typeof setTimeout].join(" ")';
    await expectOutput(['-e', code], 'object function\n');
    await expectOutput(['-e', code, '--no-console'], 'undefined function\n');
    await expectOutput(['-e', code, '--no-timers'], 'object undefined\n');
  });

  it('is the modules that --import names, and no other file', async () => {
    const imports = ['--import', 'numbers=numbers.mjs', '--import', 'data=data.json'];
    await expectOutput([...imports, 'adds.mjs'], '{ sum: 3 }\n', { cwd });
    await expectFailure(
      ['adds.mjs'],
      'ModuleError: cannot find module "numbers", imported from "adds.mjs"\n',
      { cwd },
    );
    const path = '-e import("./numbers.mjs").catch((e)=>e.message)'.split(' ');
    await expectOutput(path, 'cannot find module "./numbers.mjs", imported from "<eval>"\n', { cwd });
  });

  it('is what it imports as it runs; the process waits for that', async () => {
    const code = `setTimeout(async () => {
      const { one } = await import('numbers');
      console.log(one, (await import('data', { with: { type: 'json' } })).default.two);
    }, 1); 0`;
    const imports = ['--import', 'numbers=numbers.mjs', '--import', 'data=data.json'];
    const { stdout, ...ended } = await runCli([...imports, '-e', code], { cwd });
    expect(ended).toEqual({ code: 0, signal: null, stderr: '' });
    // As above.
    expect(stdout.split('\n').sort()).toEqual(['', '0', '1 2']);
  });
});

describe('an error', () => {
  const uncaught = 'RangeError: too far\n    at inner (throws.js:2:9)\n    at throws.js:4:1\n';

  it.each([
    ['of a script', ['throws.js'], uncaught],
    ['of a module', ['wrong.mjs'], 'TypeError: in a module\n    at wrong.mjs:2:7\n'],
    ['of code that is cut off', ['-e', '1 +'], 'SyntaxError: Unexpected end of input\n    at <eval>:1:4\n'],
    ['of a promise', ['-e', 'Promise.reject(new Error("no"))'], 'Error: no\n    at <eval>:1:16\n'],
    [
      'with a cause',
      ['-e', 'throw new Error("a", { cause: new Error("b") })'],
      'Error: a\n    at <eval>:1:7\n  [cause]: Error: b\n      at <eval>:1:31\n',
    ],
    ['that is none', ['-e', 'throw { status: 404 }'], 'Uncaught { status: 404 }\n    at <eval>:1:1\n'],
    [
      'of a value that cannot cross',
      ['-e', 'Symbol()'],
      "DataCloneError [ERR_DATA_CLONE]: result: a symbol can't cross\n",
    ],
  ])('%s is on stderr, with the stack of the script alone', async (_, args, stderr) => {
    expect(await expectFailure(args, stderr, { cwd })).toBe('');
  });

  it('of stdin is named so', async () => {
    await expectFailure(['-'], 'Error: x\n    at <stdin>:2:7\n', { input: '\nthrow new Error("x")' });
  });

  it.each([
    [
      'a rejection that nobody handles',
      'Promise.reject(new Error("lost")); new Promise(() => {})',
      'Error: lost\n    at <eval>:1:16\n',
    ],
    [
      'one that comes late',
      'setTimeout(() => Promise.reject(new Error("lost")), 5); 0',
      'Error: lost\n    at <eval>:1:33\n',
    ],
    [
      'an error in a timer',
      'setTimeout(() => { throw new Error("lost") }, 5); 0',
      'Error: lost\n    at <eval>:1:26\n',
    ],
    [
      'the first of several',
      'setInterval(() => { throw new Error("lost") }, 1); 0',
      'Error: lost\n    at <eval>:1:27\n',
    ],
  ])('ends the run: %s', async (_, code, stderr) => {
    await expectFailure(['-e', code], stderr);
  });

  it('comes after all that was printed before it', async () => {
    const code = 'for (let i = 0; i < 100; i++) console.log("x".repeat(10_000)); throw new Error("end")';
    const stdout = await expectFailure(['-e', code], 'Error: end\n    at <eval>:1:70\n');
    expect(stdout.length).toBe(100 * 10_001);
  });
});

describe('a limit', () => {
  it.each([
    ['--timeout', 'for (;;);', 'wall'],
    ['--timeout', 'new Promise(() => {})', 'wall'],
    ['--timeout', 'setInterval(() => {}, 1); 0', 'wall'],
    ['--timeout', 'setTimeout(() => { for (;;); }, 1); 0', 'wall'],
    ['--cpu-timeout', 'for (;;);', 'CPU'],
    ['--cpu-timeout', 'setTimeout(() => { for (;;); }, 1); 0', 'CPU'],
  ])('%s ends %s with one line', async (option, code, clock) => {
    const { stderr, ...ended } = await runCli([option, '150', '-e', code]);
    expect([ended.code, ended.signal]).toEqual([1, null]);
    expect(stderr).toMatch(
      new RegExp(
        `^TimeoutError \\[ERR_TIMEOUT\\]: timed out after [\\d.]+ ms of ${clock} time \\(limit 150 ms\\)\\n$`,
      ),
    );
  });

  const greedy = 'const all = []; for (;;) all.push({});';

  it.each([
    [[], '64 MiB'],
    [['--heap', '16777216'], '16 MiB'],
    [['--heap', '16384K'], '16 MiB'],
    [['--heap', '16384KiB'], '16 MiB'],
    [['--heap=16m'], '16 MiB'],
    [['--heap', '16MiB'], '16 MiB'],
    [['--heap', '0.03125G'], '32 MiB'],
    [['--heap', '0.03125GiB'], '32 MiB'],
  ])('of memory with %j is %s', async (options, limit) => {
    const { code, stderr } = await runCli([...options, '-e', greedy]);
    expect(code).toBe(1);
    const line = `HeapLimitError [ERR_HEAP_LIMIT]: the runtime has ended: heap limit of ${limit} reached`;
    expect(stderr.split('\n').filter((text) => text.startsWith(line))).toHaveLength(1);
  });

  it('--stack is what the script can use of it', async () => {
    const code = 'let depth = 0; try { (function down() { depth++; down(); })() } catch {} depth';
    const depth = async (size: string) => Number((await runCli(['--stack', size, '-e', code])).stdout);
    expect(await depth('8MiB')).toBeGreaterThan(4 * (await depth('512K')));
  });

  it.each([
    '--heap=8MiB',
    '--heap=1024G',
    '--stack=512KiB',
    '--stack=64M',
    '--timeout=2147483647',
    '--cpu-timeout=2147483647',
  ])('can be as far as %s', async (option) => {
    await expectOutput([option, '-e', '1'], '1\n');
  });
});
