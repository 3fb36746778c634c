import { JavaScriptError, type JsFunction, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, thrownBy } from './support/errors.js';
import { expectWellFormed, failure } from './support/failure.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('a hostile error', () => {
  const bad = 'get() { throw new Error("from accessor"); }, configurable: true';
  it.each([
    `Object.defineProperty(new Error("x"), "name", { ${bad} })`,
    `Object.defineProperty(new Error("x"), "message", { ${bad} })`,
    `Object.defineProperty(new Error("x"), "stack", { ${bad} })`,
    `Object.defineProperty(new Error("x"), "cause", { ${bad} })`,
    `Object.defineProperty(new Error("x"), "extra", { ${bad}, enumerable: true })`,
    'Object.assign(new Error("x"), { name: Symbol("name"), message: 5, stack: {}, toString: null })',
    'Object.assign(new Error("x"), { name: { toString() { throw 1; } }, message: { toString() { throw 2; } } })',
    'Object.setPrototypeOf(new Error("x"), null)',
    'Object.setPrototypeOf(new Error("x"), new Proxy({}, { get() { throw new Error("trap"); } }))',
    'new Proxy(new Error("x"), {})',
    'new Proxy(new Error("x"), { get() { throw new Error("trap"); }, getPrototypeOf() { throw new Error("trap"); } })',
    '(() => { const { proxy, revoke } = Proxy.revocable(new Error("x"), {}); revoke(); return proxy; })()',
    'new Error("\\ud800\\u0000" + "\\n    at fake (/etc/passwd:1:1)")',
    'Object.assign(new Error("x"), { stack: "    at fake (" + "y".repeat(1e6) })',
  ])('is a well-formed JavaScriptError: %s', (code) => {
    failure(`throw ${code}`);
  });

  it('from a patched Error.prototype is a well-formed JavaScriptError', () => {
    failure(
      'for (const key of ["name", "message", "toString"]) Object.defineProperty(Error.prototype, key, { get() { throw 1; } }); throw new Error("x")',
    );
    failure('Object.defineProperty(Object.prototype, "cause", { get() { throw 1; } }); throw new Error("x")');
  });

  it.each([
    '() => { throw new Error("from hook"); }',
    '() => ({ length: 5 })',
    '() => Symbol("stack")',
    '(error, sites) => { globalThis.sites = sites; return sites; }',
    '(error) => error.stack',
    '5',
    'new Proxy(() => {}, { apply() { throw 1; } })',
  ])('is told truly whatever prepareStackTrace is: %s', (hook) => {
    const runtime = makeRuntime();
    runtime.eval(`Error.prepareStackTrace = ${hook}; 0`);
    const error = errorOf(
      () => runtime.eval('throw new TypeError("told")', { filename: 'plugin.js' }),
      JavaScriptError,
    );
    expectWellFormed(error);
    expect(error.message).toBe('told');
    expectUsable(runtime);
  });

  it.each(['0', '-1', '1e9', '"many"', 'NaN'])(
    'has frames within reason under a stackTraceLimit of %s',
    (limit) => {
      const runtime = makeRuntime();
      runtime.eval(
        `Error.stackTraceLimit = ${limit}; function f(n) { if (n > 0) f(n - 1); throw new Error("deep"); } 0`,
      );
      const error = errorOf(() => runtime.eval('f(500)'), JavaScriptError);
      expectWellFormed(error);
      expect(error.message).toBe('deep');
      expectUsable(runtime);
    },
  );

  it.each([
    'Object.defineProperty(new Error("x"), "name", { get() { for (;;); } })',
    'Object.defineProperty(new Error("x"), "message", { get() { for (;;); } })',
    'Object.defineProperty(new Error("x"), "stack", { get() { for (;;); } })',
    'Object.defineProperty(new Error("x"), "cause", { get() { for (;;); } })',
    'Object.defineProperty(new Error("x"), "extra", { enumerable: true, get() { for (;;); } })',
    '{ toString() { for (;;); }, valueOf() { for (;;); } }',
    '{ get a() { for (;;); } }',
    'new Proxy(new Error("x"), { get() { for (;;); }, getPrototypeOf() { for (;;); } })',
    'new Proxy({}, { ownKeys() { for (;;); } })',
    '(Error.prepareStackTrace = () => { for (;;); }, new Error("x"))',
  ])('that loops is an error in time: %s', (code) => {
    const runtime = makeRuntime();
    // Whoever reads it runs into the deadline; who need not read it tells the error.
    const error = thrownBy(() => runtime.eval(`throw ${code}`, { timeout: 200 }));
    expect(error instanceof JavaScriptError || error instanceof TimeoutError, String(error)).toBe(true);
    runtime.eval('delete Error.prepareStackTrace');
    expectUsable(runtime);
  });
});

it('an error that the host has no stack left to read is the host’s own, never another of the plugin’s', () => {
  const runtime = makeRuntime();
  const fail = runtime.eval<JsFunction>('() => { throw new TypeError("mine"); }');
  // Often enough for the shape of a report to be known, which is read in another way.
  for (let i = 0; i < 300; i++) errorOf(() => fail(), JavaScriptError);
  const seen = new Set<string>();
  let deepest: unknown;
  const dive = (): void => {
    try {
      dive();
    } catch (error) {
      deepest ??= error;
    }
    try {
      fail();
    } catch (error) {
      seen.add(String(error));
    }
  };
  dive();
  seen.delete(String(deepest));
  expect([...seen]).toStrictEqual(['TypeError: mine']);
  expectUsable(runtime);
});
