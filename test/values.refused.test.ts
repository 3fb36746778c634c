import { DataCloneError, IsoletError, JavaScriptError, SerializationLimitError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, thrownBy } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** What crosses in neither direction. */
const uncloneable = [
  'Symbol("s")',
  'Symbol.iterator',
  'Object(Symbol("boxed"))',
  'new WeakMap()',
  'new WeakSet()',
  'new WeakRef({})',
  '(function* () { yield 1; })()',
  'new Map().entries()',
  'new Set().values()',
  'new WebAssembly.Memory({ initial: 0 })',
  'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))',
  'new SharedArrayBuffer(8)',
  'new Int32Array(new SharedArrayBuffer(8))',
  'new DataView(new SharedArrayBuffer(8))',
  'new Proxy(new Map(), {})',
  'new Proxy(new Set(), {})',
  'new Proxy(new Date(), {})',
  'new Proxy(/a/, {})',
  'new Proxy(new Uint8Array(1), {})',
  'new Proxy(new ArrayBuffer(1), {})',
  'new Proxy(new Error("e"), {})',
  'new Proxy(Object("boxed"), {})',
  'new Proxy(Promise.resolve(), {})',
  'new Proxy(new Proxy(new Map(), {}), {})',
];
const promises = ['new Promise(() => {})', 'Promise.resolve(1)'];

describe('what can not cross to the host', () => {
  it.each(uncloneable)('%s, as the result', (code) => {
    const runtime = makeRuntime();
    const error = errorOf(() => runtime.eval(`(${code})`), DataCloneError);
    expect([error.code, error.path]).toStrictEqual(['ERR_DATA_CLONE', 'result']);
    expect(error.message).toContain('result');
    expectUsable(runtime);
  });

  it.each([...uncloneable, ...promises])('%s, inside the result', (code) => {
    const runtime = makeRuntime();
    const error = errorOf(
      () => runtime.eval(`({ ok: 1, items: [0, 1, 2, { fn: (${code}) }] })`),
      DataCloneError,
    );
    expect(error.path).toBe('result.items[3].fn');
    expect(error.message).toContain('result.items[3].fn');
    for (const holder of [
      `new Map([["key", ${code}]])`,
      `new Set([1, ${code}])`,
      `new Map([[${code}, 1]])`,
    ]) {
      expect(errorOf(() => runtime.eval(holder), DataCloneError).path).toMatch(/^result/);
    }
    expect(errorOf(() => runtime.eval(`new Error("x", { cause: ${code} })`), DataCloneError).path).toBe(
      'result.cause',
    );
    expectUsable(runtime);
  });

  it('is told of a function call as of a script, and of a promise that settled', () => {
    const runtime = makeRuntime();
    const call = runtime.eval<() => unknown>('() => ({ a: [Symbol()] })');
    expect(errorOf(call, DataCloneError).path).toBe('result.a[0]');
    expect(errorOf(() => runtime.eval('(async () => ({ b: Symbol() }))()'), DataCloneError).path).toBe(
      'result.b',
    );
    expectUsable(runtime);
  });

  it('as an argument of a host function is an error in the plugin, and the host is not called', () => {
    const runtime = makeRuntime();
    let calls = 0;
    runtime.bindFunction('host', () => {
      calls += 1;
    });
    const report =
      'try { host(1, { a: [Symbol()] }) } catch (e) { [e instanceof Error, e.name, e.code, e.message.includes("arguments[1].a[0]")] }';
    expect(runtime.eval(report)).toStrictEqual([true, 'DataCloneError', 'ERR_DATA_CLONE', true]);
    expect(thrownBy(() => runtime.eval('host(new WeakMap())'))).toMatchObject({ name: 'DataCloneError' });
    expect(calls).toBe(0);
    expectUsable(runtime);
  });
});

describe('what can not cross to the plugin', () => {
  it.each(uncloneable.concat(promises))('%s', (code) => {
    const runtime = makeRuntime();
    const value: unknown = new Function(`return (${code})`)();
    const take = runtime.eval<(...args: unknown[]) => void>('var called = 0; () => { called += 1; }');
    expect(errorOf(() => take(value), DataCloneError)).toMatchObject({
      code: 'ERR_DATA_CLONE',
      path: 'arguments[0]',
    });
    expect(errorOf(() => take(1, { a: [value] }), DataCloneError).path).toBe('arguments[1].a[0]');
    expect(errorOf(() => runtime.bindObject('o', { a: { b: value } }), DataCloneError).path).toBe('o.a.b');
    expect(runtime.eval('[called, typeof o]')).toStrictEqual([0, 'undefined']);
    expectUsable(runtime);
  });

  it.each(uncloneable)('%s, as the value of a host function, is an error in the plugin', (code) => {
    const runtime = makeRuntime();
    const value: unknown = new Function(`return (${code})`)();
    runtime.bindFunction('host', () => ({ a: value }));
    expect(
      runtime.eval('try { host() } catch (e) { [e instanceof Error, e.name, e.code, e.message] }'),
    ).toStrictEqual([
      true,
      'DataCloneError',
      'ERR_DATA_CLONE',
      expect.stringMatching(/^result\.a: .* can't cross to the plugin$/),
    ]);
    expect(thrownBy(() => runtime.eval('host()'))).toMatchObject({ name: 'DataCloneError' });
    expectUsable(runtime);
  });

  it('because an accessor of the host throws is that very error', () => {
    const runtime = makeRuntime();
    const failure = new Error('accessor');
    const value = {
      get x(): never {
        throw failure;
      },
    };
    const take = runtime.eval<(v: unknown) => void>('() => {}');
    expect(thrownBy(() => take(value))).toBe(failure);
    expect(thrownBy(() => take([{ deep: value }]))).toBe(failure);
    expectUsable(runtime);
  });
});

describe('a function behind a proxy', () => {
  it('crosses as a function', () => {
    const runtime = makeRuntime();
    const doubled = runtime.eval<(x: number) => number>(
      'new Proxy((x) => x + 1, { apply: (f, self, args) => 2 * f(...args) })',
    );
    expect(doubled(4)).toBe(10);
    const host = new Proxy((x: number) => x + 1, { apply: (f, _, args: [number]) => 2 * f(...args) });
    expect(runtime.eval<(f: unknown) => unknown>('(f) => f(4)')(host)).toBe(10);
  });
});

describe('hostile values', () => {
  it.each([
    ['a getter', '({ a: { get x() { throw new RangeError("trap"); } } })'],
    ['ownKeys', 'new Proxy({}, { ownKeys() { throw new RangeError("trap"); } })'],
    ['get', 'new Proxy({ a: 1 }, { get() { throw new RangeError("trap"); } })'],
    ['get of an array', '[new Proxy([1], { get() { throw new RangeError("trap"); } })]'],
  ])('that throw from %s give the error of the plugin', (_, code) => {
    const runtime = makeRuntime();
    expect(errorOf(() => runtime.eval(code), JavaScriptError)).toMatchObject({
      name: 'RangeError',
      message: 'trap',
    });
    expectUsable(runtime);
  });

  it.each([
    'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); proxy',
    'const { proxy, revoke } = Proxy.revocable([], {}); revoke(); [proxy]',
    'new Proxy({}, { ownKeys: () => ["a", "a"] })',
    'new Proxy({}, { ownKeys: () => [1] })',
    'new Proxy({}, { ownKeys: () => 5 })',
    'new Proxy({}, { getOwnPropertyDescriptor: () => 5, ownKeys: () => ["a"] })',
    'new Proxy([], { get: (t, key) => key === "length" ? { valueOf() { throw new Error("length"); } } : 1 })',
  ])('that break the rules give an error: %s', (code) => {
    const runtime = makeRuntime();
    expect(thrownBy(() => runtime.eval(code))).toBeInstanceOf(IsoletError);
    expectUsable(runtime);
  });

  it('that are nested without end are too deep', () => {
    const runtime = makeRuntime();
    const code =
      'const handler = { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: () => new Proxy({}, handler) }; new Proxy({}, handler)';
    expect(errorOf(() => runtime.eval(code), SerializationLimitError).limit).toBe('depth');
    expect(
      errorOf(
        () =>
          runtime.eval(
            '({ get next() { return Object.create(null, Object.getOwnPropertyDescriptors(this)); } })',
          ),
        SerializationLimitError,
      ).limit,
    ).toBe('depth');
    expectUsable(runtime);
  });

  it('that call the host while they are read are served', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', (n: number) => runtime.eval(`({ n: ${n} })`));
    expect(
      runtime.eval('({ get a() { return host(1); }, b: [{ get c() { return host(2); } }] })'),
    ).toStrictEqual({
      ...{ a: { n: 1 }, b: [{ c: { n: 2 } }] },
    });
  });
});
