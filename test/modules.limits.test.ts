import {
  HeapLimitError,
  type JsFunction,
  PendingPromiseError,
  type Runtime,
  RuntimeClosedError,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf, reasonOf, rejectionOf } from './support/errors.js';
import { runtimeWith } from './support/modules.js';
import { type PromiseWithResolvers, withResolvers } from './support/promises.js';
import { checkReleases, expectUsable } from './support/runtimes.js';

checkReleases();

const loopUnlessStopped = 'if (!globalThis.stop) for (;;);';

describe('a loop at top level', () => {
  const limits = [
    { options: { timeout: 50 }, kind: 'wall' },
    { options: { cpuTimeout: 50 }, kind: 'cpu' },
  ] as const;

  it.each(limits)(
    'is stopped by the $kind limit, and the module can be evaluated again',
    async ({ options, kind }) => {
      const runtime = runtimeWith({ a: `${loopUnlessStopped} export default "done";` });
      expect(errorOf(() => runtime.evalModule('a', options), TimeoutError)).toMatchObject({
        kind,
        limit: 50,
      });
      expectUsable(runtime);
      expect((await rejectionOf(runtime.evalModuleAsync('a', options), TimeoutError)).kind).toBe(kind);
      expectUsable(runtime);
      runtime.eval('globalThis.stop = true');
      expect(runtime.evalModule('a')).toStrictEqual({ default: 'done' });
    },
  );

  it('of a module that others import', () => {
    const runtime = runtimeWith({
      top: 'import { x } from "middle"; export default x;',
      middle: 'import "loops"; import "fine"; export const x = fine;',
      loops: loopUnlessStopped,
      fine: 'globalThis.fine = (globalThis.fine ?? 0) + 1;',
    });
    errorOf(() => runtime.evalModule('top', { timeout: 50 }), TimeoutError);
    expectUsable(runtime);
    runtime.eval('globalThis.stop = true');
    expect(runtime.evalModule('top')).toStrictEqual({ default: 1 });
  });

  it('leaves what was evaluated before as it is', () => {
    const runtime = runtimeWith({
      before: 'globalThis.runs = (globalThis.runs ?? 0) + 1; export const token = {};',
      loops: `import { token } from "before"; ${loopUnlessStopped} export { token };`,
    });
    errorOf(() => runtime.evalModule('loops', { timeout: 50 }), TimeoutError);
    runtime.eval('globalThis.stop = true');
    const same = 'Promise.all([import("before"), import("loops")]).then(([a, b]) => a.token === b.token)';
    expect(runtime.eval(same)).toBe(true);
    expect(runtime.eval('runs')).toBe(1);
  });

  it('leaves what has thrown as it is, whatever it threw', async () => {
    const runtime = runtimeWith({
      throws: 'globalThis.runs = (globalThis.runs ?? 0) + 1; throw null;',
      importer: 'import "throws";',
    });
    const caught = 'import("importer").catch((error) => error)';
    expect(await runtime.evalAsync(caught)).toBe(null);
    errorOf(() => runtime.eval('for (;;);', { timeout: 50 }), TimeoutError);
    expect(await runtime.evalAsync(caught)).toBe(null);
    expect(runtime.eval('runs')).toBe(1);
  });

  it.each(['import("a")', '(async () => { await import("chain"); })()'])('reached by %s', async (code) => {
    const runtime = runtimeWith({
      chain: 'await import("link");',
      link: 'export const more = await import("a");',
      a: `${loopUnlessStopped} export default "done";`,
    });
    errorOf(() => runtime.eval(code, { timeout: 50 }), TimeoutError);
    expectUsable(runtime);
    await rejectionOf(runtime.evalAsync('import("a")', { timeout: 50 }), TimeoutError);
    expectUsable(runtime);
    runtime.eval('globalThis.stop = true');
    expect(runtime.eval('import("a").then((ns) => ns.default)')).toBe('done');
  });
});

describe('an await at top level that never ends', () => {
  it('is a TimeoutError in evalModuleAsync, a PendingPromiseError in evalModule', async () => {
    const runtime = runtimeWith({ a: 'await new Promise(() => {});', top: 'import "a";' });
    errorOf(() => runtime.evalModule('top'), PendingPromiseError);
    expectUsable(runtime);
    expect(await rejectionOf(runtime.evalModuleAsync('top', { timeout: 30 }), TimeoutError)).toMatchObject({
      kind: 'wall',
      limit: 30,
    });
    expectUsable(runtime);
  });
});

describe('a loader without end', () => {
  const chains: [what: string, source: (next: string) => string][] = [
    ['static imports', (next) => `import "${next}";`],
    ['re-exports', (next) => `export * from "${next}";`],
    ['dynamic imports', (next) => `await import("${next}");`],
  ];
  it.each(chains)('is stopped by the deadline: %s', async (_, source) => {
    const runtime = runtimeWith({});
    let count = 0;
    runtime.setModuleLoader(() => source(`module${++count}`));
    errorOf(() => runtime.evalModule('start', { timeout: 50 }), TimeoutError);
    expectUsable(runtime);
    await rejectionOf(runtime.evalModuleAsync('again', { timeout: 50 }), TimeoutError);
    expectUsable(runtime);
    runtime.setModuleLoader(() => 'export default 1;');
    expect(runtime.evalModule('fine')).toStrictEqual({ default: 1 });
  });

  it('that answers later is stopped as well', async () => {
    const runtime = runtimeWith({});
    let count = 0;
    runtime.setModuleLoader(async () => `import "module${++count}";`);
    await rejectionOf(runtime.evalModuleAsync('start', { timeout: 50 }), TimeoutError);
    expectUsable(runtime);
    const controller = new AbortController();
    const stopAt = count + 100;
    runtime.setModuleLoader(async () => {
      if (++count === stopAt) controller.abort('enough');
      return `import "module${count}";`;
    });
    expect(await reasonOf(runtime.evalModuleAsync('again', { signal: controller.signal }))).toBe('enough');
    expectUsable(runtime);
  });

  it('or never answers', async () => {
    const runtime = runtimeWith({});
    runtime.setModuleLoader(() => new Promise<string>(() => {}));
    await rejectionOf(runtime.evalModuleAsync('a', { timeout: 30 }), TimeoutError);
    await rejectionOf(runtime.evalAsync('import("b")', { timeout: 30 }), TimeoutError);
    expectUsable(runtime);
  });
});

describe('the heap limit', () => {
  const heap = { maxHeapSize: 32 * 1024 * 1024 };

  it('holds at top level, sync and async', async () => {
    const source = 'const all = []; for (;;) all.push({});';
    const sync = runtimeWith({ a: source }, heap);
    errorOf(() => sync.evalModule('a'), HeapLimitError);
    expect(sync.isClosed()).toBe(true);
    errorOf(() => sync.evalModule('a'), HeapLimitError);
    const async = runtimeWith({ a: 'import "b";', b: source }, heap);
    await rejectionOf(async.evalModuleAsync('a'), HeapLimitError);
    await rejectionOf(async.evalModuleAsync('a'), HeapLimitError);
  });

  it('counts the modules themselves', () => {
    const runtime = runtimeWith({}, heap);
    let count = 0;
    const filling = `export const text = ${JSON.stringify('x'.repeat(100_000))};`;
    runtime.setModuleLoader(() => `import "module${++count}"; ${filling}`);
    errorOf(() => runtime.evalModule('start'), HeapLimitError);
    expect(runtime.isClosed()).toBe(true);
  });
});

describe('evaluation inside of evaluation', () => {
  it('is a PendingPromiseError, and the inner module can be evaluated afterwards', () => {
    const runtime = runtimeWith({ outer: 'export default host();', inner: 'export default "inner";' });
    runtime.bindFunction('host', () => errorOf(() => runtime.evalModule('inner'), PendingPromiseError).code);
    expect(runtime.evalModule('outer')).toStrictEqual({ default: 'ERR_PENDING_PROMISE' });
    expect(runtime.evalModule('inner')).toStrictEqual({ default: 'inner' });
    expectUsable(runtime);
  });

  it('of scripts is allowed, as is a module in a host call of a script or of an exported function', () => {
    const runtime = runtimeWith({
      outer: 'export default host("script"); export const later = () => host("module");',
      inner: 'export default "inner";',
    });
    runtime.bindFunction('host', (what: string) =>
      what === 'script' ? runtime.eval('1 + 1') : runtime.evalModule('inner').default,
    );
    const ns = runtime.evalModule<{ default: unknown; later: JsFunction }>('outer');
    expect([ns.default, ns.later(), runtime.eval('host("module")')]).toStrictEqual([2, 'inner', 'inner']);
  });
});

describe('an AbortSignal', () => {
  it('that is aborted already starts nothing', async () => {
    const runtime = runtimeWith({ a: 'globalThis.ran = true;' });
    expect(await reasonOf(runtime.evalModuleAsync('a', { signal: AbortSignal.abort('early') }))).toBe(
      'early',
    );
    expect(runtime.eval('typeof ran')).toBe('undefined');
  });

  it('stops a loop at top level', async () => {
    const runtime = runtimeWith({ a: `started(); ${loopUnlessStopped}` });
    const controller = new AbortController();
    runtime.bindFunction('started', () => controller.abort('enough'));
    expect(await reasonOf(runtime.evalModuleAsync('a', { signal: controller.signal }))).toBe('enough');
    runtime.eval('globalThis.stop = true');
    expect(runtime.evalModule('a')).toStrictEqual({});
    expectUsable(runtime);
  });

  it('ends the wait for a loader, whose answer another import still gets', async () => {
    const runtime = runtimeWith({});
    const controller = new AbortController();
    const loader = withResolvers<string>();
    runtime.setModuleLoader(() => {
      setImmediate(() => controller.abort('enough'));
      return loader.promise;
    });
    expect(await reasonOf(runtime.evalModuleAsync('a', { signal: controller.signal }))).toBe('enough');
    const second = runtime.evalModuleAsync('a');
    loader.resolve('export default 1;');
    expect(await second).toStrictEqual({ default: 1 });
  });
});

describe('the end of the runtime', () => {
  it.each<[how: string, end: (runtime: Runtime) => void, code: string]>([
    ['close', (runtime) => runtime.close(), 'ERR_CLOSED'],
    ['terminate', (runtime) => runtime.terminate(), 'ERR_TERMINATED'],
  ])('by %s ends the wait for a loader; what it answers then goes nowhere', async (_, end, code) => {
    for (const settle of ['resolve', 'reject'] as const) {
      const runtime = runtimeWith({});
      let loader: PromiseWithResolvers<string> | undefined;
      runtime.setModuleLoader(() => {
        loader = withResolvers<string>();
        setImmediate(end, runtime);
        return loader.promise;
      });
      expect(await reasonOf(runtime.evalModuleAsync('a'))).toMatchObject({ code });
      loader?.[settle]('export default 1;');
      await new Promise(setImmediate);
      expect(runtime.isClosed()).toBe(true);
      expect(await reasonOf(runtime.evalModuleAsync('a'))).toMatchObject({ code });
    }
  });

  it('in the loader itself, and in a host call at top level', () => {
    const runtime = runtimeWith({});
    runtime.setModuleLoader(() => {
      runtime.close();
      return 'export default 1;';
    });
    errorOf(() => runtime.evalModule('a'), RuntimeClosedError);
    const other = runtimeWith({ a: 'stop(); for (;;);' });
    other.bindFunction('stop', () => other.close());
    errorOf(() => other.evalModule('a'), RuntimeClosedError);
  });

  it('refuses modules from then on', async () => {
    const runtime = runtimeWith({});
    runtime.close();
    errorOf(() => runtime.evalModule('a'), RuntimeClosedError);
    errorOf(() => runtime.addStaticModule('a', ''), RuntimeClosedError);
    errorOf(() => runtime.setModuleResolver(() => null), RuntimeClosedError);
    errorOf(() => runtime.setModuleLoader(() => ''), RuntimeClosedError);
    await rejectionOf(runtime.evalModuleAsync('a'), RuntimeClosedError);
  });

  it('with loaders pending leaves the process to end by itself', async () => {
    await expectChild(
      `
      const runtime = new Runtime({ timeout: 60_000 });
      let fail;
      runtime.setModuleLoader(() => new Promise((_, reject) => { fail = reject; setImmediate(() => runtime.close()); }));
      runtime.evalModuleAsync('a').catch(async (error) => {
        console.log(error.code);
        fail(new Error('too late'));
        await turn();
        console.log(awaitThreads(0), JSON.stringify(live()));
      });
      `,
      ['ERR_CLOSED', 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}'],
    );
  });
});
