import { JavaScriptError, type JsFunction, RuntimeClosedError, RuntimeTerminated } from 'isolet';
import { describe, expect, it } from 'vitest';
import { type ErrorClass, errorOf, expectInvalidArgument, reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** How a runtime ends, and what its functions throw then. */
const ends: ['close' | 'terminate', ErrorClass<Error>][] = [
  ['close', RuntimeClosedError],
  ['terminate', RuntimeTerminated],
];

describe('a plugin function at the host', () => {
  it('is a function', () => {
    const fn = makeRuntime().eval<JsFunction>('(a, b) => a + b');
    expect(typeof fn).toBe('function');
    expect(fn).toBeInstanceOf(Function);
    expect(fn(1, 2)).toBe(3);
    expect(fn('a', 'b')).toBe('ab');
    expect(Object.keys(fn)).toStrictEqual([]);
  });

  it.each([
    ['a function declared', 'function f(x) { return x + 1; } f'],
    ['a bound function', '((a, b) => a + b).bind(null, 1)'],
    ['a method', '({ m(x) { return x + 1; } }).m'],
    ['a built-in', 'Number.prototype.constructor.bind(null)'],
    ['a function behind a proxy', 'new Proxy((x) => x + 1, {})'],
    ['a function that new Function made', 'new Function("x", "return x + 1")'],
  ])('may be %s', (_, code) => {
    expect([1, 2]).toContain(makeRuntime().eval<JsFunction>(code)(1));
  });

  it('keeps the state that it closes over', () => {
    const { add, total } = makeRuntime().eval<Record<string, JsFunction>>(
      '(() => { let sum = 0; return { add: (n) => { sum += n; }, total: () => sum }; })()',
    );
    for (let i = 1; i <= 100; i++) add?.(i);
    expect(total?.()).toBe(5050);
  });

  it('may return functions, which may return functions', () => {
    const curry = makeRuntime().eval<JsFunction>('(a) => (b) => (c) => [a, b, c]');
    expect(curry(1)(2)(3)).toStrictEqual([1, 2, 3]);
  });

  it('may be async: settled inside gives the value, else a promise', async () => {
    const runtime = makeRuntime();
    expect(runtime.eval<JsFunction>('async (x) => { await null; return x * 2; }')(4)).toBe(8);
    expect(
      errorOf(
        () => runtime.eval<JsFunction>('async () => { throw new RangeError("no"); }')(),
        JavaScriptError,
      ),
    ).toMatchObject({
      ...{ name: 'RangeError', message: 'no' },
    });
    const { wait, go } = runtime.eval<Record<'wait' | 'go', JsFunction>>(
      '(() => { let settle; return { wait: () => new Promise((...both) => { settle = both; }), go: (which, v) => settle[which](v) }; })()',
    );
    const fulfilled: unknown = wait();
    expect(fulfilled).toBeInstanceOf(Promise);
    go(0, { late: 7 });
    expect(await fulfilled).toStrictEqual({ late: 7 });
    const rejected: unknown = wait();
    expect(rejected).toBeInstanceOf(Promise);
    runtime.eval<JsFunction>('(go) => go(1, new TypeError("late"))')(go);
    expect(await rejectionOf(rejected as Promise<unknown>, JavaScriptError)).toMatchObject({
      name: 'TypeError',
      message: 'late',
    });
    expectUsable(runtime);
  });

  it('of a pending promise is rejected when the runtime ends', async () => {
    for (const [end, type] of ends) {
      const runtime = makeRuntime();
      const pending = runtime.eval<JsFunction>('() => new Promise(() => {})')() as Promise<unknown>;
      runtime[end]();
      await rejectionOf(pending, type);
    }
  });

  it('throws what the plugin throws', () => {
    const runtime = makeRuntime();
    const fails = runtime.eval<JsFunction>('(what) => { throw what ?? new TypeError("failed"); }', {
      filename: 'plugin.js',
    });
    const error = errorOf(() => fails(), JavaScriptError);
    expect(error).toMatchObject({ name: 'TypeError', message: 'failed' });
    expect(error.frames[0]).toMatchObject({ fileName: 'plugin.js', lineNumber: 1 });
    expect(errorOf(() => fails({ a: 1 }), JavaScriptError).value).toStrictEqual({ a: 1 });
    expectUsable(runtime);
  });

  it('of a class can not be called, but its instances cross', () => {
    const runtime = makeRuntime();
    runtime.eval('class Point { constructor(x) { this.x = x; } static at(x) { return new Point(x); } }');
    const point = runtime.eval<JsFunction>('Point');
    expect(errorOf(() => point(1), JavaScriptError).name).toBe('TypeError');
    expect(runtime.eval<JsFunction>('Point.at')(4)).toStrictEqual({ x: 4 });
    expect(runtime.eval<JsFunction>('(C, x) => new C(x) instanceof Point')(point, 1)).toBe(true);
  });
});

describe('this', () => {
  it('of a method is the object that it came with', () => {
    const runtime = makeRuntime();
    const counter = runtime.eval<Record<'increment' | 'get', JsFunction>>(
      'const counter = { n: 1, increment() { return ++this.n; }, get() { return this.n; } }; counter',
    );
    expect(counter.increment()).toBe(2);
    const { increment, get } = counter;
    expect([increment(), get()]).toStrictEqual([3, 3]);
    expect(runtime.eval('counter.n')).toBe(3);
  });

  it('of a method in a nested object is that object', () => {
    const api = makeRuntime().eval<{ inner: { who: JsFunction }; list: JsFunction[] }>(
      '({ name: "outer", inner: { name: "inner", who() { return this.name; } }, list: [function () { return this.length; }] })',
    );
    expect([api.inner.who(), api.list[0]?.()]).toStrictEqual(['inner', 1]);
  });

  it('of a function alone is undefined, or the global object in sloppy mode', () => {
    const runtime = makeRuntime();
    expect(runtime.eval<JsFunction>('(function () { "use strict"; return this === undefined; })')()).toBe(
      true,
    );
    expect(runtime.eval<JsFunction>('(function () { return this === globalThis; })')()).toBe(true);
  });

  it('is what with() gives', () => {
    const runtime = makeRuntime();
    const name = runtime.eval<{ get: JsFunction }>(
      '({ name: "own", get() { "use strict"; return this && this.name; } })',
    );
    expect(name.get()).toBe('own');
    expect(name.get.with({ this: { name: 'given' } })()).toBe('given');
    expect(name.get.with({ this: undefined })()).toBe(undefined);
    expect(name.get.with({ this: null })()).toBe(null);
    expect(name.get()).toBe('own');
  });
});

describe('with', () => {
  it('makes another function over the same one', () => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('(x) => x + 1');
    const timed = fn.with({ timeout: 60_000 });
    expect(timed).not.toBe(fn);
    expect([timed(1), fn(2), timed.with({ cpuTimeout: 60_000 })(3)]).toStrictEqual([2, 3, 4]);
    timed.close();
    errorOf(() => fn(1), RuntimeClosedError);
  });

  it('gives a plain call no signal, be it aborted before or meanwhile', async () => {
    const runtime = makeRuntime();
    const controller = new AbortController();
    const fn = runtime.eval<JsFunction>('(host) => { host?.(); return "whole"; }');
    const signaled = fn.with({ signal: controller.signal });
    expect([signaled(() => controller.abort()), signaled()]).toStrictEqual(['whole', 'whole']);
    expect(await reasonOf(signaled.callAsync())).toBe(controller.signal.reason);
    expectUsable(runtime);
  });

  it('refuses what it does not know, and what is out of range', () => {
    const fn = makeRuntime().eval<JsFunction>('() => 1');
    for (const options of [undefined, null, 5, { timeOut: 1 }, { timeout: '1' }, { signal: {} }]) {
      expectInvalidArgument(() => fn.with(options as object));
    }
    expect(errorOf(() => fn.with({ timeout: -1 }), RangeError)).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(fn()).toBe(1);
  });
});

describe('a plugin function that comes back to its plugin', () => {
  it('is the original', () => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('globalThis.original = () => 1; original');
    expect(
      runtime.eval<JsFunction>('(f, { deep: [g] }) => f === original && g === original')(fn, { deep: [fn] }),
    ).toBe(true);
    expect(runtime.eval<JsFunction>('(f) => f === original')(fn.with({ timeout: 60_000 }))).toBe(true);
    runtime.bindFunction('give', () => fn);
    expect(runtime.eval('give() === original')).toBe(true);
    runtime.bindObject('bound', { fn });
    expect(runtime.eval('bound.fn === original')).toBe(true);
  });

  it('is one and the same at the host within one value', () => {
    const [first, second] = makeRuntime().eval<[JsFunction, JsFunction]>('const f = () => 1; [f, f]');
    expect(second).toBe(first);
  });
});

describe('a plugin function given to another runtime', () => {
  it('is refused, and stays what it was', () => {
    const [one, other] = [makeRuntime(), makeRuntime()];
    const fn = one.eval<JsFunction>('() => "mine"');
    const take = other.eval<JsFunction>('(f) => f()');
    expectInvalidArgument(() => take(fn), /another runtime/);
    expectInvalidArgument(() => take({ deep: [fn] }), /another runtime/);
    expectInvalidArgument(() => other.bindObject('o', { fn }), /another runtime/);
    other.bindFunction('give', () => fn);
    expect(other.eval('try { give() } catch (e) { String(e) }')).toMatch(/^TypeError: .*another runtime/);
    expect(fn()).toBe('mine');
    expectUsable(other);
  });

  it('crosses when a function of the host is around it', () => {
    const [one, other] = [makeRuntime(), makeRuntime()];
    const fn = one.eval<JsFunction>('(x) => x + 1');
    expect(other.eval<JsFunction>('(f) => f(1)')((x: number) => fn(x) as number)).toBe(2);
  });
});

describe('close', () => {
  it.each(['close', Symbol.dispose] as const)('%s ends the handle, once and for all', async (method) => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('globalThis.original = () => 1; original');
    fn[method as 'close']();
    fn[method as 'close']();
    expect(errorOf(() => fn(), RuntimeClosedError)).toMatchObject({
      code: 'ERR_CLOSED',
      message: 'the function is closed',
    });
    await rejectionOf(fn.callAsync(), RuntimeClosedError);
    const take = runtime.eval<JsFunction>('(f) => f');
    expect(errorOf(() => take(fn), RuntimeClosedError).code).toBe('ERR_CLOSED');
    const refused = await rejectionOf(take.callAsync({ deep: [fn] }), RuntimeClosedError);
    expect(refused.message).toBe('arguments[0].deep[0]: the function is closed');
    expect(runtime.eval('original()')).toBe(1);
    expectUsable(runtime);
  });

  it('of one handle leaves others of the same function', () => {
    const runtime = makeRuntime();
    runtime.eval('const f = () => 1');
    const [first, second] = [runtime.eval<JsFunction>('f'), runtime.eval<JsFunction>('() => f()')];
    first.close();
    expect(second()).toBe(1);
  });

  it('within its own call lets the call end', () => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('(host) => { host(); return "ended"; }');
    expect(fn(() => fn.close())).toBe('ended');
    errorOf(() => fn(), RuntimeClosedError);
  });
});

describe('a plugin function whose runtime ended', () => {
  it.each(ends)('by %s says so', async (end, type) => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('() => 1');
    runtime[end]();
    errorOf(() => fn(), type);
    await rejectionOf(fn.callAsync(), type);
    fn.close();
  });
});

describe('callAsync', () => {
  it('calls without blocking, with value, error and this as in a plain call', async () => {
    const runtime = makeRuntime();
    const api = runtime.eval<Record<string, JsFunction>>(
      '({ n: 5, get() { return this.n; }, async later(x) { await null; return [this.n, x]; }, fails() { throw new RangeError("no"); } })',
    );
    expect(await Promise.all([api.get?.callAsync(), api.later?.callAsync({ a: 1 })])).toStrictEqual([
      5,
      [5, { a: 1 }],
    ]);
    expect(await rejectionOf(api.fails?.callAsync() as Promise<unknown>, JavaScriptError)).toMatchObject({
      name: 'RangeError',
    });
    expect(await api.get?.with({ this: { n: 9 } }).callAsync()).toBe(9);
    expectUsable(runtime);
  });

  it('never throws: arguments that can not cross are a rejection', async () => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('() => 1');
    expect(await reasonOf(fn.callAsync(Symbol('s')))).toMatchObject({
      code: 'ERR_DATA_CLONE',
      path: 'arguments[0]',
    });
    expect(await reasonOf(fn.callAsync.call(5 as unknown as JsFunction))).toMatchObject({
      code: 'ERR_INVALID_ARG',
    });
    expect(await reasonOf(fn.callAsync(...new Array(65_535)))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expectUsable(runtime);
  });
});

it('an answer that names a host function is whole, though the runtime has died since', async () => {
  const runtime = makeRuntime({ maxHeapSize: 16 * 2 ** 20, timeout: 60_000 });
  const given = () => 1;
  runtime.bindFunction('given', given);
  // While it is at work its call is given up, the next ones are answered, and the last ends the runtime.
  runtime.bindFunction('slow', () => {
    for (const begin = performance.now(); performance.now() < begin + 500; );
  });
  const calls = [
    runtime.evalAsync('slow()', { timeout: 50 }),
    runtime.evalAsync('given'),
    runtime.evalAsync('for (const all = [];;) all.push([1])'),
  ];
  const [late, answer, death] = await Promise.allSettled(calls);
  expect(late).toMatchObject({ reason: { code: 'ERR_TIMEOUT' } });
  expect(answer).toStrictEqual({ status: 'fulfilled', value: given });
  expect(death).toMatchObject({ reason: { code: 'ERR_HEAP_LIMIT' } });
});
