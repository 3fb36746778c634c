import { type JsFunction, PendingPromiseError, type Runtime, RuntimeClosedError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument, rejectionOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('bindFunction', () => {
  it('installs a global function', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('add', (a: number, b: number) => a + b);
    expect(runtime.eval('[add(1, 2), typeof add, globalThis.add === add]')).toStrictEqual([
      3,
      'function',
      true,
    ]);
  });

  it('is a function of the plugin: nothing of the host hangs on it', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => 1);
    expect(runtime.eval('Object.getPrototypeOf(host) === Function.prototype')).toBe(true);
    expect(runtime.eval('host.constructor("return this")() === globalThis')).toBe(true);
    expect(runtime.eval('host.constructor("return typeof process")()')).toBe('undefined');
    expect(runtime.eval('String(host)')).toMatch(/\[native code\]/);
  });

  it.each([0, 1, 2, 3, 10, 200])('passes on all arguments, %d of them', (count) => {
    const runtime = makeRuntime();
    const received: unknown[][] = [];
    runtime.bindFunction('host', (...args: unknown[]) => {
      received.push(args);
    });
    const args = Array.from({ length: count }, (_, i) => ({ i }));
    expect(runtime.eval(`host(...Array.from({ length: ${count} }, (_, i) => ({ i })))`)).toBe(undefined);
    expect(received).toStrictEqual([args]);
  });

  it('passes on more arguments than the handler names', () => {
    const runtime = makeRuntime();
    let all: unknown[] = [];
    runtime.bindFunction('host', function (this: unknown, first: unknown) {
      // biome-ignore lint/complexity/noArguments: what a handler with fewer parameters can still see
      all = [first, ...Array.from(arguments)];
    });
    runtime.eval('host(1, "two", [3])');
    expect(all).toStrictEqual([1, 1, 'two', [3]]);
  });

  it('works when it is called by the engine, and with any this', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', (x: number) => x * 2);
    expect(runtime.eval('[1, 2].map(host)')).toStrictEqual([2, 4]);
    expect(
      runtime.eval(
        '[host.call({}, 3), host.apply(null, [4]), host.bind(Symbol())(5), Reflect.apply(host, 1n, [6])]',
      ),
    ).toStrictEqual([...[6, 8, 10, 12]]);
  });

  it('binds anew under a name that is taken, also one of the language', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => 'first');
    expect(runtime.eval('host()')).toBe('first');
    runtime.bindFunction('host', () => 'second');
    expect(runtime.eval('host()')).toBe('second');
    runtime.bindObject('host', { third: 3 });
    expect(runtime.eval('host.third')).toBe(3);
    runtime.bindFunction('parseInt', () => 'mine');
    expect(runtime.eval('parseInt("5")')).toBe('mine');
  });

  it('lets the plugin keep a function that was replaced', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => 'first');
    runtime.eval('const kept = host');
    runtime.bindFunction('host', () => 'second');
    expect(runtime.eval('[kept(), host()]')).toStrictEqual(['first', 'second']);
  });

  it('under the name __proto__ changes no prototype', () => {
    const runtime = makeRuntime();
    const prototype = 'Object.getPrototypeOf(globalThis) === before';
    runtime.eval('const before = Object.getPrototypeOf(globalThis)');
    runtime.bindFunction('__proto__', () => 'called');
    expect(
      runtime.eval(`[${prototype}, Object.hasOwn(globalThis, "__proto__"), globalThis["__proto__"]()]`),
    ).toStrictEqual([...[true, true, 'called']]);
  });

  it.each<[name: unknown, handler: unknown]>([
    [5, () => 1],
    [undefined, () => 1],
    ['', () => 1],
    ['f', undefined],
    ['f', { call() {} }],
    ['f', 'code'],
  ])('refuses %s as %s', (name, handler) => {
    const runtime = makeRuntime();
    expectInvalidArgument(() => runtime.bindFunction(name as string, handler as () => void));
    expect(runtime.eval('typeof f')).toBe('undefined');
  });
});

describe('bind', () => {
  it('takes the name of the function, or the one given, and returns the function', () => {
    const runtime = makeRuntime();
    const twice = (x: number) => 2 * x;
    expect(runtime.bind(twice)).toBe(twice);
    expect(runtime.bind(twice, { name: 'double' })).toBe(twice);
    expect(runtime.eval('[twice(1), double(2)]')).toStrictEqual([2, 4]);
  });

  it('refuses a function without any name', () => {
    expectInvalidArgument(() => makeRuntime().bind(() => 1));
  });
});

describe('bindObject', () => {
  it('installs a copy of that moment, frozen through and through', () => {
    const runtime = makeRuntime();
    const config = { version: '1.0', nested: { list: [1, { deep: true }] }, added: 0 };
    runtime.bindObject('config', config);
    config.version = '2.0';
    config.nested.list.push(2);
    expect(runtime.eval('config')).toStrictEqual({
      version: '1.0',
      nested: { list: [1, { deep: true }] },
      added: 0,
    });
    const frozen =
      '[config, config.nested, config.nested.list, config.nested.list[1]].map((o) => Object.isFrozen(o))';
    expect(runtime.eval(frozen)).toStrictEqual([true, true, true, true]);
    for (const change of [
      'config.version = 1',
      'config.nested.list.push(1)',
      'delete config.added',
      'config.more = 1',
    ]) {
      expect(runtime.eval(`"use strict"; try { ${change}; "changed" } catch (e) { e.name }`)).toBe(
        'TypeError',
      );
    }
    expect(config).toStrictEqual({ version: '2.0', nested: { list: [1, { deep: true }, 2] }, added: 0 });
  });

  it('takes values of every kind along', () => {
    const runtime = makeRuntime();
    runtime.bindObject('o', {
      date: new Date(5),
      map: new Map([[1, { a: 2 }]]),
      bytes: new Uint8Array([7]),
      big: 5n,
    });
    expect(runtime.eval('[o.date.getTime(), o.map.get(1).a, o.bytes[0], o.big]')).toStrictEqual([
      5,
      2,
      7,
      5n,
    ]);
  });

  it('makes plugin functions of functions, however deep, and these keep their this', () => {
    const runtime = makeRuntime();
    const api = {
      count: 0,
      increment(by: number) {
        this.count += by;
        return this.count;
      },
      deep: {
        name: 'deep',
        list: [(x: number) => x + 1],
        who() {
          return this.name;
        },
      },
    };
    runtime.bindObject('api', api);
    expect(
      runtime.eval('[api.increment(2), api.increment(3), api.deep.who(), api.deep.list[0](1)]'),
    ).toStrictEqual([...[2, 5, 'deep', 2]]);
    expect(
      runtime.eval('const { increment } = api; const { who } = api.deep; [increment(1), who(), who.call(5)]'),
    ).toStrictEqual([...[6, 'deep', 'deep']]);
    expect(api.count).toBe(6);
    expect(runtime.eval('[api.count, Object.isFrozen(api)]')).toStrictEqual([0, true]);
  });

  it('copies neither what is inherited nor what is hidden', () => {
    const runtime = makeRuntime();
    runtime.bindObject(
      'o',
      Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true }, hidden: { value: 3 } }),
    );
    expect(runtime.eval('Reflect.ownKeys(o).concat(typeof o.inherited)')).toStrictEqual(['own', 'undefined']);
  });

  it.each([[undefined], [null], [5], ['text'], [() => 1]])('refuses %s', (object) => {
    const runtime = makeRuntime();
    expectInvalidArgument(() => runtime.bindObject('o', object as unknown as Record<string, unknown>));
    expect(runtime.eval('typeof o')).toBe('undefined');
  });
});

describe('host functions that are async', () => {
  /** Calls `done(value)` in the plugin once `call`, a promise there, has settled. */
  function settled(runtime: Runtime, call: string): Promise<unknown> {
    return new Promise((resolve) => {
      runtime.bindFunction('done', resolve);
      runtime.eval(
        `${call}.then((v) => done(['value', v]), (e) => done([e instanceof Error, e.name, e.message])); 0`,
      );
    });
  }

  it('give the plugin a promise of its own kind', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async () => 1);
    runtime.bindFunction('promised', () => Promise.resolve(2));
    runtime.bindFunction('never', () => new Promise(() => {}));
    const own = 'Object.getPrototypeOf(p) === Promise.prototype';
    expect(runtime.eval(`[later(), promised(), never()].map((p) => ${own})`)).toStrictEqual([
      true,
      true,
      true,
    ]);
    errorOf(() => runtime.eval('later()'), PendingPromiseError);
    expectUsable(runtime);
  });

  it('settle it later, by value or by error', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async (x: number) => ({ doubled: 2 * x }));
    runtime.bindFunction('fails', async () => {
      throw new RangeError('no luck');
    });
    runtime.bindFunction('bad', async () => Symbol('bad'));
    expect(await settled(runtime, 'later(4)')).toStrictEqual(['value', { doubled: 8 }]);
    expect(await settled(runtime, 'fails()')).toStrictEqual([true, 'RangeError', 'no luck']);
    expect(await settled(runtime, 'bad()')).toStrictEqual([true, 'DataCloneError', expect.any(String)]);
    expectUsable(runtime);
  });

  it('may settle after the runtime has closed, without any harm', async () => {
    const runtime = makeRuntime();
    let settle = (_: number): void => {};
    const promise = new Promise<number>((resolve) => {
      settle = resolve;
    });
    runtime.bindFunction('later', () => promise);
    const running = runtime.evalAsync('later()');
    runtime.close();
    settle(5);
    await rejectionOf(running, RuntimeClosedError);
    await promise;
  });
});

describe('a host function that comes back to the host', () => {
  it('is the original', () => {
    const runtime = makeRuntime();
    const original = () => 1;
    const received: unknown[] = [];
    runtime.bindFunction('host', original);
    runtime.bindFunction('take', (...args: unknown[]) => received.push(...args));
    expect(runtime.eval('host')).toBe(original);
    expect(runtime.eval<{ f: unknown }>('({ f: host })').f).toBe(original);
    runtime.eval('take(host, [host])');
    expect(received).toStrictEqual([original, [original]]);
    expect(received[0]).toBe(original);
    const same = runtime.eval<JsFunction>('(f) => f');
    const other = () => 2;
    expect(same(other)).toBe(other);
    expect(same({ other })).toStrictEqual({ other });
  });

  it('is counted as a handle while the runtime lives', () => {
    const runtime = makeRuntime();
    runtime.eval('0');
    const before = liveCounts().handles;
    for (let i = 0; i < 10; i++) runtime.bindFunction(`host${i}`, () => i);
    runtime.eval('0');
    expect(liveCounts().handles).toBeGreaterThanOrEqual(before + 10);
  });
});
