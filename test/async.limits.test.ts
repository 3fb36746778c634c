import { type JsFunction, PendingPromiseError, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf, reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** Resolves when the plugin has called `name()`. */
function called(runtime: ReturnType<typeof makeRuntime>, name: string): Promise<void> {
  return new Promise((resolve) => runtime.bindFunction(name, () => resolve()));
}

describe('the deadline of an async call', () => {
  it.each([
    ['a loop', 'for (;;);'],
    ['a promise that never settles', 'new Promise(() => {})'],
    ['a loop after an await', '(async () => { await later(); for (;;); })()'],
    ['a host function that never answers', 'never()'],
    ['many short waits', '(async () => { for (;;) await later(); })()'],
    ['microtasks without end', '(function next() { return Promise.resolve().then(next); })()'],
    ['a getter of the value', '(async () => { await later(); return { get x() { for (;;); } }; })()'],
  ])('covers the whole of it: %s', async (_, code) => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async () => 1);
    runtime.bindFunction('never', () => new Promise(() => {}));
    const error = await rejectionOf(runtime.evalAsync(code, { timeout: 60 }), TimeoutError);
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT', kind: 'wall', limit: 60 });
    expect(error.elapsed).toBeGreaterThanOrEqual(60);
    expectUsable(runtime);
    const fn = runtime.eval<JsFunction>(`() => { return eval(${JSON.stringify(code)}); }`);
    expect((await rejectionOf(fn.with({ timeout: 60 }).callAsync(), TimeoutError)).limit).toBe(60);
    expectUsable(runtime);
  });

  it('of the runtime holds for async calls that set none', async () => {
    const runtime = makeRuntime({ timeout: 200 });
    expect((await rejectionOf(runtime.evalAsync('new Promise(() => {})'), TimeoutError)).limit).toBe(200);
    expect((await rejectionOf(runtime.evalAsync('for (;;);'), TimeoutError)).limit).toBe(200);
    expectUsable(runtime);
  });

  it('of CPU time does not pass while a call waits', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('wait', () => new Promise((resolve) => setTimeout(resolve, 200, 'waited')));
    expect(await runtime.evalAsync('wait()', { cpuTimeout: 100 })).toBe('waited');
    expect(await rejectionOf(runtime.evalAsync('for (;;);', { cpuTimeout: 50 }), TimeoutError)).toMatchObject(
      { kind: 'cpu', limit: 50 },
    );
    expectUsable(runtime);
  });

  it('counts from the moment the host asked: a call whose turn comes too late never runs', async () => {
    const runtime = makeRuntime();
    const controller = new AbortController();
    const started = called(runtime, 'started');
    const running = runtime.evalAsync('started(); for (;;);', { signal: controller.signal });
    const queued = runtime.evalAsync('globalThis.ran = true', { timeout: 30 });
    await started;
    // The sync call is not answered by the thread, which is busy, and costs the runtime nothing.
    const sync = errorOf(() => runtime.eval('globalThis.ran = true', { timeout: 30 }), TimeoutError);
    expect(sync.elapsed).toBeGreaterThanOrEqual(30);
    expect(runtime.isClosed()).toBe(false);
    controller.abort();
    expect(await reasonOf(running)).toBe(controller.signal.reason);
    expect((await rejectionOf(queued, TimeoutError)).elapsed).toBeGreaterThanOrEqual(30);
    expect(runtime.eval('typeof ran')).toBe('undefined');
    expectUsable(runtime);
  });

  it('leaves a call that came before it waiting', async () => {
    const runtime = makeRuntime();
    let settle = (_: string): void => {};
    runtime.bindFunction('gate', () => new Promise<string>((resolve) => (settle = resolve)));
    const waiting = runtime.evalAsync('gate()');
    await rejectionOf(runtime.evalAsync('for (;;);', { timeout: 30 }), TimeoutError);
    await rejectionOf(runtime.evalAsync('new Promise(() => {})', { timeout: 30 }), TimeoutError);
    settle('still there');
    expect(await waiting).toBe('still there');
    expectUsable(runtime);
  });
});

describe('a signal', () => {
  const reason = new Error('no longer wanted');

  it('that is aborted already starts nothing', async () => {
    const runtime = makeRuntime();
    const signal = AbortSignal.abort(reason);
    expect(await reasonOf(runtime.evalAsync('globalThis.ran = true', { signal }))).toBe(reason);
    const fn = runtime.eval<JsFunction>('() => { globalThis.ran = true; }');
    expect(await reasonOf(fn.with({ signal }).callAsync())).toBe(reason);
    expect(runtime.eval('typeof ran')).toBe('undefined');
    expectUsable(runtime);
  });

  it.each([
    ['code that loops', 'started(); for (;;);'],
    ['code that waits', 'started(); new Promise(() => {})'],
    ['code that calls the host', 'started(); for (;;) host();'],
    ['microtasks', 'started(); (function next() { return Promise.resolve().then(next); })()'],
    ['a value that is being read', '({ get x() { started(); for (;;); } })'],
  ])('stops %s, and the reason is the rejection', async (_, code) => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => 1);
    for (const call of ['evalAsync', 'callAsync']) {
      const controller = new AbortController();
      const { signal } = controller;
      const started = called(runtime, 'started');
      const running =
        call === 'evalAsync'
          ? runtime.evalAsync(code, { signal })
          : runtime
              .eval<JsFunction>(`() => eval(${JSON.stringify(code)})`)
              .with({ signal })
              .callAsync();
      await started;
      controller.abort(reason);
      expect(await reasonOf(running)).toBe(reason);
      expectUsable(runtime);
    }
  });

  it('takes a queued call out of the queue', async () => {
    const runtime = makeRuntime();
    const [first, second] = [new AbortController(), new AbortController()];
    const started = called(runtime, 'started');
    const running = runtime.evalAsync('started(); for (;;);', { signal: first.signal });
    const queued = runtime.evalAsync('globalThis.ran = true', { signal: second.signal });
    await started;
    second.abort(reason);
    expect(await reasonOf(queued)).toBe(reason);
    first.abort();
    expect(await reasonOf(running)).toBe(first.signal.reason);
    expect(runtime.eval('typeof ran')).toBe('undefined');
    expectUsable(runtime);
  });

  it('may have any reason', async () => {
    const runtime = makeRuntime();
    for (const any of ['text', 0, null, { a: 1 }]) {
      const controller = new AbortController();
      const running = runtime.evalAsync('new Promise(() => {})', { signal: controller.signal });
      controller.abort(any);
      expect(await reasonOf(running)).toBe(any);
    }
    const timed = await reasonOf(runtime.evalAsync('for (;;);', { signal: AbortSignal.timeout(20) }));
    expect(timed).toMatchObject({ name: 'TimeoutError' });
    expect(timed).toBeInstanceOf(DOMException);
    expectUsable(runtime);
  });

  it('aborted afterwards changes nothing', async () => {
    const runtime = makeRuntime();
    const controller = new AbortController();
    expect(await runtime.evalAsync('1 + 1', { signal: controller.signal })).toBe(2);
    const other = runtime.evalAsync(
      '(async () => { for (let i = 0; i < 1000; i++) await null; return "whole"; })()',
    );
    controller.abort(reason);
    expect(await other).toBe('whole');
    expectUsable(runtime);
  });

  it('stops only its own call', async () => {
    const runtime = makeRuntime();
    const controllers = Array.from({ length: 10 }, () => new AbortController());
    const calls = controllers.map(({ signal }, i) =>
      runtime.evalAsync(`new Promise((resolve) => { globalThis.r${i} = resolve; })`, { signal }),
    );
    for (const [i, controller] of controllers.entries()) if (i % 2) controller.abort(reason);
    for (const [i, call] of calls.entries()) if (i % 2) expect(await reasonOf(call)).toBe(reason);
    await runtime.evalAsync('for (let i = 0; i < 10; i += 2) globalThis["r" + i](i); 0');
    expect(await Promise.all(calls.filter((_, i) => i % 2 === 0))).toStrictEqual([0, 2, 4, 6, 8]);
    expectUsable(runtime);
  });

  it('that comes at any moment hits its call or none', async () => {
    const script = `
      (async () => {
        const runtime = new Runtime();
        runtime.bindFunction('host', () => 'host');
        runtime.bindFunction('later', async () => 'later');
        for (let i = 0; i < 600; i++) {
          const controller = new AbortController();
          const code = ['host()', 'later()', 'for (let i = 0; i < 2e5; i++); "loop"', '(async () => { await later(); return host(); })()'][i % 4];
          const running = runtime.evalAsync(code, { signal: controller.signal }).then((v) => v, (error) => error);
          for (let turns = i % 7; turns > 0; turns--) await turn();
          controller.abort('aborted');
          const end = await running;
          if (!['host', 'later', 'loop', 'aborted'].includes(end)) throw end;
          if (runtime.eval('host() + 1') !== 'host1') throw new Error('wrong value after');
        }
        runtime.close();
        console.log('through', awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    await expectChild(script, ['through true {"runtimes":0,"threads":0,"handles":0,"lost":0}']);
  });
});

describe('a sync call beside async ones', () => {
  it('that needs the host to settle is still refused', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async () => 'late');
    const running = runtime.evalAsync('later()');
    errorOf(() => runtime.eval('later()'), PendingPromiseError);
    expect(await running).toBe('late');
    expectUsable(runtime);
  });
});
