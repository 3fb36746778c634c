import { describe, expect, it } from 'vitest';
import { answers, makeFolder, runCli } from './support/cli.js';

const cwd = makeFolder({ 'one.mjs': 'export const one = 1;' });

/** What the repl answers to these lines, piped into it. */
async function repl(lines: string[], args: string[] = []): Promise<string[]> {
  const ended = await runCli(['repl', ...args], { input: lines.join('\n'), cwd });
  const { code, signal, stderr } = ended;
  expect({ code, signal, stderr }, ended.stdout).toEqual({ code: 0, signal: null, stderr: '' });
  return answers(ended.stdout);
}

describe('an input', () => {
  it('is answered with its value as Node inspects it', async () => {
    expect(await repl(['1 + 1', '"text"', '[{ a: 1 }]', 'undefined', 'Promise.resolve(5)'])).toEqual([
      '2',
      "'text'",
      '[ { a: 1 } ]',
      'undefined',
      '5',
    ]);
  });

  it('leaves its variables, functions and classes to the next', async () => {
    const lines = [
      'const a = 1; let b = 2',
      'b += a',
      'function f() { return b * 2 }',
      'class A { x = f() }',
      'new A().x',
    ];
    expect(await repl(lines)).toEqual(['undefined', '3', 'undefined', 'undefined', '6']);
  });

  it('in braces is an object if it can be one', async () => {
    const lines = [
      '{ a: 1 }',
      '{ a: 1 };',
      '{ a: 1, b() { return 2 } } // so',
      '{ let a = 1; a + 1 }',
      '{}',
      '{ b: missing }',
    ];
    expect(await repl(lines)).toEqual([
      '{ a: 1 }',
      '1',
      '{ a: 1, b: [Function (anonymous)] }',
      '2',
      '{}',
      'Uncaught ReferenceError: missing is not defined\n    at REPL6:1:6',
    ]);
  });

  it('runs once, however it is read', async () => {
    const lines = ['let n = 0', '{ a: ++n }', '{ n++; n }', 'n++; eval("(")', 'n++; JSON.parse("{")', 'n'];
    const given = await repl(lines);
    expect([given[1], given[2], given.at(-1)]).toEqual(['{ a: 1 }', '2', '4']);
  });

  it.each([
    ['a block', ['if (true) {', '  7', '}'], '7'],
    ['a call', ['Math.max(', '1,', '', '2)'], '2'],
    ['an operator', ['1 +', '2'], '3'],
    ['a comment after what is open', ['[1, // one', '2]'], '[ 1, 2 ]'],
    ['an object in braces', ['{', 'a: 1', '}'], '{ a: 1 }'],
    ['a template literal', ['`a', 'b`'], "'a\\nb'"],
    ['a substitution', ['`a${1 +', '1', '}b`'], "'a2b'"],
    ['a value in a substitution', ['`a${1', '}b`'], "'a1b'"],
    ['a block comment', ['/* a', 'b */ 8'], '8'],
    ['a block comment in a function', ['(() => { /*', '*/ return 9 })()'], '9'],
    ['a try', ['try { throw 1 }', 'catch { 10 }'], '10'],
    ['a string that goes on', ['"a\\', 'b"'], "'ab'"],
    ['the other string that goes on', ["'a\\", "b'"], "'ab'"],
    ['a class', ['(class {', 'static x = 11', '}).x'], '11'],
  ])('goes on over lines: %s', async (_, lines, answer) => {
    expect(await repl([...lines, '"next"'])).toEqual([answer, "'next'"]);
  });

  it.each([
    ['1 + )', "Uncaught SyntaxError: Unexpected token ')'\n    at REPL1:1:5"],
    [') /* open', "Uncaught SyntaxError: Unexpected token ')'\n    at REPL1:1:1"],
    ['"open', 'Uncaught SyntaxError: Invalid or unexpected token\n    at REPL1:1:1'],
    ['/open', 'Uncaught SyntaxError: Invalid regular expression: missing /\n    at REPL1:1:1'],
    ['eval("(")', 'Uncaught SyntaxError: Unexpected end of input\n    at REPL1:1:1'],
    ['JSON.parse("{")', 'Uncaught SyntaxError'],
    [
      'throw new SyntaxError("Unexpected end of input")',
      'Uncaught SyntaxError: Unexpected end of input\n    at REPL1:1:7',
    ],
  ])('that is wrong does not go on: %s', async (line, answer) => {
    const given = await repl([line, '"next"']);
    expect(given).toHaveLength(2);
    expect(given[0]?.startsWith(answer)).toBe(true);
    expect(given[1]).toBe("'next'");
  });
});

describe('an error', () => {
  it('is shown with its stack, across inputs, and the session goes on', async () => {
    const lines = ['function f() { throw new TypeError("no") }', 'f()', 'throw "text"', '"next"'];
    expect(await repl(lines)).toEqual([
      'undefined',
      'Uncaught TypeError: no\n    at f (REPL1:1:22)\n    at REPL2:1:1',
      "Uncaught 'text'\n    at REPL3:1:1",
      "'next'",
    ]);
  });

  it('that nobody handles is shown, and the session goes on', async () => {
    const given = await repl(['Promise.reject(new Error("lost")); 1', '"next"']);
    expect(given.join('\n')).toContain('Uncaught Error: lost\n    at REPL1:1:16');
    expect(given.at(-1)).toBe("'next'");
  });

  it.each([
    ['--timeout', 'for (;;);', 'wall'],
    ['--timeout', 'new Promise(() => {})', 'wall'],
    ['--cpu-timeout', 'for (;;);', 'CPU'],
  ])('is what %s does to %s; each input has its own time', async (option, line, clock) => {
    const given = await repl(['let kept = 1', line, 'kept', line, 'kept + 1'], [option, '100']);
    const stopped = expect.stringMatching(
      `^Uncaught TimeoutError .* ms of ${clock} time \\(limit 100 ms\\)$`,
    );
    expect(given).toEqual(['undefined', stopped, '1', stopped, '2']);
  });

  it('that ends the runtime is followed by a new one, with the same limits and modules', async () => {
    const greedy = 'for (const all = [];;) all.push({})';
    const lines = [
      'let lost = 1',
      greedy,
      'typeof lost',
      'import("one").then((m) => m.one)',
      greedy,
      '6 * 7',
    ];
    const given = await repl(lines, ['--heap', '16M', '--import', 'one=one.mjs']);
    const ended = expect.stringMatching(
      /heap limit of 16 MiB reached.*\nThe runtime has ended; this is a new one/,
    );
    expect(given).toEqual(['undefined', ended, "'undefined'", '1', ended, '42']);
  });
});

describe('the session', () => {
  it('has console and timers, or not', async () => {
    const line = ['[typeof console, typeof setTimeout].join()'];
    expect(await repl(line)).toEqual(["'object,function'"]);
    expect(await repl(line, ['--no-console', '--no-timers'])).toEqual(["'undefined,undefined'"]);
    expect(await repl(['console.log("%d", 1); 2'])).toEqual(['1\n2']);
  });

  it('ends at .exit, whatever follows, though its input stays open', async () => {
    const { code, stdout } = await runCli(['repl'], {
      drive: async ({ process }) => {
        process.stdin.write('1\n.exit\n2\n');
      },
    });
    expect([code, answers(stdout)]).toEqual([0, ['1']]);
  });

  it('ends with an empty input', async () => {
    expect(await repl([])).toEqual([]);
  });

  it('starts anew at .clear', async () => {
    expect(await repl(['const a = 1', '.clear', 'typeof a'])).toEqual([
      'undefined',
      'Clearing context...',
      "'undefined'",
    ]);
  });

  it('forgets an input that is not complete at .break', async () => {
    expect(await repl(['f(', '.break', '3'])).toEqual(['3']);
  });
});

describe('SIGINT', () => {
  it.each([
    ['a loop', 'console.log("started"); for (;;);'],
    ['a promise', 'console.log("started"); new Promise(() => {})'],
  ])('stops %s and keeps the session', async (_, line) => {
    const { code, stdout } = await runCli(['repl'], {
      drive: async ({ process, printed }) => {
        process.stdin.write(`let kept = 1\n${line}\n`);
        await printed('started');
        process.kill('SIGINT');
        await printed('Stopped');
        process.stdin.end('kept + 1\n');
      },
    });
    expect([code, answers(stdout)]).toEqual([0, ['undefined', 'started\nStopped', '2']]);
  });

  it('ends a session that has nothing to stop', async () => {
    const { code, signal } = await runCli(['repl'], {
      drive: async ({ process, printed }) => {
        await printed('> ');
        process.kill('SIGINT');
      },
    });
    expect([code, signal]).toEqual([null, 'SIGINT']);
  });
});
