import { JavaScriptError, type JsFunction } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { failure } from './support/failure.js';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('a JavaScriptError', () => {
  it('has name, message, stack and frames of the error thrown', () => {
    const error = failure(
      'function outer() { inner(); }\nfunction inner() { throw new RangeError("too far"); }\nouter()',
    );
    expect([error.name, error.message]).toStrictEqual(['RangeError', 'too far']);
    expect(error.stack).toMatch(
      /^RangeError: too far\n {4}at inner \(plugin\.js:2:\d+\)\n {4}at outer \(plugin\.js:1:\d+\)\n/,
    );
    expect(error.frames.map((frame) => [frame.functionName, frame.lineNumber])).toMatchObject([
      ...[
        ['inner', 2],
        ['outer', 1],
        [expect.any(String), 3],
      ],
    ]);
    expect('value' in error).toBe(false);
    expect('cause' in error).toBe(false);
  });

  it('has frames of methods, classes, closures and asynchronous functions', () => {
    const error = failure(`
      class Box { static make() { return new Box(); } constructor() { this.open(); } open() { [1].forEach((x) => { throw new Error("x"); }); } }
      Box.make()
    `);
    expect(error.frames.length).toBeGreaterThanOrEqual(5);
    expect(error.frames.every((frame) => frame.lineNumber >= 0)).toBe(true);
    expect(
      error.frames
        .filter((frame) => frame.fileName === 'plugin.js')
        .map((frame) => frame.lineNumber)
        .at(-1),
    ).toBe(3);
  });

  it.each([
    ['eval', 'eval("throw new Error(1)\\n//# sourceURL=made.js")', 'made.js'],
    ['new Function', 'new Function("throw new Error(1)\\n//# sourceURL=made.js")()', 'made.js'],
    ['eval, without a name', 'eval("throw new Error(1)")', ''],
  ])('has frames of code that was made by %s', (_, code, fileName) => {
    const error = failure(code);
    expect(error.frames.map((frame) => frame.fileName)).toStrictEqual([fileName, 'plugin.js']);
  });

  it('has the place where the error was made, not where it was thrown', () => {
    const error = failure('const made = new Error("early");\n\n\nthrow made');
    expect(error.frames[0]).toMatchObject({ fileName: 'plugin.js', lineNumber: 1 });
  });

  it('has the own enumerable properties of the error', () => {
    expect(
      failure('throw Object.assign(new Error("x"), { code: "E_APP", detail: { list: [1] } })').properties,
    ).toStrictEqual({
      ...{ code: 'E_APP', detail: { list: [1] } },
    });
    expect(failure('throw new Error("x")').properties ?? {}).toStrictEqual({});
    expect(failure('throw Object.assign(new Error("x"), { code: "E_APP" })').code).toBe('ERR_JAVASCRIPT');
  });

  it('has own properties that can not cross left out, and is there all the same', () => {
    const error = failure('throw Object.assign(new Error("x"), { bad: Symbol("s"), worse: new WeakMap() })');
    expect([error.name, error.message]).toStrictEqual(['Error', 'x']);
  });

  it.each(['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'])(
    'of a %s',
    (name) => {
      expect(failure(`throw new ${name}("m")`)).toMatchObject({ name, message: 'm' });
    },
  );

  it.each([
    ['null.x', 'TypeError'],
    ['missing', 'ReferenceError'],
    ['new Array(-1)', 'RangeError'],
    ['decodeURIComponent("%")', 'URIError'],
    ['new RegExp("(")', 'SyntaxError'],
    ['1n + 1', 'TypeError'],
    ['(function f() { f(); })()', 'RangeError'],
    ['Promise.any([Promise.reject(1)])', 'AggregateError'],
  ])('that the engine throws: %s', (code, name) => {
    expect(failure(code).name).toBe(name);
  });

  it('of a class of the plugin has its name', () => {
    expect(
      failure('class AppError extends Error { get name() { return "AppError"; } } throw new AppError("m")'),
    ).toMatchObject({
      ...{ name: 'AppError', message: 'm' },
    });
  });

  it('with an empty message, and with a huge one', () => {
    expect(failure('throw new Error()').message).toBe('');
    expect(failure('throw new Error("x".repeat(100_000))').message).toMatch(/^x{1000}/);
  });
});

describe('cause', () => {
  it('is the error behind it, and the one behind that', () => {
    const error = failure(
      'throw new Error("a", { cause: new TypeError("b", { cause: new RangeError("c", { cause: 5 }) }) })',
    );
    const [b, c] = [error.cause as Error, (error.cause as Error).cause as Error];
    expect(b).toBeInstanceOf(TypeError);
    expect(c).toBeInstanceOf(RangeError);
    expect([b.message, c.message, c.cause]).toStrictEqual(['b', 'c', 5]);
  });

  it.each<[code: string, cause: unknown]>([
    ['0', 0],
    ['null', null],
    ['"text"', 'text'],
    ['{ a: [1] }', { a: [1] }],
  ])('may be anything: %s', (code, cause) => {
    expect(failure(`throw new Error("x", { cause: ${code} })`).cause).toStrictEqual(cause);
  });

  it('may go round', () => {
    const error = failure(
      'const a = new Error("a"); const b = new Error("b", { cause: a }); a.cause = b; throw a',
    );
    expect((error.cause as Error).message).toBe('b');
    expect(((error.cause as Error).cause as Error).message).toBe('a');
  });

  it('that can not cross leaves the error as it is', () => {
    expect(failure('throw new RangeError("x", { cause: Symbol("s") })')).toMatchObject({
      name: 'RangeError',
      message: 'x',
    });
    expect(failure('throw new RangeError("x", { cause: new WeakMap() })')).toMatchObject({
      name: 'RangeError',
      message: 'x',
    });
  });

  it('in a chain without end leaves the error as it is', () => {
    const chain =
      'let error = new Error("last"); for (let i = 0; i < 100_000; i++) error = new Error("e" + i, { cause: error }); throw error';
    expect(failure(chain).message).toBe('e99999');
    expect(
      failure('class E extends Error { get cause() { return new E("next"); } } throw new E("first")').message,
    ).toBe('first');
  });
});

describe('what is thrown and is no error', () => {
  it.each<[code: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['0', 0],
    ['-0', -0],
    ['"text"', 'text'],
    ['5n', 5n],
    ['false', false],
    ['[1, { a: 2 }]', [1, { a: 2 }]],
    [
      '{ message: "looks like one", stack: "at x", name: "Error" }',
      { message: 'looks like one', stack: 'at x', name: 'Error' },
    ],
    ['Object.create(null)', {}],
    ['new Map([[1, 2]])', new Map([[1, 2]])],
  ])('is the value: %s', (code, value) => {
    const error = failure(`throw (${code})`);
    expect('value' in error).toBe(true);
    expect(error.value).toStrictEqual(value);
  });

  it('may be a function', () => {
    const runtime = makeRuntime();
    const error = errorOf(() => runtime.eval('throw (x) => x + 1'), JavaScriptError);
    expect((error.value as JsFunction)(1)).toBe(2);
  });

  it.each([
    'Symbol("s")',
    'new WeakMap()',
    'Promise.resolve(1)',
    'new Proxy(new Map(), {})',
    '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()',
    '{ get a() { throw new Error("a"); } }',
    '{ [Symbol("s")]: 1, a: Symbol("t") }',
  ])('has no value if it can not cross: %s', (code) => {
    expect('value' in failure(`throw (${code})`)).toBe(false);
  });

  it('may be a promise rejected', () => {
    expect(failure('Promise.reject(null)').value).toBe(null);
    expect(failure('(async () => { throw { a: 1 }; })()').value).toStrictEqual({ a: 1 });
  });
});
