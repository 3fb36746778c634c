import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ConsoleLevel, JavaScriptError, type Runtime, type RuntimeConfig, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

type Told = [level: ConsoleLevel, ...args: unknown[]];

function withSink(config: RuntimeConfig = {}): { runtime: Runtime; told: Told[] } {
  const told: Told[] = [];
  const runtime = makeRuntime({
    timeout: 60_000,
    enableConsole: (level, args) => {
      told.push([level, ...args]);
    },
    ...config,
  });
  return { runtime, told };
}

/** What the sink is told when the code runs. */
function toldBy(code: string): Told[] {
  const { runtime, told } = withSink();
  runtime.eval(code, { filename: 'plugin.js' });
  return told;
}

describe('enableConsole', () => {
  it.each([{}, { enableConsole: false }, { enableConsole: undefined }])(
    'of %j leaves console absent',
    (config) => {
      expect(makeRuntime({ timeout: 60_000, ...config }).eval('typeof console')).toBe('undefined');
    },
  );

  it('must be a boolean or a function', () => {
    for (const value of [1, 'true', null, {}, console]) {
      expectInvalidArgument(() => makeRuntime({ enableConsole: value as boolean }));
    }
  });

  it('defines a global that is not enumerable, with the methods of a console', () => {
    const { runtime } = withSink();
    expect(
      runtime.eval(
        '[Object.keys(globalThis).includes("console"), delete globalThis.console && typeof console]',
      ),
    ).toStrictEqual([false, 'undefined']);
    expect(withSink().runtime.eval<string[]>('Object.keys(console)').toSorted()).toStrictEqual(
      [
        ...['assert', 'clear', 'count', 'countReset', 'debug', 'dir', 'dirxml', 'error', 'group'],
        ...[
          'groupCollapsed',
          'groupEnd',
          'info',
          'log',
          'table',
          'time',
          'timeEnd',
          'timeLog',
          'trace',
          'warn',
        ],
      ].toSorted(),
    );
  });

  it('is there for the bootstrap script', () => {
    const { runtime, told } = withSink({ bootstrap: 'console.log("from bootstrap")' });
    runtime.eval('1');
    expect(told).toStrictEqual([['log', 'from bootstrap']]);
  });
});

describe('a sink', () => {
  it('gets the level of each method, and the arguments', () => {
    const methods = ['log', 'info', 'warn', 'error', 'debug', 'table', 'group'];
    expect(
      toldBy(`for (const name of ${JSON.stringify(methods)}) console[name](name, 1, { a: [2] })`),
    ).toStrictEqual(methods.map((name) => [name, name, 1, { a: [2] }]));
    expect(
      toldBy(
        'console.dirxml(1, 2); console.groupCollapsed(3); console.groupEnd(4); console.dir({ a: 1 }, { depth: 0 })',
      ),
    ).toStrictEqual([['log', 1, 2], ['group', 3], ['groupEnd'], ['dir', { a: 1 }]]);
    expect(toldBy('console.log(); console.clear(1)')).toStrictEqual([['log']]);
  });

  it('gets values as they are, not texts, and no format is applied', () => {
    const [told] = toldBy(
      'console.log("%s", undefined, null, -0, 5n, new Date(0), /x/g, new Map([[1, new Set([2])]]), new Uint8Array([3]), new RangeError("e"))',
    );
    expect(told?.slice(1, -1)).toStrictEqual([
      ...[
        '%s',
        undefined,
        null,
        -0,
        5n,
        new Date(0),
        /x/g,
        new Map([[1, new Set([2])]]),
        new Uint8Array([3]),
      ],
    ]);
    const error = told?.at(-1) as Error;
    expect(error).toBeInstanceOf(RangeError);
    expect([error.message, error.stack?.includes('plugin.js:1')]).toStrictEqual(['e', true]);
  });

  it('keeps identity and cycles within one call', () => {
    const [told] = toldBy('const o = { }; o.self = o; console.log(o, [o])');
    const [, o, list] = told as [ConsoleLevel, { self: object }, object[]];
    expect(o.self).toBe(o);
    expect(list[0]).toBe(o);
  });

  it('gets what can’t cross as a text', () => {
    expect(
      toldBy(`console.log(() => 1, function f() {}, class A {}, Symbol('s'), Promise.resolve(), new Proxy({}, {}),
        new Proxy(() => 1, {}), new WeakMap())`),
    ).toStrictEqual([
      [
        ...['log', '[Function]', '[Function: f]', '[Function: A]', 'Symbol(s)', '[a promise]', '[a proxy]'],
        ...['[a proxy]', '[a WeakMap]'],
      ],
    ]);
    expect(
      toldBy('console.log({ f() {}, list: [Symbol.iterator], map: new Map([[1, Promise.resolve()]]) })'),
    ).toStrictEqual([
      ['log', { f: '[Function: f]', list: ['Symbol(Symbol.iterator)'], map: new Map([[1, '[a promise]']]) }],
    ]);
    expect(toldBy('console.log(globalThis)')).toStrictEqual([['log', expect.any(Object)]]);
  });

  it('gets functions as no handles', () => {
    const { runtime } = withSink();
    const before = runtime.getStats().openResources;
    runtime.eval('for (let i = 0; i < 100; i++) console.log(() => i, { f: () => i })');
    expect(runtime.getStats().openResources).toBe(before);
  });

  it('is called at once, in order, also in async evaluation', async () => {
    const { runtime, told } = withSink({ enableTimers: true });
    runtime.bindFunction('length', () => told.length);
    expect(
      runtime.eval('console.log(1); const one = length(); console.log(2); [one, length()]'),
    ).toStrictEqual([1, 2]);
    await runtime.evalAsync(`(async () => {
      console.log(3);
      await null;
      console.warn(4);
      await new Promise((resolve) => setTimeout(resolve, 1));
      console.error(5);
    })()`);
    expect(told.slice(2)).toStrictEqual([
      ['log', 3],
      ['warn', 4],
      ['error', 5],
    ]);
  });

  it('returns nothing to the plugin, and may use the runtime', () => {
    const seen: unknown[] = [];
    const runtime = makeRuntime({
      timeout: 60_000,
      enableConsole: () => {
        seen.push(runtime.eval('1 + 1'));
        return 5;
      },
    });
    expect(runtime.eval('console.log("x")')).toBe(undefined);
    expect(seen).toStrictEqual([2]);
  });

  it('that throws makes the plugin’s call throw', () => {
    const failure = Object.assign(new RangeError('from the sink'), { secret: 1 });
    const runtime = makeRuntime({
      timeout: 60_000,
      enableConsole: () => {
        throw failure;
      },
    });
    expect(
      runtime.eval('try { console.log(1); } catch (e) { [e instanceof RangeError, e.message, e.secret]; }'),
    ).toStrictEqual([...[true, 'from the sink', undefined]]);
    expect(errorOf(() => runtime.eval('console.log(1)'), JavaScriptError).cause).toBe(failure);
    expectUsable(runtime);
  });

  it('works without the console as this, and after the plugin changed prototypes', () => {
    expect(
      toldBy(`const { log } = console;
        Array.prototype[Symbol.iterator] = Object.prototype.toString = () => { throw 1; };
        log('a'); log.call(null, 'b'); [1].forEach(console.log);`),
    ).toStrictEqual([
      ['log', 'a'],
      ['log', 'b'],
      ['log', 1, 0, [1]],
    ]);
  });
});

describe('arguments that are too much', () => {
  const cap = 64 * 1024;
  const size = (told: Told | undefined) => JSON.stringify(told).length;

  it.each([
    ['a text', '"x".repeat(1e7)'],
    ['an object', '{ text: "x".repeat(1e6) }'],
    ['many texts', '...Array(1000).fill("x".repeat(1000))'],
    ['many arguments', '...Array(60_000).fill(1)'],
    ['an array', 'Array(1e6).fill(7)'],
    ['bytes', 'new Uint8Array(1e6)'],
    ['a bigint', '2n ** 1_000_000n'],
    ['two-byte text', '"\\u4e00".repeat(1e6)'],
    ['depth', '(() => { let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o; })()'],
    ['an error', 'new Error("x".repeat(1e6))'],
  ])('are cut to 64 KiB together: %s', (_, args) => {
    const { runtime, told } = withSink();
    runtime.eval(`console.log("begin", ${args}); console.log("next")`);
    expect(told.map((call) => call.slice(0, 2))).toStrictEqual([
      ['log', 'begin'],
      ['log', 'next'],
    ]);
    expect(size(told[0])).toBeLessThanOrEqual(cap);
    expectUsable(runtime);
  });

  it('lose the ends of texts, not small arguments', () => {
    const [told] = toldBy('console.log("small", 5, "x".repeat(1e6), null, { big: "x".repeat(1e6) })');
    expect(told?.slice(0, 3)).toStrictEqual(['log', 'small', 5]);
    expect(told?.[3]).toMatch(/^x{1000,}…$/);
    expect(told?.[4]).toBe(null);
    expect(told?.[5]).toStrictEqual(expect.any(String));
  });

  it('up to the limit come whole', () => {
    const text = 'x'.repeat(60_000);
    expect(toldBy(`console.log("x".repeat(${text.length}))`)).toStrictEqual([['log', text]]);
  });
});

describe('arguments with code of the plugin', () => {
  it('a getter that throws breaks neither the call nor the others', () => {
    const told = toldBy('console.log("a", { get x() { throw new Error("no"); } }, 5); console.log("next")');
    expect(told).toStrictEqual([
      ['log', 'a', expect.any(String), 5],
      ['log', 'next'],
    ]);
  });

  it('a getter that loops ends at the deadline', () => {
    const { runtime, told } = withSink();
    errorOf(() => runtime.eval('console.log({ get x() { for (;;); } })', { timeout: 50 }), TimeoutError);
    expect(told).toStrictEqual([]);
    expectUsable(runtime);
  });

  it('a getter that logs is told before', () => {
    expect(toldBy('console.log({ get x() { console.log("inner"); return 1; } })')).toStrictEqual([
      ['log', 'inner'],
      ['log', { x: 1 }],
    ]);
  });

  it('conversions are not called', () => {
    expect(
      toldBy(
        'console.log({ toString() { throw 1; }, valueOf() { throw 2; }, [Symbol.toPrimitive]() { throw 3; } })',
      ),
    ).toStrictEqual([['log', { toString: '[Function: toString]', valueOf: '[Function: valueOf]' }]]);
  });
});

it('a sink that throws while the bootstrap runs is the cause of what every later call says', async () => {
  const cause = new Error('the sink');
  const runtime = makeRuntime({
    timeout: 60_000,
    bootstrap: 'console.log(1)',
    enableConsole: () => {
      throw cause;
    },
  });
  expect(errorOf(() => runtime.eval('1'), JavaScriptError).cause).toBe(cause);
  await nextTurn();
  await nextTurn();
  expect(errorOf(() => runtime.eval('1'), JavaScriptError).cause).toBe(cause);
});
