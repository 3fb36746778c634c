import { HeapLimitError, JavaScriptError, type JsFunction } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const MiB = 2 ** 20;

describe('what crosses', () => {
  it('keeps sparse arrays sparse: their length costs nothing', () => {
    const runtime = makeRuntime();
    const sparse = runtime.eval<unknown[][]>(
      'Array.from({ length: 200 }, () => { const a = []; a[2 ** 25 - 1] = 1; return a; })',
    );
    expect(sparse).toHaveLength(200);
    expect([sparse[7]?.length, Object.keys(sparse[7] ?? [])]).toStrictEqual([2 ** 25, ['33554431']]);
    const empty = runtime.eval<unknown[]>('new Array(2 ** 32 - 1)');
    expect([empty.length, Object.keys(empty)]).toStrictEqual([2 ** 32 - 1, []]);
    expect(
      runtime.eval<JsFunction>('(a) => [a.length, Object.keys(a).length]')(new Array(2 ** 32 - 1)),
    ).toStrictEqual([2 ** 32 - 1, 0]);
    expectUsable(runtime);
  });

  it('may be garbage: buffers that earlier calls brought make room for more', () => {
    const runtime = makeRuntime({ maxHeapSize: 32 * MiB });
    runtime.bindFunction('echo', (bytes: Uint8Array) => bytes);
    const code =
      'const b = new Uint8Array(2 ** 20); let n = 0; for (let i = 0; i < 300; i++) n += echo(b).length; n';
    expect(runtime.eval(code)).toBe(300 * MiB);
    expectUsable(runtime);
  });
});

describe('calls of async host functions', () => {
  it('that do not settle are bounded by what they hold', () => {
    const runtime = makeRuntime();
    let calls = 0;
    runtime.bindFunction('later', async (text: string) => {
      calls += 1;
      return text.length;
    });
    const code = 'const text = "x".repeat(100_000); for (;;) later(text);';
    const error = errorOf(() => runtime.eval(code), JavaScriptError);
    expect(error.name).toBe('RangeError');
    expect(calls).toBeLessThan(1000);
  });

  it('make room for more once they settle', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async (text: string) => text.length);
    const code = `(async () => {
      const text = "x".repeat(100_000);
      let sum = 0;
      for (let i = 0; i < 2000; i++) sum += await later(text);
      return sum;
    })()`;
    expect(await runtime.evalAsync(code)).toBe(200_000_000);
    expect(
      await runtime.evalAsync(
        'Promise.all(Array.from({ length: 100_000 }, () => later("x"))).then((all) => all.length)',
      ),
    ).toBe(100_000);
    expectUsable(runtime);
  });
});

describe('memory that one call made at once', () => {
  it('is judged when the call ends: what is kept ends the runtime', () => {
    const runtime = makeRuntime({ maxHeapSize: 32 * MiB });
    errorOf(() => runtime.eval('const all = new Array(2 ** 25 - 1); all[0] = 1; 1'), HeapLimitError);
    expect(runtime.isClosed()).toBe(true);
  });

  it('and what is garbage does not', () => {
    const runtime = makeRuntime({ maxHeapSize: 32 * MiB });
    expect(runtime.eval('"ab".repeat(2 ** 26).charCodeAt(2 ** 26)')).toBe(97);
    expectUsable(runtime);
  });
});
