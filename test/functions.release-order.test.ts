import { type JsFunction, type Runtime, RuntimeClosedError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** The ways to let go of a handle from the host. */
const ways = ['close', Symbol.dispose] as const;

/** What a host function does that the script of `around` waits for. */
function inHostCall(runtime: Runtime, around: 'eval' | 'evalAsync', work: () => void): Promise<unknown> {
  runtime.bindFunction('host', work);
  return Promise.resolve(runtime[around]('host(); "went on"'));
}

describe.each(['eval', 'evalAsync'] as const)('inside a host call of %s', (around) => {
  it.each(ways)(
    'a call put aside is made with the function that it named, though %s came after it',
    async (way) => {
      const runtime = makeRuntime();
      const double = runtime.eval<JsFunction>('(x) => 2 * x');
      let called: Promise<unknown> | undefined;
      const script = inHostCall(runtime, around, () => {
        called = double.callAsync(21);
        double[way as 'close']();
        errorOf(() => double(1), RuntimeClosedError);
      });
      expect(await script).toBe('went on');
      expect(await called).toBe(42);
      expectUsable(runtime);
    },
  );

  it('arguments and receiver of a call put aside are there, though they were closed after it', async () => {
    const runtime = makeRuntime();
    const apply = runtime.eval<JsFunction>('(function (f, g) { return [this.h(), f(), g.deep[0]()]; })');
    const [f, g, h] = runtime.eval<[JsFunction, JsFunction, JsFunction]>('[() => "f", () => "g", () => "h"]');
    let called: Promise<unknown> | undefined;
    const script = inHostCall(runtime, around, () => {
      called = apply.with({ this: { h } }).callAsync(f, { deep: [g] });
      for (const fn of [f, g, h, apply]) fn.close();
    });
    expect(await script).toBe('went on');
    expect(await called).toStrictEqual(['h', 'f', 'g']);
    expectUsable(runtime);
  });

  it('calls and releases alternate, and none overtakes', async () => {
    const runtime = makeRuntime();
    const functions = runtime.eval<JsFunction[]>('Array.from({ length: 200 }, (_, i) => () => i)');
    const before = liveCounts().handles;
    let called: Promise<unknown>[] = [];
    const script = inHostCall(runtime, around, () => {
      called = functions.map((fn) => {
        const call = fn.callAsync();
        fn.close();
        return call;
      });
    });
    expect(await script).toBe('went on');
    expect(await Promise.all(called)).toStrictEqual(functions.map((_, i) => i));
    runtime.eval('0');
    expect(liveCounts().handles).toBeLessThanOrEqual(before - 200 + 1);
  });

  it('a release is not lost if the call that it waits for is aborted', async () => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('() => 1');
    runtime.bindFunction('warm', () => undefined);
    runtime.eval('warm()');
    const before = liveCounts().handles;
    const controller = new AbortController();
    let called: Promise<unknown> | undefined;
    const script = inHostCall(runtime, around, () => {
      called = fn
        .with({ signal: controller.signal })
        .callAsync()
        .catch((error: unknown) => error);
      fn.close();
      controller.abort('aborted');
    });
    expect(await script).toBe('went on');
    expect(await called).toBe('aborted');
    runtime.eval('0');
    // `host` is one more, the function one less.
    expect(liveCounts().handles).toBe(before);
    expectUsable(runtime);
  });
});

describe('a sync call that waits for a host call to end', () => {
  it('is made with its function, though the host call closes it', async () => {
    const runtime = makeRuntime();
    const double = runtime.eval<JsFunction>('(x) => 2 * x');
    runtime.bindFunction('host', () => double.close());
    const running = runtime.evalAsync('host(); "went on"');
    // The script waits in its host call, which nobody has served yet.
    while (runtime.getStats().hostCallCount === 0);
    expect(double(21)).toBe(42);
    expect(await running).toBe('went on');
    errorOf(() => double(1), RuntimeClosedError);
  });
});

describe('garbage collection', () => {
  it('of a function inside a host call does not overtake the call put aside', async () => {
    const script = `
      (async () => {
        const runtime = new Runtime();
        for (const around of ['eval', 'evalAsync']) {
          let functions = runtime.eval('Array.from({ length: 50 }, (_, i) => (x) => i + x)');
          const before = live().handles;
          let called;
          // A function of its own, or its frame still refers to the handles when they are collected.
          const callAll = () => { called = functions.map((fn) => fn.callAsync(1000)); };
          runtime.bindFunction('host', () => {
            callAll();
            functions = undefined;
            for (let i = 0; i < 5; i++) gc();
          });
          await runtime[around]('host()');
          const values = await Promise.all(called);
          console.log(values.every((value, i) => value === 1000 + i));
          called = undefined;
          for (let round = 0; round < 100 && live().handles > before - 50; round++) {
            gc();
            await turn();
            runtime.eval('0');
          }
          console.log(live().handles <= before - 50 + 1);
        }
        runtime.close();
        console.log(awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    const lines = ['true', 'true', 'true', 'true', 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}'];
    await expectChild(script, lines, { nodeArgs: ['--expose-gc'] });
  });
});
