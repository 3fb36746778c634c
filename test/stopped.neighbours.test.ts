import { JavaScriptError, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime, toBegin } from './support/runtimes.js';

checkReleases();

/** Calls of one runtime that have something to do with a call that is stopped, and must not share its end. */

describe('a call that another settles just before that is stopped', () => {
  const waiting = 'var settle; new Promise((resolve, reject) => { settle = { resolve, reject }; })';

  it.each([
    ['its deadline', { timeout: toBegin }],
    ['its CPU limit', { cpuTimeout: 50 }],
  ])('has its value, where the other is stopped by %s', async (_, options) => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const first = runtime.evalAsync(waiting);
    const second = runtime.evalAsync('settle.resolve({ mine: 1 }); for (;;);', options);
    await rejectionOf(second, TimeoutError);
    expect(await first).toStrictEqual({ mine: 1 });
    expectUsable(runtime);
  });

  it('has its value, where the other is aborted', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const [own, others] = [new AbortController(), new AbortController()];
    runtime.bindFunction('started', () => {
      setImmediate(() => others.abort('enough'));
    });
    const first = runtime.evalAsync(waiting, { signal: own.signal });
    const second = runtime.evalAsync('settle.resolve("mine"); started(); for (;;);', {
      signal: others.signal,
    });
    await expect(second).rejects.toBe('enough');
    expect(await first).toBe('mine');
    expectUsable(runtime);
  });

  it('has its own error', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const first = runtime.evalAsync(waiting);
    const second = runtime.evalAsync('settle.reject(new RangeError("mine")); for (;;);', {
      timeout: toBegin,
    });
    await rejectionOf(second, TimeoutError);
    expect((await rejectionOf(first, JavaScriptError)).message).toBe('mine');
    expectUsable(runtime);
  });
});

describe('a module that is stopped', () => {
  const once = 'if (!globalThis.stop) for (;;); export default 1';

  it.each([
    ['before an await', once],
    ['after an await', `await null; ${once}`],
    ['after an await, in what it imports', 'import "inner"; export default 1'],
  ])('is evaluated anew by the next import: %s', async (_, source) => {
    const runtime = makeRuntime({ timeout: 60_000 });
    runtime.addStaticModule('m', source);
    runtime.addStaticModule('inner', `await null; ${once}`);
    errorOf(() => runtime.evalModule('m', { timeout: 50 }), TimeoutError);
    await rejectionOf(runtime.evalModuleAsync('m', { timeout: 50 }), TimeoutError);
    runtime.eval('stop = true');
    expect(runtime.evalModule('m')).toStrictEqual({ default: 1 });
    expect(await runtime.evalModuleAsync('m')).toStrictEqual({ default: 1 });
  });

  it('does not keep another import from it', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    let answer = (_: string): void => {};
    const shared = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const asked = new Promise<void>((ready) => {
      runtime.setModuleLoader((name) => {
        if (name !== 'shared') return `import "shared"; export default ${JSON.stringify(name)}`;
        ready();
        return shared;
      });
    });
    const first = runtime.evalModuleAsync('first', { timeout: 300 });
    const second = runtime.evalModuleAsync('second');
    await asked;
    answer('if (!globalThis.ran) { globalThis.ran = true; for (;;); } export default 1');
    await rejectionOf(first, TimeoutError);
    expect(await second).toStrictEqual({ default: 'second' });
    expectUsable(runtime);
  });
});

describe('a sync call whose promise its own timer rejects', () => {
  it.each([
    'new Promise((_, reject) => setTimeout(reject, 1, new RangeError("mine")))',
    '(async () => { await new Promise((done) => setTimeout(done, 1)); throw new RangeError("mine"); })()',
  ])('throws, and has handled it: %s', (code) => {
    const reported: unknown[] = [];
    const runtime = makeRuntime({
      timeout: 60_000,
      enableTimers: true,
      onUnhandledRejection: (error) => reported.push(error),
    });
    expect(errorOf(() => runtime.eval(code), JavaScriptError).message).toBe('mine');
    expectUsable(runtime);
    expect(runtime.getStats().unhandledRejectionCount).toBe(0);
    expect(reported).toStrictEqual([]);
  });
});

it('work in the background that the runtime’s own limit stops is told to the listener', async () => {
  let tell = (_: unknown): void => {};
  const told = new Promise((resolve) => {
    tell = resolve;
  });
  const runtime = makeRuntime({ timeout: 100, enableTimers: true, onUnhandledRejection: (e) => tell(e) });
  runtime.eval('setTimeout(() => { for (;;); }, 1); 0');
  expect(await told).toBeInstanceOf(TimeoutError);
  expect(runtime.getStats().unhandledRejectionCount).toBe(1);
  expectUsable(runtime);
});

describe('an import that waits for a source', () => {
  it('goes on where what came of the loader was lost with another call', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    let answer = (_: string): void => {};
    let asked = 0;
    const source = new Promise<string>((resolve) => {
      answer = resolve;
    });
    runtime.setModuleLoader(() => {
      asked++;
      return source;
    });
    const imported = runtime.evalModuleAsync('m');
    await runtime.evalAsync('0');
    expect(asked).toBe(1);
    // Both reactions are in one turn of the microtask queue; the first never ends.
    runtime.bindFunction('answer', () => {
      answer('export default 1');
    });
    const stopped = runtime.evalAsync(
      'answer(); import("m").catch(() => 0); Promise.resolve().then(() => { for (;;); })',
      { timeout: toBegin },
    );
    await rejectionOf(stopped, TimeoutError);
    expect(await imported).toStrictEqual({ default: 1 });
    expectUsable(runtime);
  });
});
