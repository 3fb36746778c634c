import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type IsoletError,
  JavaScriptError,
  type JsFunction,
  ModuleError,
  type Runtime,
  type RuntimeConfig,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf, expectInvalidArgument, rejectionOf } from './support/errors.js';
import { expectWellFormed } from './support/failure.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

type Reported = IsoletError;

/**
 * A runtime that notes what it reports. Reports keep their order: `flush` gives those so far, once one that it makes
 * itself has come.
 */
function withListener(config: RuntimeConfig = {}): { runtime: Runtime; flush(): Promise<Reported[]> } {
  const reported: Reported[] = [];
  let arrived = (): void => {};
  const runtime = makeRuntime({
    timeout: 60_000,
    enableTimers: true,
    onUnhandledRejection: (error) => {
      if (error instanceof JavaScriptError && error.value === 'last') arrived();
      else reported.push(error);
    },
    ...config,
  });
  const flush = async () => {
    const last = new Promise<void>((resolve) => (arrived = resolve));
    await runtime.evalAsync('Promise.reject("last"); 0');
    await last;
    return reported.splice(0);
  };
  return { runtime, flush };
}

const unhandled = (runtime: Runtime) => runtime.getStats().unhandledRejectionCount;

describe('onUnhandledRejection', () => {
  it('gets a JavaScriptError for a rejected promise', async () => {
    const { runtime, flush } = withListener();
    runtime.eval('function fails() { return Promise.reject(new RangeError("no")); }\nfails(); 5', {
      filename: 'plugin.js',
    });
    const [error, ...others] = await flush();
    expect(others).toStrictEqual([]);
    expect(error).toBeInstanceOf(JavaScriptError);
    expectWellFormed(error as JavaScriptError);
    expect(error).toMatchObject({ name: 'RangeError', message: 'no' });
    expect((error as JavaScriptError).frames.slice(0, 2)).toMatchObject([
      { functionName: 'fails', fileName: 'plugin.js', lineNumber: 1 },
      { fileName: 'plugin.js', lineNumber: 2 },
    ]);
    expectUsable(runtime);
  });

  it.each<[what: string, code: string]>([
    ['an async function', '(async () => { throw new RangeError("no"); })()'],
    ['an async function, later', '(async () => { await null; throw new RangeError("no"); })()'],
    ['a then', 'Promise.resolve().then(() => { throw new RangeError("no"); })'],
    ['a promise whose handler lets it through', 'Promise.reject(new RangeError("no")).finally(() => {})'],
    ['a timer', 'setTimeout(() => { throw new RangeError("no"); }, 1)'],
    ['a timer that is a script', 'setTimeout("throw new RangeError(\'no\')", 1)'],
    ['an async timer', 'setTimeout(async () => { throw new RangeError("no"); }, 1)'],
    ['queueMicrotask', 'queueMicrotask(() => { throw new RangeError("no"); })'],
  ])('gets what is thrown in %s, once', async (_, code) => {
    const { runtime, flush } = withListener();
    const before = unhandled(runtime);
    runtime.eval(`${code}; new Promise((resolve) => setTimeout(resolve, 2))`);
    expect(unhandled(runtime) - before).toBe(1);
    const reported = await flush();
    expect(reported.map((error) => [error.constructor, error.name, error.message])).toStrictEqual([
      [JavaScriptError, 'RangeError', 'no'],
    ]);
    expectUsable(runtime);
  });

  it.each<[code: string, value: unknown]>([
    ['5', 5],
    ['undefined', undefined],
    ['{ a: [1] }', { a: [1] }],
  ])('gets what is no error as value: %s', async (code, value) => {
    const { runtime, flush } = withListener();
    runtime.eval(
      `Promise.reject(${code}); setTimeout(() => { throw ${code}; }); new Promise((r) => setTimeout(r, 1))`,
    );
    const reported = (await flush()) as JavaScriptError[];
    expect(reported.map((error) => error.value)).toStrictEqual([value, value]);
  });

  it('gets the very error of a host function as cause', async () => {
    const { runtime, flush } = withListener();
    const failure = new RangeError('from the host');
    runtime.bindFunction('later', () => Promise.reject(failure));
    await runtime.evalAsync('later(); new Promise((resolve) => setTimeout(resolve, 2))');
    const [error] = await flush();
    expect(error?.cause).toBe(failure);
  });

  it('gets a ModuleError for an import that nobody handles', async () => {
    const { runtime, flush } = withListener();
    runtime.eval('import("absent"); 0');
    const [error] = await flush();
    expect(error).toBeInstanceOf(ModuleError);
    expect(error).toMatchObject({ specifier: 'absent', code: 'ERR_MODULE' });
  });

  it('gets errors with the name of the runtime', async () => {
    const { runtime, flush } = withListener({ name: 'tenant' });
    runtime.eval('Promise.reject(new Error("no")); 0');
    expect((await flush()).map((error) => error.runtime)).toStrictEqual(['tenant']);
  });

  it('may use the runtime, and close it', async () => {
    const answer = await new Promise((resolve) => {
      const runtime = makeRuntime({
        timeout: 60_000,
        onUnhandledRejection: () => {
          const value = runtime.eval('6 * 7');
          runtime.close();
          resolve(value);
        },
      });
      runtime.evalAsync('Promise.reject(1); 0').catch(() => {});
    });
    expect(answer).toBe(42);
  });

  it.each(['close', 'terminate'] as const)('gets no more once the host said %s', async (end) => {
    const reported: IsoletError[] = [];
    const runtime = makeRuntime({
      timeout: 60_000,
      onUnhandledRejection: (error) => {
        reported.push(error);
        runtime[end]();
      },
    });
    const settled = runtime.evalAsync('for (let i = 0; i < 20; i++) Promise.reject(i); 0').catch(() => {});
    await settled;
    await nextTurn();
    expect(reported.map((error) => (error as JavaScriptError).value)).toStrictEqual([0]);
  });

  it('must be a function', () => {
    for (const value of [null, true, 'code', {}]) {
      expectInvalidArgument(() => makeRuntime({ onUnhandledRejection: value as never }));
    }
  });
});

describe('not reported', () => {
  it.each([
    ['handled at once', 'Promise.reject(1).catch(() => {}); 0'],
    ['handled later in the script', 'const p = Promise.reject(1); p.then(null, () => {}); 0'],
    ['handled in a microtask', 'const p = Promise.reject(1); queueMicrotask(() => p.catch(() => {})); 0'],
    ['awaited in a try', '(async () => { try { await Promise.reject(1); } catch {} })(); 0'],
    [
      'awaited after other microtasks',
      '(async () => { const p = Promise.reject(1); await null; await null; try { await p; } catch {} })(); 0',
    ],
    [
      'taken by a combinator',
      'Promise.allSettled([Promise.reject(1)]); Promise.race([0, Promise.reject(1)]); 0',
    ],
    [
      'of a promise that was settled before',
      'new Promise((resolve, reject) => { resolve(); reject(1); }); 0',
    ],
  ])('is a rejection %s', async (_, code) => {
    const { runtime, flush } = withListener();
    runtime.eval(code);
    expect(unhandled(runtime)).toBe(0);
    expect(await flush()).toStrictEqual([]);
  });

  it('is a rejection that the host gets: of eval, evalAsync, functions and modules', async () => {
    const { runtime, flush } = withListener();
    runtime.addStaticModule('a', 'await null; throw new Error("no");');
    errorOf(() => runtime.eval('Promise.reject(new Error("no"))'), JavaScriptError);
    errorOf(() => runtime.eval('(async () => { await null; throw new Error("no"); })()'), JavaScriptError);
    await rejectionOf(runtime.evalAsync('Promise.reject(new Error("no"))'), JavaScriptError);
    await rejectionOf(
      runtime.evalAsync('(async () => { await null; throw new Error("no"); })()'),
      JavaScriptError,
    );
    const fails = runtime.eval<JsFunction>('async () => { throw new Error("no"); }');
    await rejectionOf(fails.callAsync(), JavaScriptError);
    errorOf(() => runtime.evalModule('a'), JavaScriptError);
    await rejectionOf(runtime.evalModuleAsync('a'), JavaScriptError);
    expect(unhandled(runtime)).toBe(0);
    expect(await flush()).toStrictEqual([]);
  });

  it('is what a call is stopped by', async () => {
    const { runtime, flush } = withListener();
    await runtime.evalAsync('for (;;);', { timeout: 30 }).catch(() => {});
    await runtime
      .evalAsync('setTimeout(() => { for (;;); }); new Promise(() => {})', { timeout: 30 })
      .catch(() => {});
    expect(await flush()).toStrictEqual([]);
    expectUsable(runtime);
  });
});

describe('without a listener', () => {
  it('rejections are counted, and reach no call', async () => {
    const runtime = makeRuntime({ timeout: 60_000, enableTimers: true });
    expect(runtime.eval('Promise.reject(new Error("no")); "value"')).toBe('value');
    expect(unhandled(runtime)).toBe(1);
    const calls = Array.from({ length: 20 }, (_, i) =>
      runtime.evalAsync(`Promise.reject(new Error("no ${i}")); queueMicrotask(() => { throw 1; }); ${i}`),
    );
    expect(await Promise.all(calls)).toStrictEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(
      runtime.eval('setTimeout(() => { throw 1; }); new Promise((r) => setTimeout(r, 1, "timer"))'),
    ).toBe('timer');
    expect(unhandled(runtime)).toBe(42);
    expectUsable(runtime);
  });

  it('nothing reaches the process: no event, no output, no exit code', async () => {
    await expectChild(
      `for (const event of ['unhandledRejection', 'rejectionHandled', 'uncaughtExceptionMonitor']) {
        process.on(event, () => console.log(event));
      }
      const runtime = new Runtime({ enableTimers: true, timeout: 60_000 });
      runtime.bindFunction('later', () => Promise.reject(new Error('host')));
      runtime.eval('Promise.reject(new Error("p")); queueMicrotask(() => { throw 1; }); import("absent"); 0');
      runtime.evalAsync('later(); setTimeout(() => { throw new Error("t"); }); new Promise((r) => setTimeout(r, 5, "done"))')
        .then(console.log)
        // What the host settled goes to the runtime before this call.
        .then(() => runtime.evalAsync('0'))
        .then(turn)
        .then(() => console.log(runtime.getStats().unhandledRejectionCount));`,
      ['done', '5'],
    );
  });
});

describe('a listener that throws', () => {
  const runtime = `const runtime = new Runtime({
    onUnhandledRejection: (error) => { throw new Error('from the listener: ' + error.message); },
  });`;

  it('is an uncaught exception of the host, not of a call', async () => {
    await expectChild(
      `process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      ${runtime}
      console.log(runtime.eval('Promise.reject(new Error("one")); 1'));
      turn().then(async () => {
        const value = await runtime.evalAsync('Promise.reject(new Error("two")); 2');
        await turn();
        console.log(value, runtime.eval('6 * 7'));
      });`,
      ['1', 'uncaught from the listener: one', 'uncaught from the listener: two', '2 42'],
    );
  });

  it('ends a process that catches nothing', async () => {
    await expectChild(
      `${runtime} runtime.eval('Promise.reject(new Error("one")); 1'); setInterval(() => {}, 60_000);`,
      [],
      {
        code: 1,
      },
    );
  });
});

describe('rejections without end', () => {
  it('do not pile up: all are counted, and only so many reported at a time', async () => {
    const { runtime, flush } = withListener();
    runtime.eval('for (let i = 0; i < 10_000; i++) Promise.reject(i); 0');
    expect(unhandled(runtime)).toBe(10_000);
    const reported = (await flush()) as JavaScriptError[];
    expect(reported[0]?.value).toBe(0);
    expect(reported.length).toBeLessThanOrEqual(1000);
    expectUsable(runtime);
  });

  it('in many turns are all counted', async () => {
    const runtime = makeRuntime({ timeout: 60_000, maxHeapSize: 32 * 1024 * 1024 });
    for (let turn = 0; turn < 100; turn++)
      runtime.eval('for (let i = 0; i < 100; i++) Promise.reject({ i }); 0');
    await Promise.all(Array.from({ length: 100 }, () => runtime.evalAsync('Promise.reject(1); 0')));
    expect(unhandled(runtime)).toBe(10_100);
    expectUsable(runtime);
  });

  it('hold no memory: a million of them fit under a small heap limit', () => {
    const { runtime } = withListener({ maxHeapSize: 32 * 1024 * 1024 });
    const text = 'for (let i = 0; i < 10_000; i++) Promise.reject(new Array(10).fill(i)); 0';
    for (let turn = 0; turn < 100; turn++) runtime.eval(text);
    expect(unhandled(runtime)).toBe(1_000_000);
    expectUsable(runtime);
  });
});
