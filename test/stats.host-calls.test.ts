import {
  HeapLimitError,
  type JsFunction,
  type Runtime,
  RuntimeClosedError,
  type RuntimeStats,
  RuntimeTerminated,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, reasonOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** Only for limits that nothing is expected to reach. */
const plenty = 60_000;

/** Binds `host`, which looks at the figures and returns its argument; says which calls it got, and what it saw. */
function bindLooking(runtime: Runtime): { calls: number[]; seen: RuntimeStats[] } {
  const looked = { calls: [] as number[], seen: [] as RuntimeStats[] };
  runtime.bindFunction('host', (n: number) => {
    looked.calls.push(n);
    looked.seen.push(runtime.getStats());
    return n;
  });
  return looked;
}

/** Blocks the host's thread, and so its event loop, until the plugin has made that many host calls. */
function awaitHostCalls(runtime: Runtime, count: number): void {
  while (runtime.getStats().hostCallCount < count);
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('getStats inside a host function', () => {
  it('of a sync call tells of each call, and the script goes on', () => {
    const runtime = makeRuntime();
    const { calls, seen } = bindLooking(runtime);
    expect(runtime.eval('let sum = 0; for (let i = 1; i <= 300; i++) sum += host(i); sum')).toBe(45_150);
    expect(calls).toStrictEqual(upTo(300));
    expect(seen.map((stats) => stats.hostCallCount)).toStrictEqual(upTo(300));
    expect(seen.every((stats) => stats.heapUsedBytes > 0 && stats.evalSyncCount === 0)).toBe(true);
    expect(runtime.getStats().evalSyncCount).toBe(1);
  });

  it('of a nested call tells of each level', () => {
    const runtime = makeRuntime();
    const counts: number[] = [];
    runtime.bindFunction('deeper', (n: number): number => {
      counts.push(runtime.getStats().hostCallCount);
      const value = n === 0 ? 0 : 1 + (runtime.eval(`deeper(${n - 1})`) as number);
      counts.push(runtime.getStats().hostCallCount);
      return value;
    });
    expect(runtime.eval('deeper(9)')).toBe(9);
    expect(counts).toStrictEqual([...upTo(10), ...Array(10).fill(10)]);
  });

  it('that the event loop serves tells of each call, and all settle in order', async () => {
    const runtime = makeRuntime();
    const { calls, seen } = bindLooking(runtime);
    const settled: number[] = [];
    const run = async (i: number) => settled.push(await runtime.evalAsync<number>(`host(${i})`));
    await Promise.all(upTo(100).map(run));
    expect(calls).toStrictEqual(upTo(100));
    expect(settled).toStrictEqual(upTo(100));
    expect(seen.map((stats) => stats.hostCallCount)).toStrictEqual(upTo(100));
    expectUsable(runtime);
  });

  it('that is async tells before and after it waited', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async (n: number) => {
      const before = runtime.getStats().hostCallCount;
      await null;
      return [n, before, runtime.getStats().hostCallCount >= before];
    });
    const script =
      '(async () => { const all = []; for (const n of [1, 2, 3]) all.push(await later(n)); return all; })()';
    expect(await runtime.evalAsync(script)).toStrictEqual([
      [1, 1, true],
      [2, 2, true],
      [3, 3, true],
    ]);
  });

  it('may be of a runtime that the function has just ended', () => {
    for (const [end, type] of [
      ['close', RuntimeClosedError],
      ['terminate', RuntimeTerminated],
    ] as const) {
      const runtime = makeRuntime();
      let after: RuntimeStats | undefined;
      runtime.bindFunction('end', () => {
        runtime[end]();
        after = runtime.getStats();
      });
      errorOf<Error>(() => runtime.eval('end()'), type);
      expect(after?.hostCallCount).toBe(1);
    }
  });
});

describe('getStats inside an accessor of an argument', () => {
  it('leaves the call that is being put together whole', () => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('(a, b) => [a, b]');
    const looking = {
      get count() {
        return runtime.getStats().callFunctionSyncCount;
      },
    };
    expect(fn(looking, looking)).toStrictEqual([{ count: 0 }, { count: 0 }]);
    expect(fn(looking)).toStrictEqual([{ count: 1 }, undefined]);
  });
});

describe('getStats while a plugin computes', () => {
  it('tells of the CPU time that goes by', async () => {
    const runtime = makeRuntime();
    const started = new Promise<void>((resolve) => runtime.bindFunction('started', () => resolve()));
    expect(runtime.getStats().heapUsedBytes).toBeGreaterThan(0);
    const controller = new AbortController();
    const running = runtime.evalAsync('started(); for (;;);', { signal: controller.signal });
    await started;
    const { cpuTimeMs, heapUsedBytes } = runtime.getStats();
    expect(heapUsedBytes).toBeGreaterThan(0);
    // Ends, or the test does not.
    while (runtime.getStats().cpuTimeMs <= cpuTimeMs);
    expect(runtime.getStats()).toMatchObject({ evalAsyncCount: 0, hostCallCount: 1 });
    controller.abort();
    expect(await reasonOf(running)).toBe(controller.signal.reason);
    expectUsable(runtime);
    expect(runtime.getStats().evalAsyncCount).toBe(1);
  });
});

describe('host calls that come while getStats waits', () => {
  it('are served by the event loop, once, and not before', async () => {
    const runtime = makeRuntime();
    const { calls } = bindLooking(runtime);
    for (const n of upTo(50)) {
      const running = runtime.evalAsync(`host(${n}) * 2`);
      awaitHostCalls(runtime, n);
      for (let i = 0; i < 5; i++) runtime.getStats();
      expect(calls).toStrictEqual(upTo(n - 1));
      expect(await running).toBe(n * 2);
      expect(calls).toStrictEqual(upTo(n));
    }
  });

  it('are served by the event loop although nothing else wakes it', async () => {
    const runtime = makeRuntime();
    const calls: number[] = [];
    runtime.bindFunction('host', (n: number) => calls.push(n));
    for (const n of upTo(100)) {
      const code = `{ const end = Date.now() + 2; while (Date.now() < end); } host(${n})`;
      const running = runtime.evalAsync(code);
      // The host call comes during the first. It leaves an answer outstanding, which the second takes.
      runtime.getStats();
      runtime.getStats();
      expect(await running).toBe(n);
    }
    expect(calls).toStrictEqual(upTo(100));
  });

  it('are served by a sync call that follows', async () => {
    const runtime = makeRuntime();
    const { calls } = bindLooking(runtime);
    const fn = runtime.eval<JsFunction>('(x) => [x]').with({ timeout: plenty });
    const follow = [
      () => runtime.eval('["a"]', { timeout: plenty }),
      () => fn('a'),
      () => [runtime.bind((x: string) => x, { name: 'more' })('a')],
    ];
    for (const [i, call] of follow.entries()) {
      const running = runtime.evalAsync(`host(${i + 1})`);
      awaitHostCalls(runtime, i + 1);
      expect(calls).toStrictEqual(upTo(i));
      expect(call()).toStrictEqual(['a']);
      expect(calls).toStrictEqual(upTo(i + 1));
      expect(await running).toBe(i + 1);
    }
    expectUsable(runtime);
  });

  it('are served although the host waits in another runtime meanwhile', async () => {
    const [runtime, other] = [makeRuntime(), makeRuntime()];
    const { calls } = bindLooking(runtime);
    let running: Promise<unknown> | undefined;
    other.bindFunction('look', () => {
      running = runtime.evalAsync('host(1)');
      awaitHostCalls(runtime, 1);
      return calls.length;
    });
    expect(other.eval('look()')).toBe(0);
    expect(await running).toBe(1);
    expect(calls).toStrictEqual([1]);
  });

  it('keep their order, and none is lost if its own call was aborted', async () => {
    const runtime = makeRuntime();
    const { calls } = bindLooking(runtime);
    const controllers = upTo(5).map(() => new AbortController());
    const running = controllers.map(({ signal }, i) => {
      const call = runtime.evalAsync(`host(${i + 1})`, { signal });
      awaitHostCalls(runtime, i + 1);
      // The plugin goes on to the next one while nobody has served this.
      if (i < 4) controllers[i]?.abort();
      return call;
    });
    expect(calls).toStrictEqual([]);
    for (const [i, call] of running.slice(0, 4).entries()) {
      expect(await reasonOf(call)).toBe(controllers[i]?.signal.reason);
    }
    expect(await running[4]).toBe(5);
    expect(calls).toStrictEqual(upTo(5));
    expectUsable(runtime);
  });

  it('do not keep settled calls from their promises', async () => {
    const runtime = makeRuntime();
    const { calls } = bindLooking(runtime);
    const settled: number[] = [];
    const running = upTo(300).map(async (n) => {
      const call = runtime.evalAsync<number>(n % 3 === 0 ? `host(${n})` : `${n}`);
      runtime.getStats();
      settled.push(await call);
    });
    await Promise.all(running);
    expect(settled).toStrictEqual(upTo(300));
    expect(calls).toStrictEqual(upTo(300).filter((n) => n % 3 === 0));
  });
});

describe('getStats of a runtime that has ended', () => {
  const limit = 32 << 20;
  const ends: [how: string, end: (runtime: Runtime) => void][] = [
    ['by close', (runtime) => runtime.close()],
    ['by terminate', (runtime) => runtime.terminate()],
    [
      'of memory',
      (runtime) => errorOf(() => runtime.eval('const all = []; for (;;) all.push([1]);'), HeapLimitError),
    ],
  ];

  it.each(ends)('tells what there was, and that nothing is active: %s', async (_, end) => {
    const runtime = makeRuntime({ maxHeapSize: limit });
    const { calls } = bindLooking(runtime);
    runtime.bindFunction('never', () => new Promise(() => {}));
    runtime.eval('host(1); [() => 1, () => 2]');
    const pending = reasonOf(runtime.evalAsync('never()'));
    await runtime.evalAsync('host(2)');
    expect(runtime.getStats()).toMatchObject({ activeAsyncOps: 1, hostCallCount: 3 });
    end(runtime);
    for (let i = 0; i < 3; i++) {
      const stats = runtime.getStats();
      expect(stats).toMatchObject({
        hostCallCount: 3,
        evalAsyncCount: 2,
        activeAsyncOps: 0,
        openResources: 0,
      });
      for (const [figure, value] of Object.entries(stats)) {
        if (figure !== 'lastExecutionKind') expect(value, figure).toBeGreaterThanOrEqual(0);
      }
      await pending;
    }
    expect(calls).toStrictEqual([1, 2]);
  });

  it('before it has begun is all zero', () => {
    const runtime = makeRuntime();
    runtime.close();
    const { lastExecutionKind, ...figures } = runtime.getStats();
    expect(lastExecutionKind).toBe(null);
    expect(figures.evalSyncCount + figures.hostCallCount + figures.activeAsyncOps).toBe(0);
  });
});
