import { IsoletError, JavaScriptError, ModuleError, RuntimeClosedError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument, reasonOf, rejectionOf } from './support/errors.js';
import { expectWellFormed } from './support/failure.js';
import { runtimeWith } from './support/modules.js';
import { notStrings } from './support/refusals.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('a module that is not there', () => {
  it('is a ModuleError with specifier and referrer', async () => {
    const runtime = runtimeWith({ top: 'import "middle";', middle: '\nimport x from "absent";' });
    for (const error of [
      errorOf(() => runtime.evalModule('top'), ModuleError),
      await rejectionOf(runtime.evalModuleAsync('top'), ModuleError),
      errorOf(() => runtime.eval('import("top")'), ModuleError),
    ]) {
      expect(error).toBeInstanceOf(IsoletError);
      expect(error).toMatchObject({
        name: 'ModuleError',
        code: 'ERR_MODULE',
        specifier: 'absent',
        referrer: 'middle',
      });
      expect(error.message).toContain('"absent"');
      expect(error.message).toContain('"middle"');
      expect(error.stack).toMatch(/^ModuleError: /);
      expect(error.stack).not.toContain(process.cwd());
      expect(Object.hasOwn(error, 'cause')).toBe(false);
    }
    expectUsable(runtime);
  });

  it('has no referrer when the host asked for it', async () => {
    for (const runtime of [makeRuntime({ timeout: 60_000 }), runtimeWith({ other: '' })]) {
      const error = errorOf(() => runtime.evalModule('absent'), ModuleError);
      expect(error).toMatchObject({ specifier: 'absent', referrer: '' });
      expect(error.message).not.toContain('imported from');
      expect(await rejectionOf(runtime.evalModuleAsync('absent'), ModuleError)).toMatchObject({
        specifier: 'absent',
        referrer: '',
      });
      expect(errorOf(() => runtime.evalModule(''), ModuleError)).toMatchObject({ specifier: '' });
      expectUsable(runtime);
    }
  });

  it('is told with the place of the import in a script', () => {
    const runtime = runtimeWith({});
    const error = errorOf(() => runtime.eval('\n  import("absent")', { filename: 'script.js' }), ModuleError);
    expect(error).toMatchObject({ specifier: 'absent', referrer: 'script.js' });
    expect(error.frames[0]).toMatchObject({ fileName: 'script.js', lineNumber: 2, columnNumber: 3 });
    expect(error.stack).toContain('script.js:2:3');
  });

  it('may have any specifier: the message stays short, the property whole', () => {
    const specifier = `a\n"${'x'.repeat(100_000)}`;
    const error = errorOf(() => runtimeWith({}).evalModule(specifier), ModuleError);
    expect(error.specifier).toBe(specifier);
    expect(error.message.length).toBeLessThan(1000);
  });

  it.each([
    'fs',
    'node:fs',
    './package.json',
    'file:///etc/passwd',
    'data:text/javascript,1',
    'https://example.com/x.js',
  ])('is not looked for at the host: %s', (specifier) => {
    const runtime = runtimeWith({});
    expect(errorOf(() => runtime.evalModule(specifier), ModuleError).specifier).toBe(specifier);
    expect(runtime.eval(`import(${JSON.stringify(specifier)}).catch((e) => e.name)`)).toBe('ModuleError');
  });

  it('is there once it is added', () => {
    const runtime = runtimeWith({ top: 'import x from "late"; export default x;' });
    errorOf(() => runtime.evalModule('top'), ModuleError);
    runtime.addStaticModule('late', 'export default 1;');
    expect(runtime.evalModule('top')).toStrictEqual({ default: 1 });
  });

  it('has the name of the runtime, if it has one', () => {
    const runtime = makeRuntime({ name: 'tenant', timeout: 60_000 });
    expect(errorOf(() => runtime.evalModule('absent'), ModuleError).runtime).toBe('tenant');
  });
});

describe('in the plugin', () => {
  it('a rejected import is an Error that it can catch', () => {
    const runtime = runtimeWith({});
    expect(
      runtime.eval(
        'import("absent").catch((e) => [e instanceof Error, Object.getPrototypeOf(e) === Error.prototype, e.name, e.specifier, e.referrer, typeof e.stack])',
        { filename: 'script.js' },
      ),
    ).toStrictEqual([...[true, true, 'ModuleError', 'absent', 'script.js', 'string']]);
    expect(
      runtime.eval('(async () => { try { await import("absent"); } catch (e) { return e.message; } })()'),
    ).toContain('absent');
    expectUsable(runtime);
  });

  it('an error that it only calls a ModuleError is none at the host', () => {
    const runtime = runtimeWith({});
    const code =
      'throw Object.assign(new Error("mine"), { name: "ModuleError", code: "ERR_MODULE", specifier: "s", referrer: "r" })';
    const error = errorOf(() => runtime.eval(code), JavaScriptError);
    expect([error.name, error.code]).toStrictEqual(['ModuleError', 'ERR_JAVASCRIPT']);
  });

  it('changing a real one does not change what the host gets', () => {
    const runtime = runtimeWith({});
    const code = 'import("absent").catch((e) => { e.specifier = 5; delete e.referrer; throw e; })';
    expect(errorOf(() => runtime.eval(code), ModuleError)).toMatchObject({
      specifier: 'absent',
      referrer: '<eval>',
    });
  });
});

// Node 20 and 22 know neither form.
it.each([
  ['imported by a script', 'import.source("a")'],
  ['imported by compiled text', 'new Function("return import.source(\\"a\\")")()'],
  ['imported later', 'Promise.resolve().then(() => (0, eval)("import.source(\\"a\\")"))'],
  ['imported by a module', 'import("dynamic")'],
  ['imported by a module’s head', 'import("static")'],
])('the source of a module is a SyntaxError: %s', async (_, code) => {
  const runtime = runtimeWith({
    a: 'export const x = 1;',
    dynamic: 'await import.source("a");',
    static: 'import source s from "a";',
  });
  expect((await rejectionOf(runtime.evalAsync(code), JavaScriptError)).name).toBe('SyntaxError');
  expectUsable(runtime);
});

describe('a module that can’t be linked or run', () => {
  it.each<[what: string, source: string, line: number, column: number]>([
    ['a word out of place', '\n\n  let let = 5', 3, 7],
    ['an import in a block', '{\n import "a"; }', 2, 9],
    ['with in strict code', 'with ({}) {}', 1, 1],
  ])('does not parse: %s', (_, source, lineNumber, columnNumber) => {
    const runtime = runtimeWith({ 'lib/bad.js': source, top: 'import "lib/bad.js";' });
    for (const name of ['lib/bad.js', 'top']) {
      const error = errorOf(() => runtime.evalModule(name), JavaScriptError);
      expectWellFormed(error);
      expect(error.name).toBe('SyntaxError');
      expect(error.frames[0]).toMatchObject({ fileName: 'lib/bad.js', lineNumber, columnNumber });
      expect(error.stack).toContain(`lib/bad.js:${lineNumber}:${columnNumber}`);
    }
    // Before the place of who imported it.
    const imported = errorOf(
      () => runtime.eval('import("lib/bad.js")', { filename: 'main.js' }),
      JavaScriptError,
    );
    expect(imported.frames).toMatchObject([
      { fileName: 'lib/bad.js', lineNumber, columnNumber },
      { fileName: 'main.js' },
    ]);
    expect(imported.stack).toMatch(
      new RegExp(
        `^SyntaxError: [^\\n]+\\n    at lib/bad\\.js:${lineNumber}:${columnNumber}\\n    at main\\.js:1:1$`,
      ),
    );
    expectUsable(runtime);
  });

  it.each<[what: string, source: string]>([
    ['an export that is missing', 'import { q } from "b";'],
    ['a default export that is missing', 'import q from "b";'],
    ['a re-export that is missing', 'export { q } from "b";'],
    ['a name that two modules export', 'import { twice } from "both";'],
  ])('does not link: %s', (_, source) => {
    const runtime = runtimeWith({
      a: source,
      b: 'export const twice = 1; globalThis.ran = true;',
      c: 'export const twice = 2; globalThis.ran = true;',
      both: 'export * from "b"; export * from "c";',
    });
    // Again, as the failed try must leave nothing behind.
    for (let i = 0; i < 2; i++) {
      const error = errorOf(() => runtime.evalModule('a'), JavaScriptError);
      expectWellFormed(error);
      expect(error.name).toBe('SyntaxError');
      expect(error.frames[0]).toMatchObject({ fileName: 'a', lineNumber: 1 });
    }
    expect(runtime.eval('typeof ran')).toBe('undefined');
    expect(runtime.evalModule('b')).toStrictEqual({ twice: 1 });
  });

  it('throws at top level: the error of the plugin, at every import, evaluated once', async () => {
    const runtime = runtimeWith({
      bad: 'globalThis.runs = (globalThis.runs ?? 0) + 1;\nfunction fails() { throw new RangeError("no"); }\nfails();',
      top: 'import "bad"; globalThis.reached = true;',
    });
    for (const error of [
      errorOf(() => runtime.evalModule('top'), JavaScriptError),
      await rejectionOf(runtime.evalModuleAsync('top'), JavaScriptError),
      errorOf(() => runtime.evalModule('bad'), JavaScriptError),
      errorOf(() => runtime.eval('import("bad")'), JavaScriptError),
    ]) {
      expectWellFormed(error);
      expect([error.name, error.message]).toStrictEqual(['RangeError', 'no']);
      expect(error.frames.slice(0, 2)).toMatchObject([
        { functionName: 'fails', fileName: 'bad', lineNumber: 2 },
        { fileName: 'bad', lineNumber: 3 },
      ]);
    }
    expect(runtime.eval('[runs, typeof reached]')).toStrictEqual([1, 'undefined']);
    expectUsable(runtime);
  });

  it.each(['throw { a: 1 };', 'await null; throw { a: 1 };', 'await Promise.reject({ a: 1 });'])(
    'throws what is no error: %s',
    async (source) => {
      const runtime = runtimeWith({ a: source });
      expect(errorOf(() => runtime.evalModule('a'), JavaScriptError).value).toStrictEqual({ a: 1 });
      expect((await rejectionOf(runtime.evalModuleAsync('a'), JavaScriptError)).value).toStrictEqual({
        a: 1,
      });
      expectUsable(runtime);
    },
  );

  it('reads what a cycle has not initialized yet', () => {
    const runtime = runtimeWith({
      a: 'import { b } from "b"; export const a = b;',
      b: 'import { a } from "a"; export const b = a;',
    });
    const error = errorOf(() => runtime.evalModule('a'), JavaScriptError);
    expect(error.name).toBe('ReferenceError');
    expect(error.frames[0]?.fileName).toBe('b');
  });

  it('lets the error of a host function through, with its cause', () => {
    const runtime = runtimeWith({ a: 'host();' });
    const failure = new TypeError('from the host');
    runtime.bindFunction('host', () => {
      throw failure;
    });
    expect(errorOf(() => runtime.evalModule('a'), JavaScriptError).cause).toBe(failure);
  });
});

describe('wrong arguments', () => {
  it('of addStaticModule are refused: names, sources, and a name that is taken', () => {
    const runtime = runtimeWith({ taken: 'export default 1;' });
    for (const value of notStrings) {
      expectInvalidArgument(() => runtime.addStaticModule(value as string, ''));
      expectInvalidArgument(() => runtime.addStaticModule('a', value as string));
    }
    expectInvalidArgument(() => runtime.addStaticModule('', ''));
    expectInvalidArgument(() => runtime.addStaticModule('taken', 'export default 2;'));
    expect(runtime.evalModule('taken')).toStrictEqual({ default: 1 });
    errorOf(() => runtime.evalModule('a'), ModuleError);
    runtime.addStaticModule('a', 'export default 3;');
    expect(runtime.evalModule('a')).toStrictEqual({ default: 3 });
  });

  it.each([[undefined], [null], ['text'], [5], [{}], [[]]])('%s is no resolver and no loader', (value) => {
    const runtime = runtimeWith({ a: 'export default 1;' });
    expectInvalidArgument(() => runtime.setModuleResolver(value as never));
    expectInvalidArgument(() => runtime.setModuleLoader(value as never));
    expect(runtime.evalModule('a')).toStrictEqual({ default: 1 });
  });

  it('of evalModule are thrown, of evalModuleAsync rejections; nothing runs', async () => {
    const runtime = runtimeWith({ a: 'globalThis.ran = true;' });
    const wrong: [specifier: unknown, options: unknown, code: string][] = [
      ...notStrings.map((value): [unknown, unknown, string] => [value, undefined, 'ERR_INVALID_ARG']),
      [undefined, undefined, 'ERR_INVALID_ARG'],
      ['a', 5, 'ERR_INVALID_ARG'],
      ['a', { timeOut: 5 }, 'ERR_INVALID_ARG'],
      ['a', { filename: 'a.js' }, 'ERR_INVALID_ARG'],
      ['a', { timeout: '5' }, 'ERR_INVALID_ARG'],
      ['a', { timeout: 0 }, 'ERR_OUT_OF_RANGE'],
      ['a', { cpuTimeout: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    ];
    for (const [specifier, options, code] of wrong) {
      const thrown = errorOf<Error>(
        () => runtime.evalModule(specifier as string, options as object),
        code === 'ERR_INVALID_ARG' ? TypeError : RangeError,
      );
      expect(thrown).toMatchObject({ code });
      expect(await reasonOf(runtime.evalModuleAsync(specifier as string, options as object))).toMatchObject({
        code,
      });
    }
    expectInvalidArgument(() => runtime.evalModule('a', { signal: new AbortController().signal } as object));
    expect(await reasonOf(runtime.evalModuleAsync('a', { signal: {} as AbortSignal }))).toMatchObject({
      code: 'ERR_INVALID_ARG',
    });
    expect(runtime.eval('typeof ran')).toBe('undefined');
  });

  it('come before the state of the runtime', async () => {
    const runtime = runtimeWith({ a: '' });
    runtime.close();
    expectInvalidArgument(() => runtime.evalModule(5 as never));
    expectInvalidArgument(() => runtime.setModuleLoader(5 as never));
    errorOf(() => runtime.evalModule('a'), RuntimeClosedError);
    await rejectionOf(runtime.evalModuleAsync('a'), RuntimeClosedError);
  });
});
