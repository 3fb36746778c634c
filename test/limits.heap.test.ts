import { HeapLimitError, IsoletError, JavaScriptError, type JsFunction, RuntimeTerminated } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild, sanitized } from './support/child.js';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const mebibyte = 1 << 20;
const limit = 32 * mebibyte;

function expectHeapLimit(call: () => unknown): HeapLimitError {
  const error = errorOf(call, HeapLimitError);
  expect(error).toBeInstanceOf(RuntimeTerminated);
  expect(error).toMatchObject({ code: 'ERR_HEAP_LIMIT', limit });
  expect(error.used).toBeGreaterThan(0);
  expect(error.used).toBeTypeOf('number');
  return error;
}

const growth: [what: string, code: string][] = [
  ['an array', 'const a = []; for (;;) a.push({ n: a.length });'],
  ['arrays in an array', 'const a = []; for (;;) a.push(new Array(1000).fill(a.length));'],
  ['numbers', 'const a = []; for (let i = 0.5; ; i++) a.push(i);'],
  ['a map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, [i]);'],
  ['a set', 'const s = new Set(); for (let i = 0; ; i++) s.add("key" + i);'],
  ['keys of an object', 'const o = {}; for (let i = 0; ; i++) o["key" + i] = i;'],
  ['strings in an array', 'const a = []; for (;;) a.push(String(a.length).padStart(1000, "x") + "!");'],
  ['closures', 'const a = []; for (;;) { const big = [a.length, 1, 2, 3]; a.push(() => big); }'],
  ['a linked list', 'let list; for (;;) list = { list, a: 1, b: 2 };'],
  ['bigints', 'const a = []; for (;;) a.push(2n ** 1000n + BigInt(a.length));'],
  ['symbols', 'const a = []; for (;;) a.push(Symbol("s" + a.length));'],
  ['promises', 'const a = []; for (;;) a.push(new Promise(() => {}));'],
  ['generators', 'const a = []; function* g() { yield 1; } for (;;) { const x = g(); x.next(); a.push(x); }'],
  [
    'microtasks',
    'const task = () => { Promise.resolve().then(task); Promise.resolve().then(task); }; task(); new Promise(() => {})',
  ],
  ['what a getter of the result makes', '({ get x() { const a = []; for (;;) a.push([1, 2, 3]); } })'],
  ['a script that catches all', 'const a = []; for (;;) { try { for (;;) a.push([a]); } catch {} }'],
];

describe('a heap that grows past maxHeapSize', () => {
  it.each(growth)('by %s ends in HeapLimitError with the runtime closed', (_, code) => {
    const bystander = makeRuntime({ maxHeapSize: limit });
    bystander.eval('var kept = "mine"');
    const runtime = makeRuntime({ maxHeapSize: limit });
    const error = expectHeapLimit(() => runtime.eval(code));
    expect(runtime.isClosed()).toBe(true);
    expect(expectHeapLimit(() => runtime.eval('1')).used).toBe(error.used);
    expect(bystander.eval('kept')).toBe('mine');
    expectUsable(bystander);
  });

  it('ends every kind of call, in flight or later, with that reason', async () => {
    const runtime = makeRuntime({ maxHeapSize: limit });
    const grow = runtime.eval<JsFunction>(
      '(() => { const a = []; return () => { for (;;) a.push([1]); }; })()',
    );
    const waiting = rejectionOf(runtime.evalAsync('new Promise(() => {})'), HeapLimitError);
    const pending = rejectionOf(runtime.eval<JsFunction>('() => new Promise(() => {})')(), HeapLimitError);
    const growing = rejectionOf(grow.callAsync(), HeapLimitError);
    const queued = rejectionOf(runtime.evalAsync('"never runs"'), HeapLimitError);
    for (const error of await Promise.all([waiting, pending, growing, queued]))
      expect(error.limit).toBe(limit);
    expectHeapLimit(() => grow());
    await rejectionOf(grow.callAsync(), HeapLimitError);
    await rejectionOf(runtime.evalAsync('1'), HeapLimitError);
    expectHeapLimit(() => runtime.bindFunction('f', () => 1));
    runtime.close();
    runtime.terminate();
    expectHeapLimit(() => runtime.eval('1'));
  });

  it('ends nested calls on all levels', () => {
    const runtime = makeRuntime({ maxHeapSize: limit });
    let inner: unknown;
    runtime.bindFunction('host', () => {
      inner = expectHeapLimit(() => runtime.eval('const a = []; for (;;) a.push([1]);'));
      return 'caught';
    });
    expectHeapLimit(() => runtime.eval('host(); "went on"'));
    expect(inner).toBeInstanceOf(HeapLimitError);
  });

  it('leaves an outer runtime running', () => {
    const outer = makeRuntime();
    outer.bindFunction('host', () => {
      const inner = makeRuntime({ maxHeapSize: limit });
      return expectHeapLimit(() => inner.eval('const a = []; for (;;) a.push([1]);')).code;
    });
    expect(outer.eval('host()')).toBe('ERR_HEAP_LIMIT');
    expectUsable(outer);
  });
});

describe('a heap within maxHeapSize', () => {
  it('may hold what fits, and churn through much more', () => {
    const runtime = makeRuntime({ maxHeapSize: limit });
    expect(runtime.eval('const kept = Array.from({ length: 200_000 }, (_, i) => i + 0.5); kept.length')).toBe(
      200_000,
    );
    const churn = 'let n = 0; for (let i = 0; i < 2000; i++) n += new Array(10_000).fill(i).length; n';
    expect(runtime.eval(churn)).toBe(20_000_000);
    expectUsable(runtime);
  });
});

describe('ArrayBuffers', () => {
  it('count: 150 MB of them do not fit into 32', () => {
    const runtime = makeRuntime({ maxHeapSize: limit });
    const code =
      'var kept = []; for (let i = 0; i < 300; i++) kept.push(new ArrayBuffer(512 * 1024)); kept.length';
    let error: unknown;
    try {
      runtime.eval(code);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(IsoletError);
    if (error instanceof HeapLimitError) {
      expect([error.limit, runtime.isClosed()]).toStrictEqual([limit, true]);
    } else {
      expect(error).toMatchObject({ code: 'ERR_JAVASCRIPT', name: 'RangeError' });
      expect(runtime.eval('kept.length')).toBeLessThanOrEqual(64);
      expectUsable(runtime);
    }
  });

  it('that nobody keeps make room for others', () => {
    const runtime = makeRuntime({ maxHeapSize: limit });
    const code = 'let n = 0; for (let i = 0; i < 300; i++) n += new ArrayBuffer(512 * 1024).byteLength; n';
    expect(runtime.eval(code)).toBe(300 * 512 * 1024);
    expectUsable(runtime);
  });

  it.each([
    'new ArrayBuffer(2 ** 30)',
    'new Uint8Array(2 ** 28)',
    'new Float64Array(2 ** 27)',
    'new ArrayBuffer(2 ** 52)',
  ])('that alone are too huge are a RangeError of the plugin: %s', (code) => {
    const runtime = makeRuntime({ maxHeapSize: limit });
    expect(errorOf(() => runtime.eval(code), JavaScriptError).name).toBe('RangeError');
    expect(runtime.eval(`try { ${code} } catch (e) { e instanceof RangeError }`)).toBe(true);
    expectUsable(runtime);
  });
});

describe('after runtimes died of memory', () => {
  // Twenty deaths fill 20 times 32 MB at least. What stays resident is what the C library keeps of freed memory for
  // its next allocations: it does not grow with the number of deaths. 32 MB is room for that, and for one heap at most.
  it.skipIf(sanitized)('their memory is back', async () => {
    const script = `
      const die = () => {
        const runtime = new Runtime({ maxHeapSize: ${limit} });
        const code = codeOf(() => runtime.eval('const a = []; for (;;) a.push([1, 2, 3]);'));
        if (code !== 'ERR_HEAP_LIMIT') throw new Error(code);
      };
      const settled = () => { if (!awaitThreads(0)) throw new Error('threads left'); return process.memoryUsage.rss(); };
      for (let i = 0; i < 5; i++) die();
      const before = settled();
      for (let i = 0; i < 20; i++) die();
      const grown = settled() - before;
      console.log(grown < 32 * 1024 * 1024 ? 'back' : 'grown by ' + grown, JSON.stringify(live()));
    `;
    await expectChild(script, ['back {"runtimes":0,"threads":0,"handles":0,"lost":0}']);
  });

  it('the process lives, and makes new ones', async () => {
    const script = `
      const results = [];
      for (let i = 0; i < 10; i++) {
        const runtime = new Runtime({ maxHeapSize: ${limit} });
        results.push(codeOf(() => runtime.eval('const m = new Map(); for (let i = 0; ; i++) m.set(i, [i]);')));
        const next = new Runtime();
        if (next.eval('1 + 1') !== 2) throw new Error('wrong');
        next.close();
      }
      console.log([...new Set(results)].join(), results.length, awaitThreads(0));
    `;
    await expectChild(script, ['ERR_HEAP_LIMIT 10 true']);
  });
});
