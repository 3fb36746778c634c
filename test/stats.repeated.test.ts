import { describe, expect, it } from 'vitest';
import { reasonOf, thrownBy } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('figures read again and again', () => {
  it('leaves host calls that a nested call needs within its reach', async () => {
    const runtime = makeRuntime();
    const calls: unknown[] = [];
    runtime.bindFunction('host', (n: number) => {
      calls.push(n);
      // The plugin waits in the last host call. Its turn has to come inside the first, whose own call is gone, and with
      // it what is nested in there.
      if (n === 1) calls.push(thrownBy(() => runtime.eval('"nested"', { timeout: 60_000 })));
      return n;
    });
    const awaitHostCalls = (count: number) => {
      while (runtime.getStats().hostCallCount < count);
    };
    const controller = new AbortController();
    const first = runtime.evalAsync('host(1)', { signal: controller.signal });
    awaitHostCalls(1);
    controller.abort();
    const second = runtime.evalAsync('host(2)');
    awaitHostCalls(2);
    expect(await reasonOf(first)).toBe(controller.signal.reason);
    expect(await second).toBe(2);
    expect(calls).toMatchObject([1, 2, { code: 'ABORT_ERR' }]);
    expectUsable(runtime);
  });

  it('are told at once of a runtime that begins to compute while they are read', async () => {
    const runtime = makeRuntime();
    const controller = new AbortController();
    const running = runtime.evalAsync('for (;;);', { signal: controller.signal });
    for (let i = 0; i < 3; i++) runtime.getStats();
    controller.abort('enough');
    expect(await reasonOf(running)).toBe('enough');
    expectUsable(runtime);
  });
});
