import {
  getProcessStats,
  JavaScriptError,
  type JsFunction,
  type Runtime,
  type RuntimeStats,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { giveUp } from './support/deaf.js';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const mebibyte = 1 << 20;
const figures = [
  ...['heapTotalBytes', 'heapUsedBytes', 'externalMemoryBytes', 'physicalTotalBytes', 'cpuTimeMs'],
  ...[
    'totalExecutionTimeMs',
    'lastExecutionTimeMs',
    'evalSyncCount',
    'evalAsyncCount',
    'callFunctionSyncCount',
  ],
  ...['callFunctionAsyncCount', 'hostCallCount', 'activeAsyncOps', 'openResources'],
] as const satisfies (keyof RuntimeStats)[];

/** By how much a figure grows over some work. */
function growth(runtime: Runtime, figure: (typeof figures)[number], work: () => unknown): number {
  const before = runtime.getStats()[figure];
  work();
  return runtime.getStats()[figure] - before;
}

describe('getStats', () => {
  it('has every figure, none of them negative', () => {
    const runtime = makeRuntime();
    for (const work of [() => {}, () => runtime.eval('1'), () => runtime.eval('new Array(1000).fill({})')]) {
      work();
      const stats = runtime.getStats();
      for (const figure of figures) {
        expect(stats[figure], figure).toBeTypeOf('number');
        expect(stats[figure], figure).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('tells what ran last: nothing at first, then what it was', async () => {
    const runtime = makeRuntime();
    const fn = makeFunction(runtime);
    expect(makeRuntime().getStats().lastExecutionKind).toBe(null);
    const kinds = new Set<unknown>();
    runtime.eval('1');
    kinds.add(runtime.getStats().lastExecutionKind);
    await runtime.evalAsync('1');
    kinds.add(runtime.getStats().lastExecutionKind);
    fn(1);
    kinds.add(runtime.getStats().lastExecutionKind);
    await fn.callAsync(1);
    kinds.add(runtime.getStats().lastExecutionKind);
    expect(kinds.size).toBe(4);
    runtime.bindObject('o', { host: () => 1 });
    expect(runtime.getStats().lastExecutionKind).toBe('callFunctionAsync');
    for (const kind of kinds) expect(kind).toBeTypeOf('string');
  });

  it('counts calls of each kind, those that fail included', async () => {
    const runtime = makeRuntime();
    const fn = makeFunction(runtime);
    const before = runtime.getStats();
    for (let i = 0; i < 3; i++) runtime.eval('1');
    errorOf(() => runtime.eval('throw new Error("x")'), JavaScriptError);
    errorOf(() => runtime.eval('for (;;);', { timeout: 20 }), TimeoutError);
    await Promise.all([runtime.evalAsync('1'), runtime.evalAsync('2')]);
    for (let i = 0; i < 4; i++) fn(i);
    await fn.callAsync(5);
    const after = runtime.getStats();
    const counted = (figure: (typeof figures)[number]) => after[figure] - before[figure];
    expect(counted('evalSyncCount')).toBe(5);
    expect(counted('evalAsyncCount')).toBe(2);
    expect(counted('callFunctionSyncCount')).toBe(4);
    expect(counted('callFunctionAsyncCount')).toBe(1);
    expectUsable(runtime);
  });

  it('does not count what was refused before it started', () => {
    const runtime = makeRuntime();
    expect(
      growth(runtime, 'evalSyncCount', () => errorOf(() => runtime.eval(5 as unknown as string), TypeError)),
    ).toBe(0);
  });

  it('counts calls of the host', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => 1);
    expect(
      growth(runtime, 'hostCallCount', () => runtime.eval('for (let i = 0; i < 1000; i++) host()')),
    ).toBe(1000);
    expect(growth(runtime, 'hostCallCount', () => runtime.eval('1'))).toBe(0);
  });

  // Node 20 starts from its own snapshot, of over 3 MB, and so would later ones if V8's default were not taken.
  it.skipIf(process.version.startsWith('v20.'))('starts with a small heap', () => {
    const runtime = makeRuntime();
    runtime.eval('1');
    expect(runtime.getStats().heapTotalBytes).toBeLessThan(2.5 * mebibyte);
  });

  it('measures the heap', async () => {
    const runtime = makeRuntime();
    runtime.eval('1');
    const before = runtime.getStats().heapUsedBytes;
    expect(before).toBeGreaterThan(0);
    runtime.eval('var kept = Array.from({ length: 200_000 }, (_, i) => ({ i })); 0');
    // While V8 collects by itself, the figures are those from before.
    await expect
      .poll(() => runtime.getStats().heapUsedBytes - before, { timeout: 60_000 })
      .toBeGreaterThan(3 * mebibyte);
    const stats = runtime.getStats();
    expect(stats.heapTotalBytes).toBeGreaterThanOrEqual(stats.heapUsedBytes);
    expect(stats.physicalTotalBytes).toBeGreaterThan(0);
  });

  it('measures buffers', () => {
    const runtime = makeRuntime();
    const grown = growth(runtime, 'externalMemoryBytes', () =>
      runtime.eval('var kept = new ArrayBuffer(8 << 20); 0'),
    );
    expect(grown).toBeGreaterThanOrEqual(8 * mebibyte);
  });

  it('measures time: on the clock of the CPU, and of each call', () => {
    const runtime = makeRuntime();
    const busy = '{ const end = Date.now() + 60; while (Date.now() < end); }';
    runtime.eval('1');
    expect(growth(runtime, 'cpuTimeMs', () => runtime.eval(busy))).toBeGreaterThan(0);
    expect(growth(runtime, 'totalExecutionTimeMs', () => runtime.eval(busy))).toBeGreaterThanOrEqual(59);
    expect(runtime.getStats().lastExecutionTimeMs).toBeGreaterThanOrEqual(59);
    const { totalExecutionTimeMs } = runtime.getStats();
    expect(runtime.getStats().totalExecutionTimeMs).toBe(totalExecutionTimeMs);
  });

  it('counts what has not settled', async () => {
    const runtime = makeRuntime();
    let settle = (_: number): void => {};
    runtime.bindFunction('gate', () => new Promise<number>((resolve) => (settle = resolve)));
    runtime.eval('1');
    const before = runtime.getStats().activeAsyncOps;
    const waiting = runtime.evalAsync('gate()');
    await runtime.evalAsync('1');
    expect(runtime.getStats().activeAsyncOps).toBeGreaterThan(before);
    settle(5);
    expect(await waiting).toBe(5);
    expect(runtime.getStats().activeAsyncOps).toBe(before);
  });

  it('counts open function handles', () => {
    const runtime = makeRuntime();
    runtime.eval('1');
    const before = runtime.getStats().openResources;
    const functions = runtime.eval<JsFunction[]>('[() => 1, () => 2, () => 3]');
    expect(runtime.getStats().openResources).toBe(before + 3);
    for (const fn of functions) fn.close();
    runtime.eval('1');
    expect(runtime.getStats().openResources).toBe(before);
  });

  it('may be asked while code runs, from within', () => {
    const runtime = makeRuntime();
    let during: RuntimeStats | undefined;
    runtime.bindFunction('look', () => {
      during = runtime.getStats();
    });
    runtime.eval('look()');
    expect(during?.hostCallCount).toBe(1);
    expect(during?.heapUsedBytes).toBeGreaterThan(0);
    expectUsable(runtime);
  });

  it('of one runtime says nothing of another', () => {
    const [one, other] = [makeRuntime(), makeRuntime()];
    other.eval('1');
    const before = other.getStats();
    for (let i = 0; i < 10; i++) one.eval('1');
    expect(other.getStats().evalSyncCount).toBe(before.evalSyncCount);
    expect(one.getStats().evalSyncCount).toBe(10);
  });
});

function makeFunction(runtime: Runtime): JsFunction {
  return runtime.eval<JsFunction>('(x) => x');
}

describe('the stats of the process', () => {
  it('count runtimes, threads and handles, and what is on its way out', async () => {
    const before = getProcessStats();
    expect(before).toStrictEqual({
      runtimes: 0,
      threads: 0,
      endingThreads: 0,
      lostThreads: 0,
      handles: 0,
    });
    const [one, other] = [makeRuntime(), makeRuntime()];
    one.bindFunction('host', () => 1);
    const fn = other.eval<JsFunction>('() => 1');
    expect(getProcessStats()).toStrictEqual({ ...before, runtimes: 2, threads: 2, handles: 2 });
    fn.close();
    other.eval('1');
    expect(getProcessStats().handles).toBe(1);
    // Its thread comes back when the builtin does.
    giveUp(one);
    expect(getProcessStats()).toMatchObject({ runtimes: 1, threads: 2, endingThreads: 1, lostThreads: 0 });
    expectUsable(other);
  });
});
