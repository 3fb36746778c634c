import { describe, expect, it } from 'vitest';
import { answers, makeFolder, runCli } from './support/cli.js';

const cwd = makeFolder({ 'one.mjs': 'export const one = 1; export default one;' });

/** What the repl of modules answers to these lines, piped into it. */
async function repl(lines: string[], args: string[] = []): Promise<string[]> {
  const command = ['repl', '--module', '--import', 'one=one.mjs', ...args];
  const ended = await runCli(command, { input: lines.join('\n'), cwd });
  const { code, signal, stderr } = ended;
  expect({ code, signal, stderr }, ended.stdout).toEqual({ code: 0, signal: null, stderr: '' });
  return answers(ended.stdout);
}

describe('an input of repl --module', () => {
  it('may import what --import names, and leaves the names to the next', async () => {
    const lines = [
      'import { one } from "one"',
      'one + 1',
      'import first, * as all from "one"',
      '[first, all]',
      'export { one as uno } from "one"',
      'uno',
    ];
    const empty = 'undefined';
    expect(await repl(lines)).toEqual([empty, '2', empty, '[ 1, { default: 1, one: 1 } ]', empty, '1']);
  });

  it('may await', async () => {
    const lines = [
      'const a = await Promise.resolve(2)',
      'a * (await import("one")).one',
      'for await (const n of [a]) console.log(n)',
    ];
    expect(await repl(lines)).toEqual(['undefined', '2', '2\nundefined']);
  });

  it('leaves what it declares, in every way there is', async () => {
    const lines = [
      'var a = 1, { b, c: [d] } = { b: 2, c: [3] }; let e = 4',
      'function f() { return e }',
      'async function g() { return 5 }',
      'class A { x = f() }',
      '/* hidden */ function h() { let local = 6; return local }',
      'let $é = h()',
      '[a, b, d, e, await g(), new A().x, $é, typeof local, typeof c].join()',
    ];
    expect((await repl(lines)).at(-1)).toBe("'1,2,3,4,5,4,6,undefined,undefined'");
  });

  it('may take the names of what the repl itself uses, and those that no global can have', async () => {
    const lines = [
      'const Object = 1, Reflect = 2, globalThis = 3',
      'let NaN = 4; export default NaN',
      '[Object, Reflect, globalThis, NaN]',
    ];
    expect(await repl(lines)).toEqual(['undefined', '4', '[ 1, 2, 3, NaN ]']);
  });

  it('sees what becomes of the names of earlier ones, and may declare them anew, but not assign to them', async () => {
    const lines = [
      'let n = 0; const add = () => { n++ }',
      'add(); add()',
      'n',
      'n = 5',
      'let n = 7',
      'n',
      'typeof add',
    ];
    const refused = expect.stringMatching(/^Uncaught TypeError: Cannot set property n .*\n {4}at REPL4:1:3$/);
    const empty = 'undefined';
    expect(await repl(lines)).toEqual([empty, empty, '2', refused, empty, '7', "'function'"]);
  });

  it('is answered with the value of an expression, or the default export', async () => {
    const lines = [
      '1 + 1',
      '1 + 1; // two',
      '"text";',
      '{ a: 1 }',
      '{ a: 1 };',
      '{ let a = 1; a + 1 }',
      'x => { }',
      '(function f() { })',
      '// nothing',
      'Promise.resolve(5)',
      'export default import.meta.url',
    ];
    const [f, empty] = ['[Function (anonymous)]', 'undefined'];
    expect(await repl(lines)).toEqual([
      '2',
      empty,
      "'text'",
      '{ a: 1 }',
      empty,
      empty,
      f,
      f,
      empty,
      '5',
      "'REPL11'",
    ]);
  });

  it('is strict', async () => {
    expect(
      await repl(['undeclared = 1', 'if (true) undeclared = 1', 'globalThis.declared = 1', 'declared']),
    ).toEqual([
      'Uncaught ReferenceError: undeclared is not defined\n    at REPL1:1:12',
      'Uncaught ReferenceError: undeclared is not defined\n    at REPL2:1:22',
      '1',
      '1',
    ]);
  });

  it('runs once, however it is read', async () => {
    const lines = [
      'globalThis.n = 0',
      '{ a: ++n }',
      'const m = ++n',
      'const k = ++n + eval("(")',
      '++n + JSON.parse("{")',
      'n',
    ];
    const given = await repl(lines);
    expect([given[1], given.at(-1)]).toEqual(['{ a: 1 }', '4']);
  });

  it.each([
    ['an import', ['import {', 'one', '} from "one"', 'one'], '1'],
    ['an export', ['export {', 'one', '} from "one"', 'one'], '1'],
    ['a declaration', ['const a = [', '2,', ']; export default a'], '[ 2 ]'],
    ['a function', ['function f() {', 'return 3', '}', 'f()'], '3'],
    ['a block', ['if (true) {', 'console.log(await 4)', '}'], '4\nundefined'],
    ['an expression', ['1 +', '4'], '5'],
    ['an await', ['await', '6'], '6'],
    ['an object in braces', ['{', 'a: `7', '`}'], "{ a: '7\\n' }"],
    ['a template literal', ['`a', 'b`'], "'a\\nb'"],
    ['a substitution', ['`a${1', '}b`'], "'a1b'"],
    ['a block comment', ['/* a', 'b */ 8'], '8'],
    ['a try', ['try { throw 1 }', 'catch { console.log(9) }'], '9\nundefined'],
    ['a string that goes on', ['"a\\', 'b"'], "'ab'"],
    ['a class', ['(class {', 'static x = 10', '}).x'], '10'],
  ])('goes on over lines: %s', async (_, lines, answer) => {
    const given = await repl([...lines, '"next"']);
    expect(given.slice(-2)).toEqual([answer, "'next'"]);
  });
});

describe('an error in repl --module', () => {
  it.each([
    ['1 + )', "SyntaxError: Unexpected token ')'\n    at REPL1:1:5"],
    ['"open', 'SyntaxError: Invalid or unexpected token\n    at REPL1:1:1'],
    ['const a = eval("(")', 'SyntaxError: Unexpected end of input\n    at REPL1:1:11'],
    ['export { missing }', "SyntaxError: Export 'missing' is not defined in module\n    at REPL1:1:10"],
    ['missing', 'ReferenceError: missing is not defined\n    at REPL1:1:1'],
    ['throw new Error("no")', 'Error: no\n    at REPL1:1:7'],
    ['import "absent"', 'ModuleError: cannot find module "absent", imported from "REPL1"'],
    [
      'import { two } from "one"',
      "SyntaxError: The requested module 'one' does not provide an export named 'two'\n    at REPL1:1:10",
    ],
  ])('of %s has its place, and does not go on', async (line, answer) => {
    expect(await repl([line, '"next"'])).toEqual([`Uncaught ${answer}`, "'next'"]);
  });

  it('has the line of an input of several, and the names of all inputs in its stack', async () => {
    const lines = ['function f() {', 'throw new TypeError("no") }', 'f()', 'if (true) {', '  f()', '}'];
    const thrown = 'Uncaught TypeError: no\n    at f (REPL2:2:7)\n    at';
    expect(await repl(lines)).toEqual(['undefined', `${thrown} REPL3:1:1`, `${thrown} REPL6:2:3`]);
  });

  it('is what a limit does to a module that awaits', async () => {
    const given = await repl(
      ['const kept = 1', 'await new Promise(() => {})', 'let a = await new Promise(() => {})', 'kept'],
      ['--timeout', '100'],
    );
    const stopped = expect.stringMatching(/^Uncaught TimeoutError .*limit 100 ms\)$/);
    expect(given).toEqual(['undefined', stopped, stopped, '1']);
  });

  it('that ends the runtime is followed by a new one', async () => {
    const lines = [
      'const lost = 1',
      'for (const all = [];;) all.push({})',
      'import { one } from "one"',
      '[typeof lost, one]',
    ];
    const ended = expect.stringMatching(
      /heap limit of 16 MiB reached.*\nThe runtime has ended; this is a new one/,
    );
    expect(await repl(lines, ['--heap', '16M'])).toEqual([
      'undefined',
      ended,
      'undefined',
      "[ 'undefined', 1 ]",
    ]);
  });
});

describe('a session of repl --module', () => {
  it('starts anew at .clear', async () => {
    const lines = ['const a = 1', '.clear', 'typeof a', 'import { one } from "one"', 'one'];
    expect(await repl(lines)).toEqual(['undefined', 'Clearing context...', "'undefined'", 'undefined', '1']);
  });

  it('leaves modules of --import alone that are named as inputs are', async () => {
    expect(await repl(['import { one } from "REPL1"', 'one'], ['--import', 'REPL1=one.mjs'])).toEqual([
      'undefined',
      '1',
    ]);
  });

  it('stops an await at SIGINT', async () => {
    const { code, stdout } = await runCli(['repl', '--module'], {
      drive: async ({ process, printed }) => {
        process.stdin.write('const kept = 1\nconsole.log("started"); await new Promise(() => {})\n');
        await printed('started');
        process.kill('SIGINT');
        await printed('Stopped');
        process.stdin.end('kept + 1\n');
      },
    });
    expect([code, answers(stdout)]).toEqual([0, ['undefined', 'started\nStopped', '2']]);
  });
});
