import { JavaScriptError, type Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const thrower = 'function boom() { throw new Error("x"); }\n  boom()';

function failure(runtime: Runtime, code: string, options?: Parameters<Runtime['eval']>[1]): JavaScriptError {
  return errorOf(() => runtime.eval(code, options), JavaScriptError);
}

describe('frames and stack', () => {
  it('name function, file, line and column, innermost first', () => {
    const error = failure(makeRuntime(), thrower, { filename: 'plug.js' });
    expect(error.frames).toHaveLength(2);
    expect(error.frames[0]).toMatchObject({
      functionName: 'boom',
      fileName: 'plug.js',
      lineNumber: 1,
      columnNumber: 25,
    });
    expect(error.frames[1]).toMatchObject({ fileName: 'plug.js', lineNumber: 2, columnNumber: 3 });
    const [header, first, second, ...rest] = error.stack?.split('\n') ?? [];
    expect(header).toBe('Error: x');
    expect(first).toMatch(/^ {4}at boom \(plug\.js:1:25\)$/);
    expect(second).toMatch(/^ {4}at \(?plug\.js:2:3\)?$/);
    expect(rest).toStrictEqual([]);
  });

  it('use <eval> where no filename is given', () => {
    const error = failure(makeRuntime(), thrower);
    expect(error.frames.map((frame) => frame.fileName)).toStrictEqual(['<eval>', '<eval>']);
    expect(error.stack).toContain('<eval>:1:25');
  });

  it('count from lineOffset, and on the first line from columnOffset', () => {
    const options = { filename: 'page.html', lineOffset: 10, columnOffset: 5 };
    const error = failure(makeRuntime(), thrower, options);
    expect(error.frames[0]).toMatchObject({ lineNumber: 11, columnNumber: 30 });
    expect(error.frames[1]).toMatchObject({ lineNumber: 12, columnNumber: 3 });
    expect(error.stack).toContain('page.html:11:30');
    expect(error.stack).toContain('page.html:12:3');
  });

  it('keep the file in which each function was written', () => {
    const runtime = makeRuntime();
    runtime.eval('function inner() { throw new Error("deep"); }', { filename: 'inner.js' });
    const error = failure(runtime, '\n\ninner()', { filename: 'outer.js' });
    expect(error.frames.map((frame) => `${frame.fileName}:${frame.lineNumber}`)).toStrictEqual([
      ...['inner.js:1', 'outer.js:3'],
    ]);
  });

  it.each(['a b.js', 'ünï/日本.js', 'x'.repeat(3000), '../../etc/passwd', 'https://example.org/a.js'])(
    'carry any filename: %.20s',
    (filename) => {
      const error = failure(makeRuntime(), '(() => { throw new Error("x"); })()', { filename });
      expect(error.frames[0]?.fileName).toBe(filename);
    },
  );

  it('show nothing of the host, not even under nested calls', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => runtime.eval('boom()', { filename: 'nested.js' }));
    runtime.eval('function boom() { throw new Error("x"); }', { filename: 'boom.js' });
    const error = failure(runtime, 'host()', { filename: 'outer.js' });
    for (const text of [error.stack, JSON.stringify(error.frames)]) {
      expect(text).not.toContain(__dirname);
      expect(text).not.toContain('node:');
      expect(text).not.toContain('isolet');
    }
  });

  it('of an async function keep its place', () => {
    const code = 'async function later() {\n  await null;\n  throw new Error("x");\n}\nlater()';
    const error = failure(makeRuntime(), code, { filename: 'async.js' });
    expect(error.frames[0]).toMatchObject({ functionName: 'later', fileName: 'async.js', lineNumber: 3 });
  });
});

describe('syntax errors', () => {
  it.each([
    ['let = = 1', 1],
    ['\n\n  foo bar', 3],
    ['function (', 1],
    ['"unclosed', 1],
    ['`unclosed\n\n', 3],
    ['let a; let a;', 1],
    ['await 1', 1],
    ['import x from "y"', 1],
    ['return 1', 1],
  ])('in %j are named with their place', (code, lineNumber) => {
    const runtime = makeRuntime();
    const error = failure(runtime, code, { filename: 'bad.js' });
    expect(error.name).toBe('SyntaxError');
    expect(error.message).not.toBe('');
    expect(error.frames[0]).toMatchObject({ fileName: 'bad.js', lineNumber });
    expect(error.stack).toContain(`bad.js:${lineNumber}`);
    expectUsable(runtime);
  });

  it('have column and offsets', () => {
    const options = { filename: 'bad.js', lineOffset: 100, columnOffset: 7 };
    expect(failure(makeRuntime(), 'foo bar', options).frames[0]).toMatchObject({
      lineNumber: 101,
      columnNumber: 12,
    });
    expect(failure(makeRuntime(), '\nfoo bar', options).frames[0]).toMatchObject({
      lineNumber: 102,
      columnNumber: 5,
    });
  });

  it('leave nothing of their script behind', () => {
    const runtime = makeRuntime();
    failure(runtime, 'var before = 1; let let = 2');
    expect(runtime.eval('typeof before')).toBe('undefined');
  });

  it('thrown by the plugin itself are errors like others', () => {
    const error = failure(makeRuntime(), 'JSON.parse("{")', { filename: 'parse.js' });
    expect(error.name).toBe('SyntaxError');
    expect(error.frames.at(-1)).toMatchObject({ fileName: 'parse.js', lineNumber: 1 });
  });
});

describe('options of eval', () => {
  it.each<[options: object]>([
    [{ fileName: 'misspelt.js' }],
    [{ filename: 5 }],
    [{ lineOffset: '1' }],
    [{ columnOffset: null }],
    [{ timeout: '5s' }],
  ])('%j are refused, and the code does not run', (options) => {
    const runtime = makeRuntime();
    expectInvalidArgument(() => runtime.eval('globalThis.ran = true', options));
    expect(runtime.eval('typeof ran')).toBe('undefined');
  });

  it.each([
    { timeout: 0 },
    { timeout: -1 },
    { timeout: Number.NaN },
    { cpuTimeout: Number.POSITIVE_INFINITY },
  ])('%j are out of range', (options) => {
    const runtime = makeRuntime();
    expect(errorOf(() => runtime.eval('globalThis.ran = true', options), RangeError)).toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
    });
    expect(runtime.eval('typeof ran')).toBe('undefined');
  });

  it('may be undefined, each and all', () => {
    expect(makeRuntime().eval('1', undefined)).toBe(1);
    const options = { filename: undefined, timeout: undefined } as unknown as object;
    expect(makeRuntime().eval('1', options)).toBe(1);
  });
});
