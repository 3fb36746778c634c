import { DataCloneError, JavaScriptError, type JsFunction, type Runtime, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** Under a name of its own: the linter takes a property `then` for an oversight. */
const then = 'then';

type Way = (runtime: Runtime, expression: string, timeout?: number) => Promise<unknown>;

/** The ways to get the value of an expression by a promise of this package's. */
const ways: [name: string, get: Way][] = [
  ['evalAsync', (runtime, expression, timeout) => runtime.evalAsync(expression, { timeout })],
  [
    'callAsync',
    (runtime, expression, timeout) =>
      runtime.eval<JsFunction>(`() => (${expression})`).with({ timeout }).callAsync(),
  ],
];

/** Runs `work` and expects that neither side called a function of the other's: a `then` would be one. */
async function withoutCalls<T>(runtime: Runtime, work: () => Promise<T>): Promise<T> {
  const before = runtime.getStats();
  const value = await work();
  const after = runtime.getStats();
  expect(after.callFunctionSyncCount, 'calls of plugin functions').toBe(before.callFunctionSyncCount);
  expect(after.hostCallCount, 'calls of host functions').toBe(before.hostCallCount);
  return value;
}

describe.each(ways)('a thenable that %s gives', (_, get) => {
  it.each([
    ['an object', '({ then(resolve) { resolve("value"); } })'],
    ['an object that settles later', '({ then(resolve) { Promise.resolve("value").then(resolve); } })'],
    ['an object that settles twice', '({ then(resolve, reject) { resolve("value"); reject("again"); } })'],
    ['one of another', '({ then(outer) { outer({ then(inner) { inner("value"); } }); } })'],
    ['an instance', 'new (class { then(resolve) { resolve("value"); } })()'],
    ['a function', 'Object.assign(() => "called", { then(resolve) { resolve("value"); } })'],
    ['a proxy', 'new Proxy({}, { get: (_, key) => key === "then" && ((resolve) => resolve("value")) })'],
  ])('is followed in the plugin: %s', async (_, expression) => {
    const runtime = makeRuntime();
    expect(await withoutCalls(runtime, () => get(runtime, expression))).toBe('value');
    expectUsable(runtime);
  });

  it('is asked for its `then` once', async () => {
    const runtime = makeRuntime();
    runtime.eval(
      'let asked = 0; const counting = { get then() { asked++; return (resolve) => resolve("value"); } };',
    );
    expect(await get(runtime, 'counting')).toBe('value');
    expect(runtime.eval('asked')).toBe(1);
    expectUsable(runtime);
  });

  it.each([
    ['rejects', '({ then(_, reject) { reject(new RangeError("no")); } })'],
    ['throws', '({ then() { throw new RangeError("no"); } })'],
    ['has a getter that throws', '({ get then() { throw new RangeError("no"); } })'],
  ])('is rejected with the error of the plugin if it %s', async (_, expression) => {
    const runtime = makeRuntime();
    const failing = () => rejectionOf(get(runtime, expression), JavaScriptError);
    expect(await withoutCalls(runtime, failing)).toMatchObject({ name: 'RangeError', message: 'no' });
    expectUsable(runtime);
  });

  it.each([
    ['never settles', '({ then() {} })'],
    ['loops', '({ then() { for (;;); } })'],
    ['has a getter that loops', '({ get then() { for (;;); } })'],
    ['gives another without end', '({ then(resolve) { resolve({ then: this.then }); } })'],
  ])('has the deadline of its call if it %s', async (_, expression) => {
    const runtime = makeRuntime();
    const late = () => rejectionOf(get(runtime, expression, 60), TimeoutError);
    expect((await withoutCalls(runtime, late)).limit).toBe(60);
    expectUsable(runtime);
  });

  it('is a value where it is a part of one, or its then is no function', async () => {
    const runtime = makeRuntime();
    runtime.eval('var calls = 0; const thenable = { then() { calls += 1; } };');
    const [first, { deep }] = (await get(runtime, '[thenable, { deep: thenable }]')) as [object, never];
    expect(first).toStrictEqual({ [then]: expect.any(Function) });
    expect(deep).toBe(first);
    expect(await get(runtime, '({ then: 5 })')).toStrictEqual({ [then]: 5 });
    expect(runtime.eval('calls')).toBe(0);
  });
});

/** Each shows no `then` when it is asked for one, and a function when it is encoded. */
const changing: [what: string, expression: string][] = [
  ['a getter', '({ get then() { return second(); } })'],
  ['a proxy', 'new Proxy({ then: 1 }, { get: (_, key) => key === "then" && second() })'],
  ['an array', 'Object.defineProperty([1], "then", { enumerable: true, get: second })'],
  ['an error', 'Object.defineProperty(new Error("e"), "then", { enumerable: true, get: second })'],
  [
    'one that settled before',
    '(() => { const o = {}, p = Promise.resolve(o); o.then = follow; return p; })()',
  ],
];

describe.each(ways)('a thenable that looks like none while %s asks', (_, get) => {
  function prepared(): Runtime {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => expect.unreachable('the host was called'));
    runtime.eval(`
      var calls = 0, asked = 0, follow = (resolve) => { calls += 1; resolve(); };
      function second() { asked += 1; return asked > 1 ? follow : undefined; }
    `);
    return runtime;
  }

  it.each(changing)('is refused: %s', async (_, expression) => {
    const runtime = prepared();
    const refused = () => rejectionOf(get(runtime, expression), DataCloneError);
    expect((await withoutCalls(runtime, refused)).path).toBe('result.then');
    expect(runtime.eval('calls')).toBe(0);
    expectUsable(runtime);
  });

  it.each(changing)('is refused with a function of the host’s as well: %s', async (_, expression) => {
    const runtime = prepared();
    // It would never settle the promise, whose deadline is the runtime's to keep.
    runtime.eval('follow = host; 0');
    const refused = () => rejectionOf(get(runtime, expression), DataCloneError);
    expect((await withoutCalls(runtime, refused)).path).toBe('result.then');
    expectUsable(runtime);
  });
});

describe('the promise of a sync call', () => {
  it('refuses a thenable that looked like none', async () => {
    const runtime = makeRuntime();
    runtime.eval('var go, calls = 0, asked = 0; const follow = (resolve) => { calls += 1; resolve(); };');
    const pending = runtime.eval<JsFunction>('() => new Promise((resolve) => { go = resolve; })')();
    runtime.eval('go({ get then() { asked += 1; return asked > 1 ? follow : undefined; } }); 0');
    expect(await withoutCalls(runtime, () => reasonOf(pending))).toBeInstanceOf(DataCloneError);
    expect(runtime.eval('calls')).toBe(0);
  });
});

describe('a thenable that no promise is made of', () => {
  it('is a plain value of a sync call', () => {
    const runtime = makeRuntime();
    const value = { [then]: expect.any(Function) };
    runtime.eval('var calls = 0; const thenable = { then() { calls += 1; } };');
    expect(runtime.eval('thenable')).toStrictEqual(value);
    expect(runtime.eval<JsFunction>('() => thenable')()).toStrictEqual(value);
    expect(runtime.eval('calls')).toBe(0);
  });

  it('is a plain argument of a host function', () => {
    const runtime = makeRuntime();
    const received: unknown[] = [];
    runtime.bindFunction('take', (...args: unknown[]) => void received.push(...args));
    runtime.eval('var calls = 0; const thenable = { then() { calls += 1; } }; take(thenable, [thenable])');
    const value = { [then]: expect.any(Function) };
    expect(received).toStrictEqual([value, [value]]);
    expect(runtime.eval('calls')).toBe(0);
  });

  it('is a plain value of a host function that returns it, for the plugin to follow', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('echo', (value: unknown) => value);
    runtime.eval('var calls = 0; const thenable = { then(resolve) { calls += 1; resolve("value"); } };');
    expect(runtime.eval('echo(thenable).then === thenable.then && calls')).toBe(0);
    const before = runtime.getStats().callFunctionSyncCount;
    expect(runtime.eval('(async () => await echo(thenable))()')).toBe('value');
    expect(await runtime.evalAsync('echo(thenable)')).toBe('value');
    expect(runtime.getStats().callFunctionSyncCount).toBe(before);
  });
});

describe('a thenable that the host itself awaits', () => {
  it('is a call of the host’s, which the limit of the runtime ends', async () => {
    const runtime = makeRuntime({ timeout: 300 });
    runtime.bindFunction('echoLater', async (value: unknown) => value);
    const plenty = { timeout: 60_000 };
    expect(await runtime.evalAsync('echoLater({ then(resolve) { resolve("value"); } })', plenty)).toBe(
      'value',
    );
    const error = await rejectionOf(
      runtime.evalAsync('echoLater({ then() { for (;;); } })', plenty),
      JavaScriptError,
    );
    expect(error.cause).toBeInstanceOf(TimeoutError);
    expectUsable(runtime);
  });
});

describe('a thenable of the host’s', () => {
  const follow = (resolve: (value: unknown) => void) => resolve({ a: 1 });

  it.each<[what: string, thenable: unknown]>([
    ['an object', { [then]: follow }],
    [
      'an instance',
      new (class extends Map {
        [then] = follow;
      })(),
    ],
    ['a function', Object.assign(() => 1, { [then]: follow })],
    ['a proxy', new Proxy({}, { get: (_, key) => (key === 'then' ? follow : undefined) })],
  ])('gives the plugin a promise: %s', async (_, thenable) => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => thenable);
    expect(await runtime.evalAsync('host() instanceof Promise')).toBe(true);
    expect(await runtime.evalAsync('host()')).toStrictEqual({ a: 1 });
  });

  it('that fails is the error of the host, as cause', async () => {
    const runtime = makeRuntime();
    const failure = new RangeError('no');
    const fail = (): never => {
      throw failure;
    };
    runtime.bindFunction('fails', () => ({ [then]: fail }));
    runtime.bindFunction('trap', () => Object.defineProperty({}, then, { get: fail }));
    expect((await rejectionOf(runtime.evalAsync('fails()'), JavaScriptError)).cause).toBe(failure);
    expect((await rejectionOf(runtime.evalAsync('trap()'), JavaScriptError)).cause).toBe(failure);
    expectUsable(runtime);
  });
});

describe('Object.prototype.then that the plugin patched', () => {
  const patch = (body: string) => `Object.prototype.then = function (resolve) { ${body} }; 0`;

  it('is no concern of sync calls, nor of the host', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', (value: unknown) => value);
    runtime.eval(`var calls = 0; ${patch('calls += 1; resolve("patched");')}`);
    expect(runtime.eval('({ a: [1] })')).toStrictEqual({ a: [1] });
    expect(runtime.eval('host({ a: [1] }).a')).toStrictEqual([1]);
    expect(runtime.eval<JsFunction>('() => ({ a: 1 })')()).toStrictEqual({ a: 1 });
    expect(runtime.eval('calls')).toBe(0);
    expect('then' in {}).toBe(false);
  });

  it.each(ways)('is followed in the plugin by %s', async (_, get) => {
    const runtime = makeRuntime();
    runtime.eval(patch('resolve("patched " + typeof this.a);'));
    expect(await withoutCalls(runtime, () => get(runtime, '({ a: 1 })'))).toBe('patched number');
    expect(await withoutCalls(runtime, () => get(runtime, '5'))).toBe(5);
  });

  it.each(ways)('has the deadline of the call: %s', async (_, get) => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async () => ({ a: 1 }));
    for (const body of ['for (;;);', 'resolve({});', '']) {
      runtime.eval(patch(body));
      for (const expression of ['({ a: 1 })', 'later()', '(async () => ({ a: await later() }))()']) {
        expect((await rejectionOf(get(runtime, expression, 60), TimeoutError)).limit).toBe(60);
      }
      expect(runtime.eval('delete Object.prototype.then')).toBe(true);
      expectUsable(runtime);
    }
  });
});
