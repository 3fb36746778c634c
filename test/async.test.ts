import { IsoletError, JavaScriptError, type JsFunction, type Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** A host function, bound as `gate`, that gives the plugin promises; `open(value)` fulfils the oldest of them. */
function bindGate(runtime: Runtime): { open(value: unknown): void; reached(): Promise<void> } {
  const waiting: ((value: unknown) => void)[] = [];
  let onReached = (): void => {};
  runtime.bindFunction('gate', () => {
    onReached();
    return new Promise((resolve) => waiting.push(resolve));
  });
  return {
    open: (value) => waiting.shift()?.(value),
    reached: () =>
      new Promise((resolve) => {
        onReached = resolve;
      }),
  };
}

describe('evalAsync', () => {
  it('gives the value of the last expression, promise or not', async () => {
    const runtime = makeRuntime();
    expect(await runtime.evalAsync('1 + 1')).toBe(2);
    expect(await runtime.evalAsync('Promise.resolve({ a: [1] })')).toStrictEqual({ a: [1] });
    expect(await runtime.evalAsync('(async () => { await null; return "late"; })()')).toBe('late');
    expect(await runtime.evalAsync('')).toBe(undefined);
    const fn = await runtime.evalAsync<JsFunction>('(x) => x * 2');
    expect(fn(4)).toBe(8);
    expectUsable(runtime);
  });

  it('keeps declarations for later calls of either kind', async () => {
    const runtime = makeRuntime();
    await runtime.evalAsync('let a = 1; var b = 2');
    expect(runtime.eval('a + b')).toBe(3);
    expect(await runtime.evalAsync('a += 10; a + b')).toBe(13);
  });

  it('takes the options of eval', async () => {
    const runtime = makeRuntime();
    const options = { filename: 'async.js', lineOffset: 9, columnOffset: 4 };
    const error = await rejectionOf(runtime.evalAsync('throw new Error("x")', options), JavaScriptError);
    expect(error.frames[0]).toMatchObject({ fileName: 'async.js', lineNumber: 10, columnNumber: 11 });
  });

  it('never throws: what is wrong is a rejection', async () => {
    const runtime = makeRuntime();
    expect(await reasonOf(runtime.evalAsync(5 as unknown as string))).toMatchObject({
      code: 'ERR_INVALID_ARG',
    });
    expect(await reasonOf(runtime.evalAsync('1', { timeOut: 1 } as object))).toMatchObject({
      code: 'ERR_INVALID_ARG',
    });
    expect(await reasonOf(runtime.evalAsync('1', { timeout: -1 }))).toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
    });
    expect(await reasonOf(runtime.evalAsync('let let'))).toMatchObject({
      code: 'ERR_JAVASCRIPT',
      name: 'SyntaxError',
    });
    expect(await reasonOf(runtime.evalAsync('Symbol()'))).toMatchObject({
      code: 'ERR_DATA_CLONE',
      path: 'result',
    });
    expectUsable(runtime);
  });

  it.each<[code: string, value: unknown]>([
    ['Promise.reject(5)', 5],
    ['(async () => { await null; throw { a: 1 }; })()', { a: 1 }],
    ['Promise.reject(undefined)', undefined],
    ['throw null', null],
  ])('is rejected with what is no error as value: %s', async (code, value) => {
    const error = await rejectionOf(makeRuntime().evalAsync(code), JavaScriptError);
    expect('value' in error).toBe(true);
    expect(error.value).toStrictEqual(value);
  });
});

describe('several calls in flight', () => {
  it('run in the order given', async () => {
    const runtime = makeRuntime();
    runtime.eval('var log = []');
    const calls = Array.from({ length: 200 }, (_, i) => runtime.evalAsync(`log.push(${i}); ${i}`));
    expect(await Promise.all(calls)).toStrictEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(runtime.eval('log')).toStrictEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('settle in the order in which they end', async () => {
    const runtime = makeRuntime();
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => order.push(await runtime.evalAsync<number>(`${i}`))),
    );
    expect(order).toStrictEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('interleave where they wait for the host', async () => {
    const runtime = makeRuntime();
    const gate = bindGate(runtime);
    runtime.eval('var log = []');
    const waits = (name: string) =>
      runtime.evalAsync(
        `(async () => { log.push("${name} waits"); log.push("${name} " + await gate()); })()`,
      );
    const [first, second] = [waits('first'), waits('second')];
    expect(await runtime.evalAsync('log.push("third"); log.length')).toBe(3);
    gate.open('goes');
    await first;
    gate.open('goes');
    await second;
    expect(runtime.eval('log')).toStrictEqual([
      'first waits',
      'second waits',
      'third',
      'first goes',
      'second goes',
    ]);
  });

  it('leave room for sync calls, which the host may put between', async () => {
    const runtime = makeRuntime();
    const gate = bindGate(runtime);
    const reached = gate.reached();
    const waiting = runtime.evalAsync('gate().then((v) => v + seen)');
    await reached;
    expect(runtime.eval('var seen = "!"; 1')).toBe(1);
    gate.open('open');
    expect(await waiting).toBe('open!');
  });

  it('fail each for itself', async () => {
    const runtime = makeRuntime();
    const results = await Promise.allSettled([
      runtime.evalAsync('1'),
      runtime.evalAsync('throw new Error("second")'),
      runtime.evalAsync('for (;;);', { timeout: 30 }),
      runtime.evalAsync('new Promise(() => {})', { timeout: 30 }),
      runtime.evalAsync('5'),
    ]);
    expect(
      results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code)),
    ).toStrictEqual([...[1, 'ERR_JAVASCRIPT', 'ERR_TIMEOUT', 'ERR_TIMEOUT', 5]]);
    expectUsable(runtime);
  });

  it('may be thousands', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async (x: number) => x + 1);
    const calls = Array.from({ length: 3000 }, (_, i) => runtime.evalAsync<number>(`later(${i})`));
    expect((await Promise.all(calls)).every((value, i) => value === i + 1)).toBe(true);
  });
});

describe('host functions that are async', () => {
  it('are awaited by the plugin, with value and error', async () => {
    const runtime = makeRuntime();
    const failure = new RangeError('from the host');
    runtime.bindFunction('later', async (x: number) => ({ doubled: x * 2 }));
    runtime.bindFunction('fails', async () => {
      throw failure;
    });
    expect(
      await runtime.evalAsync('(async () => (await later(4)).doubled + (await later(1)).doubled)()'),
    ).toBe(10);
    expect(
      await runtime.evalAsync('fails().catch((e) => [e instanceof RangeError, e.message])'),
    ).toStrictEqual([true, 'from the host']);
    expect((await rejectionOf(runtime.evalAsync('fails()'), JavaScriptError)).cause).toBe(failure);
    expectUsable(runtime);
  });

  it('may run at the same time', async () => {
    const runtime = makeRuntime();
    const gate = bindGate(runtime);
    const reached = gate.reached();
    const all = runtime.evalAsync('Promise.all([gate(), gate(), gate()])');
    await reached;
    expect(runtime.eval('"all three were called"')).toBe('all three were called');
    for (const value of ['a', 'b', 'c']) gate.open(value);
    expect(await all).toStrictEqual(['a', 'b', 'c']);
  });

  it('may call the runtime again, sync and async', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('again', async (n: number): Promise<unknown> => {
      expect(runtime.eval('1 + 1')).toBe(2);
      return n === 0 ? 'end' : runtime.evalAsync(`again(${n - 1})`);
    });
    expect(await runtime.evalAsync('again(20)')).toBe('end');
  });
});

describe('the event loop of the host', () => {
  it('stays free while a plugin computes', async () => {
    const runtime = makeRuntime();
    let turns = 0;
    let running = true;
    const count = () => {
      turns += 1;
      if (running) setImmediate(count);
    };
    // The plugin ends only after a hundred turns of the host's loop.
    runtime.bindFunction('turns', () => turns);
    const computing = runtime.evalAsync(
      'let seen; do { seen = turns(); for (let i = 0; i < 10_000; i++); } while (seen < 100); seen',
    );
    setImmediate(count);
    expect(await computing).toBeGreaterThanOrEqual(100);
    running = false;
  });
});

describe('two runtimes', () => {
  it('compute at the same time', async () => {
    const runtimes = [makeRuntime(), makeRuntime()];
    const controller = new AbortController();
    const { signal } = controller;
    const started = runtimes.map(
      (runtime) => new Promise<void>((resolve) => runtime.bindFunction('started', () => resolve())),
    );
    const calls = runtimes.map((runtime) => reasonOf(runtime.evalAsync('started(); for (;;);', { signal })));
    // Neither ends by itself: one that waited for the other would never start, nor get any CPU time.
    await Promise.all(started);
    const goals = runtimes.map((runtime) => runtime.getStats().cpuTimeMs + 20);
    const isBehind = (runtime: Runtime, i: number) => runtime.getStats().cpuTimeMs < (goals[i] ?? 0);
    while (runtimes.some(isBehind)) await new Promise(setImmediate);
    controller.abort();
    for (const reason of await Promise.all(calls)) expect(reason).toBe(signal.reason);
    for (const runtime of runtimes) expectUsable(runtime);
  });
});

describe('a runtime that ends', () => {
  it('settles every call, whatever was in flight', async () => {
    for (let round = 0; round < 50; round++) {
      const runtime = makeRuntime();
      const gate = bindGate(runtime);
      const fn = runtime.eval<JsFunction>('(x) => x');
      const calls = [
        runtime.evalAsync('1'),
        runtime.evalAsync('gate()'),
        fn.callAsync(2),
        runtime.evalAsync('for (;;);'),
        fn.callAsync(3),
      ];
      const results = Promise.allSettled(calls);
      if (round % 2 === 0) await new Promise(setImmediate);
      runtime.close();
      gate.open('too late');
      for (const [index, result] of (await results).entries()) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(IsoletError);
        else expect([0, 2]).toContain(index);
      }
    }
  });
});
