import { getEventListeners } from 'node:events';
import type { JsFunction, Runtime } from 'isolet';
import { describe, expect, it, vi } from 'vitest';
import { reasonOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const never = 'new Promise(() => {})';
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('many calls under one signal', () => {
  it('are all aborted with its reason, without a warning and with one listener', async () => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>(`() => ${never}`);
    const { signal, abort } = controllerOf();
    const onWarning = vi.fn();
    process.on('warning', onWarning);
    const calls = Array.from({ length: 1000 }, () => [
      reasonOf(runtime.evalAsync(never, { signal })),
      reasonOf(fn.with({ signal }).callAsync()),
    ]).flat();
    expect(listeners(signal)).toBe(1);
    const reason = new Error('no longer wanted');
    abort(reason);
    expect(listeners(signal)).toBe(0);
    for (const call of calls) expect(await call).toBe(reason);
    // Warnings are emitted in a turn of their own.
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(onWarning).not.toHaveBeenCalled();
    expectUsable(runtime);
  });

  it('are rejected in the order in which they were made', async () => {
    const runtime = makeRuntime();
    const { signal, abort } = controllerOf();
    const order: number[] = [];
    const calls = Array.from({ length: 100 }, (_, i) =>
      runtime.evalAsync(never, { signal }).catch(() => order.push(i)),
    );
    abort();
    await Promise.all(calls);
    expect(order).toStrictEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('may have null as reason', async () => {
    const runtime = makeRuntime();
    const { signal, abort } = controllerOf();
    const calls = Array.from({ length: 3 }, () => reasonOf(runtime.evalAsync(never, { signal })));
    abort(null);
    expect(await Promise.all(calls)).toStrictEqual([null, null, null]);
    expectUsable(runtime);
  });

  it('may have undefined as reason, as a signal has that only sends the event', async () => {
    const runtime = makeRuntime();
    const { signal } = controllerOf();
    const calls = Array.from({ length: 3 }, () => reasonOf(runtime.evalAsync(never, { signal })));
    signal.dispatchEvent(new Event('abort'));
    const next = reasonOf(runtime.evalAsync(never, { signal }));
    expect(await Promise.all(calls)).toStrictEqual([undefined, undefined, undefined]);
    expect(listeners(signal)).toBe(1);
    signal.dispatchEvent(new Event('abort'));
    expect(await next).toBe(undefined);
    expect(listeners(signal)).toBe(0);
    expectUsable(runtime);
  });

  it('end each for itself', async () => {
    const runtime = makeRuntime();
    const { signal, abort } = controllerOf();
    const waiting = reasonOf(runtime.evalAsync(never, { signal }));
    const ended = await Promise.allSettled([
      runtime.evalAsync('1', { signal }),
      runtime.evalAsync('throw new RangeError("own")', { signal }),
      runtime.evalAsync(never, { signal, timeout: 20 }),
      runtime.evalAsync('(async () => { await null; return 4; })()', { signal }),
    ]);
    expect(listeners(signal)).toBe(1);
    abort('aborted');
    expect(await waiting).toBe('aborted');
    expect(ended.map((end) => (end.status === 'fulfilled' ? end.value : end.reason.code))).toStrictEqual([
      1,
      'ERR_JAVASCRIPT',
      'ERR_TIMEOUT',
      4,
    ]);
    expect(listeners(signal)).toBe(0);
    expectUsable(runtime);
  });

  it('leave no listener when they end by themselves, time and again', async () => {
    const runtime = makeRuntime();
    const { signal, abort } = controllerOf();
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 20 }, (_, i) => runtime.evalAsync(`${i}`, { signal }));
      expect(listeners(signal)).toBe(1);
      await Promise.all(calls);
      expect(listeners(signal)).toBe(0);
    }
    const last = reasonOf(runtime.evalAsync(never, { signal }));
    abort('at last');
    expect(await last).toBe('at last');
    expect(listeners(signal)).toBe(0);
  });

  it('may be of several runtimes', async () => {
    const runtimes = [makeRuntime(), makeRuntime()];
    const { signal, abort } = controllerOf();
    const calls = [...runtimes, ...runtimes].map((runtime) => reasonOf(runtime.evalAsync(never, { signal })));
    const other = runtimes.map((runtime) => runtime.evalAsync('"whole"'));
    expect(listeners(signal)).toBe(1);
    abort('both');
    expect(await Promise.all(calls)).toStrictEqual(['both', 'both', 'both', 'both']);
    expect(await Promise.all(other)).toStrictEqual(['whole', 'whole']);
    expect(listeners(signal)).toBe(0);
    for (const runtime of runtimes) expectUsable(runtime);
  });

  it('outlive the runtime of some of them', async () => {
    const [closed, left] = [makeRuntime(), makeRuntime()];
    const { signal, abort } = controllerOf();
    const calls = [closed, left].map((runtime) => reasonOf(runtime.evalAsync(never, { signal })));
    closed.close();
    expect(await calls[0]).toMatchObject({ code: 'ERR_CLOSED' });
    expect(listeners(signal)).toBe(1);
    abort('left');
    expect(await calls[1]).toBe('left');
    expect(listeners(signal)).toBe(0);
  });
});

describe('a call made while its signal tells of the abort', () => {
  it.each(['before', 'after'])('does not start: by a listener that is %s ours', async (when) => {
    const runtime = makeRuntime();
    const { signal, abort } = controllerOf();
    let late: Promise<unknown> | undefined;
    const listen = () =>
      signal.addEventListener(
        'abort',
        () => {
          late = reasonOf(runtime.evalAsync('globalThis.ran = true', { signal }));
        },
        { once: true },
      );
    if (when === 'before') listen();
    const running = reasonOf(runtime.evalAsync(never, { signal }));
    if (when === 'after') listen();
    abort('now');
    expect(await Promise.all([running, late])).toStrictEqual(['now', 'now']);
    expect(runtime.eval('typeof ran')).toBe('undefined');
    expect(listeners(signal)).toBe(0);
    expectUsable(runtime);
  });
});

function controllerOf(): { signal: AbortSignal; abort(reason?: unknown): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

describe('what an aborted call waited for', () => {
  it('may come and compute for long: the runtime lives on', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    for (let round = 0; round < 3; round++) {
      const { signal, abort } = controllerOf();
      const { started, answer } = bindLater(runtime);
      const code = 'later().then(() => { for (let i = Date.now(); Date.now() - i < 100; ); })';
      const call = reasonOf(runtime.evalAsync(code, { signal }));
      await started;
      abort();
      answer();
      expect(await call).toBe(signal.reason);
      expect(await runtime.evalAsync('1 + 1')).toBe(2);
    }
    expectUsable(runtime);
  });

  it('starts nothing if it came before the abort, while something else computed', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const { signal, abort } = controllerOf();
    const { started, answer } = bindLater(runtime);
    const call = reasonOf(runtime.evalAsync('later().then(() => { for (;;); })', { signal }));
    await started;
    const begun = new Promise<void>((resolve) => runtime.bindFunction('begun', () => resolve()));
    const computing = runtime.evalAsync('begun(); for (let i = Date.now(); Date.now() - i < 200; ); "done"');
    await begun;
    answer();
    await new Promise(setImmediate); // the answer is on its way
    abort();
    expect(await call).toBe(signal.reason);
    expect(await computing).toBe('done');
    expect(await runtime.evalAsync('1 + 1')).toBe(2);
    expectUsable(runtime);
  });
});

/** A host function `later` that a plugin waits for until it is answered. */
function bindLater(runtime: Runtime): { started: Promise<void>; answer(): void } {
  let [onStart, onAnswer] = [() => {}, () => {}];
  const started = new Promise<void>((resolve) => {
    onStart = resolve;
  });
  runtime.bindFunction('later', () => {
    onStart();
    return new Promise<void>((resolve) => {
      onAnswer = resolve;
    });
  });
  return { started, answer: () => onAnswer() };
}
