import type { JsFunction, Runtime, RuntimeStats } from 'isolet';
import { describe, expect, it } from 'vitest';
import { reasonOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';
import { counting, readAll } from './support/streams.js';

checkReleases();

/** As the contract lists them, but for `lastExecutionKind`. */
const numbers = [
  ...['heapTotalBytes', 'heapUsedBytes', 'externalMemoryBytes', 'physicalTotalBytes', 'cpuTimeMs'],
  ...['totalExecutionTimeMs', 'lastExecutionTimeMs', 'evalSyncCount', 'evalAsyncCount'],
  ...['evalModuleSyncCount', 'evalModuleAsyncCount', 'callFunctionSyncCount', 'callFunctionAsyncCount'],
  ...['hostCallCount', 'activeAsyncOps', 'openResources', 'activeTimers', 'activeIntervals'],
  ...['activeJsStreams', 'activeHostStreams', 'totalJsStreams', 'totalHostStreams'],
  ...['bytesStreamedJsToHost', 'bytesStreamedHostToJs', 'unhandledRejectionCount'],
] as (keyof RuntimeStats)[];

const config = { timeout: 10_000, enableTimers: true };

/** The figures that changed over some work, by how much; times and sizes left out. */
async function changes(runtime: Runtime, work: () => unknown): Promise<Record<string, number>> {
  const before = runtime.getStats();
  await work();
  const after = runtime.getStats();
  const changed: Record<string, number> = {};
  for (const key of numbers) {
    if (/Ms$|heap|physical|external/.test(key)) continue;
    const by = Number(after[key]) - Number(before[key]);
    if (by !== 0) changed[key] = by;
  }
  return changed;
}

/** Waits inside until the host opens; `reached` is fulfilled when all of `count` calls wait. */
function bindGate(runtime: Runtime, count = 1): { open(): void; reached: Promise<void> } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let missing = count;
  const reached = new Promise<void>((resolve) => {
    runtime.bindFunction('gate', () => {
      missing -= 1;
      if (missing === 0) resolve();
      return opened;
    });
  });
  return { open, reached };
}

describe('getStats', () => {
  it('has every field and no other, in a new runtime, a used one and one that has ended', () => {
    const runtime = makeRuntime(config);
    for (const work of [() => {}, () => runtime.eval('1'), () => runtime.close()]) {
      work();
      const { lastExecutionKind, ...stats } = runtime.getStats();
      expect(Object.keys(stats).sort()).toStrictEqual([...numbers].sort());
      for (const [name, value] of Object.entries(stats)) {
        expect(value, name).toBeTypeOf('number');
        expect(value, name).toBeGreaterThanOrEqual(0);
        if (!name.endsWith('Ms')) expect(Number.isSafeInteger(value), name).toBe(true);
      }
      expect(lastExecutionKind === null || typeof lastExecutionKind === 'string').toBe(true);
    }
  });

  it('starts with nothing counted, and is a copy', () => {
    const stats = makeRuntime(config).getStats();
    for (const name of numbers) {
      if (/Count$|^active|^total.*Streams|Streamed|openResources|ExecutionTimeMs/.test(name)) {
        expect(stats[name], name).toBe(0);
      }
    }
    expect(stats.lastExecutionKind).toBe(null);
    const runtime = makeRuntime(config);
    const first = runtime.getStats();
    runtime.eval('1');
    expect(first.evalSyncCount).toBe(0);
  });

  it('keeps the sums of a runtime that has ended', async () => {
    const runtime = makeRuntime(config);
    runtime.bindFunction('host', () => 1);
    await runtime.evalAsync('host()');
    await readAll(runtime.eval<ReadableStream>('(async function* () { yield "text"; })()'));
    runtime.eval('setInterval(() => {}, 100_000); 0');
    const fn = runtime.eval<JsFunction>('() => 1');
    runtime.close();
    expect(runtime.getStats()).toMatchObject({
      ...{ evalSyncCount: 3, evalAsyncCount: 1, hostCallCount: 1, totalJsStreams: 1 },
      ...{ bytesStreamedJsToHost: 4, activeIntervals: 0, activeAsyncOps: 0, activeJsStreams: 0 },
    });
    fn.close();
  });
});

describe('counts', () => {
  it.each<[figure: keyof RuntimeStats, work: (runtime: Runtime) => unknown]>([
    ['evalSyncCount', (runtime) => runtime.eval('1')],
    ['evalSyncCount', (runtime) => reasonOf(Promise.resolve().then(() => runtime.eval('throw 1')))],
    ['evalAsyncCount', (runtime) => runtime.evalAsync('1')],
    ['evalAsyncCount', (runtime) => reasonOf(runtime.evalAsync('throw 1'))],
    ['evalModuleSyncCount', (runtime) => runtime.evalModule('m')],
    ['evalModuleAsyncCount', (runtime) => runtime.evalModuleAsync('m')],
    ['evalModuleAsyncCount', (runtime) => reasonOf(runtime.evalModuleAsync('missing'))],
  ])('one in %s for each call, and in no other', async (figure, work) => {
    const runtime = makeRuntime(config);
    runtime.addStaticModule('m', 'export const one = 1;');
    runtime.eval('0');
    // How a module is asked for may be a call of the host.
    const { hostCallCount: _, ...counted } = await changes(runtime, () => work(runtime));
    expect(counted).toStrictEqual({ [figure]: 1 });
    expectUsable(runtime);
  });

  it('calls of functions by kind, and calls of the host', async () => {
    const runtime = makeRuntime(config);
    runtime.bindFunction('host', () => 1);
    const fn = runtime.eval<JsFunction>('() => host()');
    expect(await changes(runtime, () => fn())).toStrictEqual({ callFunctionSyncCount: 1, hostCallCount: 1 });
    expect(await changes(runtime, () => fn.callAsync())).toStrictEqual({
      callFunctionAsyncCount: 1,
      hostCallCount: 1,
    });
  });

  it('calls of ops as calls of the host', async () => {
    const runtime = makeRuntime(config);
    const id = runtime.registerOp('one', () => 1);
    const later = runtime.registerOp('later', async () => 1, { mode: 'async' });
    runtime.eval('0');
    expect(await changes(runtime, () => runtime.eval(`__host_op_sync__(${id})`))).toMatchObject({
      hostCallCount: 1,
    });
    expect(await changes(runtime, () => runtime.evalAsync(`__host_op_async__(${later})`))).toMatchObject({
      hostCallCount: 1,
    });
  });

  it('what ran last, by kinds that differ', async () => {
    const runtime = makeRuntime(config);
    runtime.addStaticModule('m', 'export const one = 1;');
    const fn = runtime.eval<JsFunction>('() => 1');
    const calls = [
      () => runtime.eval('1'),
      () => runtime.evalAsync('1'),
      () => runtime.evalModule('m'),
      () => runtime.evalModuleAsync('m'),
      () => fn(),
      () => fn.callAsync(),
    ];
    const kinds: unknown[] = [];
    for (const call of calls) {
      await call();
      kinds.push(runtime.getStats().lastExecutionKind);
    }
    for (const kind of kinds) expect(kind).toBeTypeOf('string');
    expect(new Set(kinds).size).toBe(calls.length);
  });

  it('timers and intervals while they are set', async () => {
    const runtime = makeRuntime(config);
    const code =
      'var t = [1, 2, 3].map(() => setTimeout(() => {}, 100_000)); var i = setInterval(() => {}, 100_000); 0';
    expect(await changes(runtime, () => runtime.eval(code))).toStrictEqual({
      ...{ evalSyncCount: 1, activeTimers: 3, activeIntervals: 1 },
    });
    runtime.eval('clearTimeout(t[0]); clearInterval(i)');
    expect(runtime.getStats()).toMatchObject({ activeTimers: 2, activeIntervals: 0 });
    runtime.eval('t.forEach(clearTimeout)');
    expect(runtime.getStats().activeTimers).toBe(0);
    runtime.eval('new Promise((resolve) => setTimeout(resolve, 1))');
    expect(runtime.getStats().activeTimers).toBe(0);
  });

  it('rejections that nobody handled', async () => {
    const runtime = makeRuntime(config);
    runtime.eval('Promise.reject(new Error("x")); Promise.reject(1).catch(() => {}); 0');
    await runtime.evalAsync('1');
    expect(runtime.getStats().unhandledRejectionCount).toBe(1);
    runtime.eval(
      'setTimeout(() => { throw new Error("x"); }, 0); new Promise((resolve) => setTimeout(resolve, 5))',
    );
    expect(runtime.getStats().unhandledRejectionCount).toBe(2);
    expectUsable(runtime);
  });

  it('async calls while they are under way', async () => {
    const runtime = makeRuntime(config);
    const { open, reached } = bindGate(runtime, 3);
    const fn = runtime.eval<JsFunction>('() => gate()');
    const running = [runtime.evalAsync('gate()'), runtime.evalAsync('gate()'), fn.callAsync()];
    await reached;
    // The last of them is counted once the runtime has come back from it.
    runtime.eval('0');
    expect(runtime.getStats().activeAsyncOps).toBe(3);
    open();
    await Promise.all(running);
    expect(runtime.getStats().activeAsyncOps).toBe(0);
  });

  it('handles of both directions, and streams', async () => {
    const runtime = makeRuntime(config);
    const none = runtime.getStats().openResources;
    runtime.bindFunction('host', () => 1);
    const fn = runtime.eval<JsFunction>('() => 1');
    expect(runtime.getStats().openResources).toBe(none + 2);
    fn.close();
    runtime.eval('0');
    expect(runtime.getStats().openResources).toBe(none + 1);
    const made = await changes(runtime, () => runtime.eval('new ReadableStream()'));
    expect(made).toMatchObject({ activeJsStreams: 1, totalJsStreams: 1 });
    const given = await changes(runtime, () => runtime.bindObject('o', { s: counting(1) }));
    expect(given).toMatchObject({ activeHostStreams: 1, totalHostStreams: 1 });
  });
});

describe('while code runs', () => {
  it('the heap is told as it is then, though nothing was collected since', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const controller = new AbortController();
    const before = runtime.getStats().heapUsedBytes;
    const code = 'const kept = new Array(2 ** 20).fill(1); for (;;) kept[0] = 2;';
    const computing = reasonOf(runtime.evalAsync(code, { signal: controller.signal }));
    // Ends by the guard of the test if it does not.
    while (runtime.getStats().heapUsedBytes < before + 4 * 2 ** 20) await new Promise(setImmediate);
    controller.abort();
    expect(await computing).toBe(controller.signal.reason);
    expectUsable(runtime);
  });

  it('figures are told without waiting for it', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    let onStart = (): void => {};
    const started = new Promise<void>((resolve) => {
      onStart = resolve;
    });
    runtime.bindFunction('started', () => onStart());
    const controller = new AbortController();
    const computing = reasonOf(runtime.evalAsync('started(); for (;;);', { signal: controller.signal }));
    await started;
    // The plugin never comes back by itself: a call that waited for it would not return.
    const first = runtime.getStats();
    for (let i = 0; i < 1000; i++) runtime.getStats();
    const last = runtime.getStats();
    expect(first).toMatchObject({ hostCallCount: 1, openResources: 1 });
    expect(last).toMatchObject({ hostCallCount: 1, openResources: 1 });
    expect(last.cpuTimeMs).toBeGreaterThanOrEqual(first.cpuTimeMs);
    controller.abort();
    expect(await computing).toBe(controller.signal.reason);
    expectUsable(runtime);
    expect(runtime.getStats()).toMatchObject({ evalAsyncCount: 1, activeAsyncOps: 0 });
  });

  it('the time of the CPU goes on', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const controller = new AbortController();
    const computing = reasonOf(runtime.evalAsync('for (;;);', { signal: controller.signal }));
    const before = runtime.getStats().cpuTimeMs;
    // Ends by the guard of the test if it does not.
    while (runtime.getStats().cpuTimeMs < before + 20) await new Promise(setImmediate);
    controller.abort();
    expect(await computing).toBe(controller.signal.reason);
    expectUsable(runtime);
  });
});
