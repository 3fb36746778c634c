import {
  type JsFunction,
  RuntimeClosedError,
  type RuntimeConfig,
  RuntimeTerminated,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { deaf } from './support/deaf.js';
import { errorOf, reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** Settles by hand what the plugin awaits. */
function gate(runtime: ReturnType<typeof makeRuntime>, name: string): (value?: unknown) => void {
  let open: (value?: unknown) => void = () => {};
  const opened = new Promise((resolve) => (open = resolve));
  runtime.bindFunction(name, () => opened);
  return open;
}

function called(runtime: ReturnType<typeof makeRuntime>, name: string): Promise<void> {
  return new Promise((resolve) => runtime.bindFunction(name, () => resolve()));
}

describe('a deadline passes while the runtime computes for another call', () => {
  it('for a call in its queue', async () => {
    const runtime = makeRuntime();
    const controller = new AbortController();
    const started = called(runtime, 'started');
    const busy = runtime.evalAsync('started(); for (;;);', { signal: controller.signal });
    await started;
    const error = await rejectionOf(
      runtime.evalAsync('globalThis.ran = true', { timeout: 40 }),
      TimeoutError,
    );
    expect(error).toMatchObject({ kind: 'wall', limit: 40 });
    expect(error.elapsed).toBeGreaterThanOrEqual(40);
    controller.abort('enough');
    expect(await reasonOf(busy)).toBe('enough');
    expect(runtime.eval('typeof ran')).toBe('undefined');
    expectUsable(runtime);
  });

  it('for a call that waits', async () => {
    const runtime = makeRuntime();
    const open = gate(runtime, 'gate');
    const controller = new AbortController();
    const waiting = runtime.evalAsync('gate()', { timeout: 60 });
    const started = called(runtime, 'started');
    const busy = runtime.evalAsync('started(); for (;;);', { signal: controller.signal });
    await started;
    expect((await rejectionOf(waiting, TimeoutError)).limit).toBe(60);
    controller.abort('enough');
    expect(await reasonOf(busy)).toBe('enough');
    open();
    expectUsable(runtime);
  });

  it('for a promise that a sync call returned', async () => {
    const runtime = makeRuntime();
    gate(runtime, 'gate');
    const waiting = runtime.eval<JsFunction>('() => gate()').with({ timeout: 60 })();
    const controller = new AbortController();
    const started = called(runtime, 'started');
    const busy = runtime.evalAsync('started(); for (;;);', { signal: controller.signal });
    await started;
    expect((await rejectionOf(waiting, TimeoutError)).limit).toBe(60);
    controller.abort('enough');
    expect(await reasonOf(busy)).toBe('enough');
    expectUsable(runtime);
  });
});

describe('what a call leaves behind', () => {
  it('is stopped by that call’s deadline, and no other call is', async () => {
    const runtime = makeRuntime();
    const [first, second] = [gate(runtime, 'first'), gate(runtime, 'second')];
    const looping = runtime.evalAsync('first().then(() => { for (;;); })', { timeout: 80 });
    const waiting = runtime.evalAsync('second()');
    first();
    expect((await rejectionOf(looping, TimeoutError)).limit).toBe(80);
    second('second');
    expect(await waiting).toBe('second');
    expectUsable(runtime);
  });

  it('may take longer than another call that waits has left', async () => {
    const runtime = makeRuntime();
    const open = gate(runtime, 'gate');
    const short = runtime.evalAsync('new Promise(() => {})', { timeout: 30 });
    const long = runtime.evalAsync(
      'gate().then(() => { const end = Date.now() + 150; while (Date.now() < end); return "whole"; })',
    );
    open();
    expect((await rejectionOf(short, TimeoutError)).limit).toBe(30);
    expect(await long).toBe('whole');
    expectUsable(runtime);
  });

  it('is never billed to a later call, though the host settles in the middle of that', async () => {
    const runtime = makeRuntime({ timeout: 100 });
    let settle = (): void => {};
    runtime.bindFunction('later', () => new Promise<void>((resolve) => (settle = resolve)));
    runtime.eval('later().then(() => { globalThis.looped = true; for (;;); }); 0');
    runtime.bindFunction('settle', async () => {
      settle();
    });
    // The settlement arrives while this call waits for the host, and its loop is not this call's.
    const call = runtime.evalAsync('settle().then(() => typeof looped)', { timeout: 5000 });
    expect(runtime.eval('1 + 1', { timeout: 5000 })).toBe(2);
    await call;
    expect(runtime.eval('looped', { timeout: 5000 })).toBe(true);
    expectUsable(runtime);
  });

  it('has the CPU time that its own call has left, whatever others used', async () => {
    const runtime = makeRuntime();
    const open = gate(runtime, 'gate');
    const waiting = runtime.evalAsync('gate().then(() => "in time")', { cpuTimeout: 60 });
    runtime.eval('{ const end = Date.now() + 200; while (Date.now() < end); }');
    open();
    expect(await waiting).toBe('in time');
    const reopen = gate(runtime, 'again');
    const looping = runtime.evalAsync('again().then(() => { for (;;); })', { cpuTimeout: 60 });
    reopen();
    expect(await rejectionOf(looping, TimeoutError)).toMatchObject({ kind: 'cpu', limit: 60 });
    expectUsable(runtime);
  });
});

describe('a builtin that does not look', () => {
  it.each([
    ['timeout', 'wall'],
    ['cpuTimeout', 'cpu'],
  ])('is given up by the %s of an async call, and the runtime closed', async (option, kind) => {
    const runtime = makeRuntime();
    // On a busy machine the time could be up before the runtime has started, which then lives on.
    runtime.eval('0');
    const other = runtime.evalAsync('new Promise(() => {})');
    const error = await rejectionOf(runtime.evalAsync(deaf, { [option]: 200 }), TimeoutError);
    expect(error).toMatchObject({ kind, limit: 200 });
    expect(await rejectionOf(other, TimeoutError)).toMatchObject({ kind, limit: 200 });
    expect(runtime.isClosed()).toBe(true);
    expect(await rejectionOf(runtime.evalAsync('1'), TimeoutError)).toMatchObject({ limit: 200 });
  });

  it('is given up by the cpuTimeout of a sync call', () => {
    const runtime = makeRuntime();
    expect(errorOf(() => runtime.eval(deaf, { cpuTimeout: 50 }), TimeoutError).limit).toBe(50);
    expect(errorOf(() => runtime.eval('1'), TimeoutError).limit).toBe(50);
    expect(runtime.isClosed()).toBe(true);
  });

  it('that a call left behind is given up by the runtime’s own limit', async () => {
    const runtime = makeRuntime({ timeout: 50 });
    const open = gate(runtime, 'gate');
    const started = called(runtime, 'started');
    runtime.eval(`gate().then(() => { started(); ${deaf}; }); 0`);
    open();
    await started;
    const error = await rejectionOf(runtime.evalAsync('1', { timeout: 20_000 }), TimeoutError);
    expect(error).toMatchObject({ kind: 'wall', limit: 50 });
    expect(runtime.isClosed()).toBe(true);
  });

  it('is given up after an abort', async () => {
    const runtime = makeRuntime();
    const controller = new AbortController();
    const started = called(runtime, 'started');
    const running = runtime.evalAsync(`started(); ${deaf}`, { signal: controller.signal });
    const other = runtime.evalAsync('1');
    await started;
    controller.abort('enough');
    expect(await reasonOf(running)).toBe('enough');
    expect((await rejectionOf(other, RuntimeTerminated)).reason).toContain('aborted');
  });

  it('has nothing done at the host that it asked for before', async () => {
    const runtime = makeRuntime();
    let calls = 0;
    runtime.bindFunction('note', () => {
      calls += 1;
    });
    const running = runtime.evalAsync('note(); 1');
    runtime.close();
    await rejectionOf(running, RuntimeClosedError);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBe(0);
  });
});

describe('WebAssembly that loops as it starts, made asynchronously', () => {
  const module =
    '[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]';

  it.each<[string, RuntimeConfig]>([
    ['with a heap limit', { maxHeapSize: 64 << 20 }],
    ['without', {}],
  ])('ends at the deadline, and nothing of it in a later call: %s', async (_, config) => {
    // V8 rejects the promise with its mark of a termination: reactions to it would terminate whoever runs them.
    const runtime = makeRuntime({ ...config, timeout: 50 });
    for (let i = 0; i < 5; i++) {
      const code = `WebAssembly.instantiate(new Uint8Array(${module})).catch(() => {})`;
      await rejectionOf(runtime.evalAsync(code), TimeoutError);
      expectUsable(runtime);
    }
  });
});
