import { ModuleError, PendingPromiseError, type Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './support/errors.js';
import { loaderOf } from './support/modules.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const guarded = () => makeRuntime({ timeout: 60_000 });

/** What a loader waits for, from outside; `asked(n)` is fulfilled once it was asked `n` times. */
function bindPendingLoader(runtime: Runtime) {
  const open: { resolve(source: string): void; reject(reason: unknown): void }[] = [];
  let watch: { count: number; reached(): void } | undefined;
  runtime.setModuleLoader(
    () =>
      new Promise<string>((resolve, reject) => {
        open.push({ resolve, reject });
        if (watch !== undefined && open.length >= watch.count) watch.reached();
      }),
  );
  const asked = (count: number) =>
    new Promise<void>((reached) => {
      watch = { count, reached };
      if (open.length >= count) reached();
    });
  return { open, asked };
}

describe('a loader', () => {
  it('alone is asked for specifiers as they are written, once each', () => {
    const runtime = guarded();
    const { load, asked } = loaderOf({ './a': 'export { default } from "b";', b: 'export default "b";' });
    runtime.setModuleLoader(load);
    expect(runtime.evalModule('./a')).toStrictEqual({ default: 'b' });
    runtime.eval('Promise.all([import("./a"), import("b")]).then(() => 1)');
    expect(asked).toStrictEqual(['./a', 'b']);
  });

  it('is not asked for static modules', () => {
    const runtime = guarded();
    const { load, asked } = loaderOf({ a: 'export { default } from "still";' });
    runtime.addStaticModule('still', 'export default "static";');
    runtime.setModuleLoader(load);
    expect(runtime.evalModule('a')).toStrictEqual({ default: 'static' });
    expect(asked).toStrictEqual(['a']);
  });

  it('may use the runtime to answer', () => {
    const runtime = guarded();
    runtime.addStaticModule('inner', 'export default 6;');
    runtime.setModuleLoader(
      () => `export default ${runtime.eval('1 + 1')} * ${runtime.evalModule('inner').default};`,
    );
    expect(runtime.evalModule('a')).toStrictEqual({ default: 12 });
  });

  it('may answer later: awaited by evalModuleAsync and by import in evalAsync', async () => {
    const runtime = guarded();
    runtime.setModuleLoader(async (name) =>
      name === 'a.js' ? 'import b from "b.js"; export default b + 1;' : 'export default 1;',
    );
    expect(await runtime.evalModuleAsync('a.js')).toStrictEqual({ default: 2 });
    expect(await runtime.evalAsync('import("c.js").then((ns) => ns.default)')).toBe(1);
    expect(runtime.evalModule('a.js')).toStrictEqual({ default: 2 });
  });

  it('that answers later is a PendingPromiseError in a sync call, and the module is there afterwards', async () => {
    const runtime = guarded();
    const { open, asked } = bindPendingLoader(runtime);
    errorOf(() => runtime.evalModule('a'), PendingPromiseError);
    errorOf(() => runtime.eval('import("a")'), PendingPromiseError);
    expectUsable(runtime);
    await asked(1);
    open[0]?.resolve('export default 1;');
    expect(await runtime.evalModuleAsync('a')).toStrictEqual({ default: 1 });
    expect(runtime.evalModule('a')).toStrictEqual({ default: 1 });
    expect(open.length).toBe(1);
  });

  it('loads a module once for imports at the same time', async () => {
    const runtime = guarded();
    const { open, asked } = bindPendingLoader(runtime);
    runtime.addStaticModule('via', 'export { default } from "a";');
    const imports = [
      runtime.evalModuleAsync('a'),
      runtime.evalModuleAsync('a'),
      runtime.evalAsync('Promise.all([import("a"), import("a")]).then(([x, y]) => ({ same: x === y }))'),
      runtime.evalModuleAsync('via'),
    ];
    await asked(1);
    expect(runtime.eval('"all have asked"')).toBe('all have asked');
    open[0]?.resolve('globalThis.runs = (globalThis.runs ?? 0) + 1; export default runs;');
    expect(await Promise.all(imports)).toStrictEqual([
      ...[{ default: 1 }, { default: 1 }, { same: true }, { default: 1 }],
    ]);
    expect([open.length, runtime.eval('runs')]).toStrictEqual([1, 1]);
  });

  it('is asked for all imports of a module before the first has come', async () => {
    const runtime = guarded();
    const { open, asked } = bindPendingLoader(runtime);
    runtime.addStaticModule('a', 'import b from "b"; import c from "c"; export default [b, c];');
    const loading = runtime.evalModuleAsync('a');
    await asked(2);
    open[1]?.resolve('export default 2;');
    open[0]?.resolve('export default 1;');
    expect(await loading).toStrictEqual({ default: [1, 2] });
  });
});

describe('a loader that fails', () => {
  const failure = Object.assign(new RangeError('from the loader'), { secret: '/host/path' });

  it('by throw or by rejection is a ModuleError with the very error as cause', async () => {
    const loaders = [
      () => {
        throw failure;
      },
      () => Promise.reject(failure),
    ];
    for (const loader of loaders) {
      const runtime = guarded();
      runtime.addStaticModule('top', 'import "a";');
      runtime.setModuleLoader(loader);
      const error = await rejectionOf(runtime.evalModuleAsync('top'), ModuleError);
      expect(error).toMatchObject({ code: 'ERR_MODULE', specifier: 'a', referrer: 'top' });
      expect(error.cause).toBe(failure);
      expect((await rejectionOf(runtime.evalAsync('import("a")'), ModuleError)).cause).toBe(failure);
      expectUsable(runtime);
    }
  });

  it('fails the sync call by its throw', () => {
    const runtime = guarded();
    runtime.setModuleLoader(() => {
      throw failure;
    });
    expect(errorOf(() => runtime.evalModule('a'), ModuleError).cause).toBe(failure);
    expect(errorOf(() => runtime.eval('import("a")'), ModuleError).cause).toBe(failure);
    expectUsable(runtime);
  });

  it('shows the plugin that it failed, and nothing of why', () => {
    const runtime = guarded();
    runtime.setModuleLoader(() => {
      throw failure;
    });
    const seen = runtime.eval<string>(
      'import("a").catch((e) => JSON.stringify([e.name, Object.getOwnPropertyNames(e), e.message, e.stack]))',
    );
    expect(JSON.parse(seen)[0]).toBe('ModuleError');
    expect(seen).not.toContain('cause');
    expect(seen).not.toContain('from the loader');
    expect(seen).not.toContain('.ts');
  });

  it.each<[what: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['an array', ['export default 1']],
    ['bytes', new Uint8Array(3)],
  ])('by returning %s, or a promise of it', async (_, value) => {
    for (const answer of [value, Promise.resolve(value)]) {
      const runtime = guarded();
      runtime.setModuleLoader(() => answer as string);
      const error = await rejectionOf(runtime.evalModuleAsync('a'), ModuleError);
      expect(error.cause).toBeInstanceOf(TypeError);
      expect(error.cause).toMatchObject({
        code: 'ERR_INVALID_ARG',
        message: expect.stringContaining('loader'),
      });
      expectUsable(runtime);
    }
  });

  it('may be tried again: by throw, by rejection, or by a source that does not parse', async () => {
    const runtime = guarded();
    const answers: (() => string | Promise<string>)[] = [
      () => {
        throw failure;
      },
      () => Promise.reject(failure),
      () => 'let let',
      () => 'export default "at last";',
    ];
    runtime.addStaticModule('top', 'export { default } from "a";');
    runtime.setModuleLoader(() => answers.shift()?.() ?? '');
    await rejectionOf(runtime.evalModuleAsync('top'), ModuleError);
    await rejectionOf(runtime.evalModuleAsync('top'), ModuleError);
    expect(runtime.eval('import("top").catch((e) => e.name)')).toBe('SyntaxError');
    expect(runtime.evalModule('top')).toStrictEqual({ default: 'at last' });
    expect(answers.length).toBe(0);
  });

  it('fails all that wait for the module', async () => {
    const runtime = guarded();
    const { open, asked } = bindPendingLoader(runtime);
    const waiting = [
      runtime.evalModuleAsync('a'),
      runtime.evalModuleAsync('a'),
      runtime.evalAsync('import("a")'),
    ];
    const reasons = waiting.map((promise) => rejectionOf(promise, ModuleError));
    await asked(1);
    expect(runtime.eval('1')).toBe(1);
    open[0]?.reject(failure);
    expect((await Promise.all(reasons)).map((error) => error.cause === failure)).toEqual([true, true, true]);
  });
});
