import type { JsFunction, Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectInvalidArgument, reasonOf, rejectionOf, thrownBy } from './support/errors.js';
import { checkPluginReleases, managerOf } from './support/plugins.js';
import { expectRefused, notNumbers, notStrings, wrongTimes } from './support/refusals.js';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

/** Wrong on purpose, past the compiler. */
type Wrong = Record<string, unknown>;

describe('options of eval and evalAsync', () => {
  const wrong: [Wrong, 'argument' | 'range', string][] = [
    [{ timout: 5 }, 'argument', 'did you mean "timeout"?'],
    [{ fileName: 'a.js' }, 'argument', 'did you mean "filename"?'],
    [{ timeout: '5' }, 'argument', '"timeout"'],
    [{ timeout: 0 }, 'range', '"timeout"'],
    [{ cpuTimeout: Number.NaN }, 'range', '"cpuTimeout"'],
    [{ filename: 5 }, 'argument', '"filename"'],
    [{ lineOffset: '1' }, 'argument', '"lineOffset"'],
    [{ lineOffset: 0.5 }, 'range', '"lineOffset"'],
    [{ columnOffset: 2 ** 31 }, 'range', '"columnOffset"'],
  ];

  it.each(wrong)('refuses %j, and runs nothing', async (options, kind, part) => {
    const runtime = makeRuntime();
    expectRefused(() => runtime.eval('globalThis.ran = true', options), kind, [part]);
    const error = await rejectionOf<Error>(
      runtime.evalAsync('globalThis.ran = true', options),
      kind === 'argument' ? TypeError : RangeError,
    );
    expect(error.message).toContain(part);
    expect(runtime.eval('typeof ran')).toBe('undefined');
  });

  it.each(notStrings)('refuses code that is %s', async (code) => {
    const runtime = makeRuntime();
    expectInvalidArgument(() => runtime.eval(code as string));
    expectInvalidArgument(() => runtime.eval(code as string, {}));
    await rejectionOf(runtime.evalAsync(code as string), TypeError);
  });

  it('refuses null for the options, takes undefined', () => {
    const runtime = makeRuntime();
    expectInvalidArgument(() => runtime.eval('1', null as never));
    expect(runtime.eval('1', undefined)).toBe(1);
  });

  it('refuses a signal that is none, and a signal for eval', async () => {
    const runtime = makeRuntime();
    await rejectionOf(runtime.evalAsync('1', { signal: {} as AbortSignal }), TypeError);
    expectInvalidArgument(
      () => runtime.eval('1', { signal: new AbortController().signal } as object),
      /only what returns a promise takes one/,
    );
  });
});

/** A call that takes times, and how often the code that it calls has run. */
interface TimedCall {
  call(options: Wrong): unknown;
  runs(): number;
}

const inRuntime = (call: (runtime: Runtime, options: Wrong) => unknown) => (): TimedCall => {
  const runtime = makeRuntime();
  let runs = 0;
  runtime.bindFunction('run', () => {
    runs += 1;
  });
  runtime.addStaticModule('m', 'run()');
  return { call: (options) => call(runtime, options), runs: () => runs };
};

const ofHook = (): TimedCall => {
  const manager = managerOf({ one: 'const plugin = { hook: () => run() };' });
  let runs = 0;
  const run = () => {
    runs += 1;
  };
  manager.loadPlugin('one', { run });
  return { call: (options) => manager.callHookAsync('one', 'hook', [], options), runs: () => runs };
};

const thrownOf = async (call: () => unknown) => thrownBy(call);
const rejectedOf = (call: () => unknown) => reasonOf(call() as Promise<unknown>);

/** Expects wrong times to be refused as `refusalOf` finds it, with nothing run, and right ones to be taken. */
function itChecksTimes(start: () => TimedCall, refusalOf: (call: () => unknown) => Promise<unknown>): void {
  it.each(['timeout', 'cpuTimeout'])('refuses a wrong %s, and runs nothing', async (name) => {
    const { call, runs } = start();
    const expectRefusal = async (value: unknown, type: ErrorConstructor, code: string, part: string) => {
      const error = (await refusalOf(() => call({ [name]: value }))) as Error;
      expect(error.constructor, String(error)).toBe(type);
      expect(error).toMatchObject({ code });
      expect(error.message).toContain(`"${name}" must be ${part}`);
    };
    for (const value of wrongTimes) {
      await expectRefusal(
        value,
        RangeError,
        'ERR_OUT_OF_RANGE',
        `above 0 and at most 2147483647 ms, got ${value}`,
      );
    }
    for (const value of notNumbers) {
      await expectRefusal(value, TypeError, 'ERR_INVALID_ARG', 'a number of milliseconds, got ');
    }
    expect(runs()).toBe(0);
    await call({ [name]: 2 ** 31 - 1 });
    await call({ [name]: undefined });
    expect(runs()).toBeGreaterThan(0);
  });
}

describe.each<[string, start: () => TimedCall, refusalOf: typeof thrownOf]>([
  ['eval', inRuntime((runtime, options) => runtime.eval('run()', options)), thrownOf],
  ['evalAsync', inRuntime((runtime, options) => runtime.evalAsync('run()', options)), rejectedOf],
  ['evalModule', inRuntime((runtime, options) => runtime.evalModule('m', options)), thrownOf],
  ['evalModuleAsync', inRuntime((runtime, options) => runtime.evalModuleAsync('m', options)), rejectedOf],
  [
    'with',
    inRuntime((runtime, options) => runtime.eval<JsFunction>('() => run()').with(options)()),
    thrownOf,
  ],
])('times of %s', (_, start, refusalOf) => itChecksTimes(start, refusalOf));

describe('times of callHookAsync', () => {
  checkPluginReleases();
  itChecksTimes(ofHook, rejectedOf);
});

describe('names and handlers of bindings', () => {
  const nothing = () => undefined;

  it.each([...notStrings, '', 'undefined', 'NaN', 'Infinity'])('refuses %s as a name', (name) => {
    const runtime = makeRuntime();
    expectInvalidArgument(() => runtime.bindFunction(name as string, nothing));
    expectInvalidArgument(() => runtime.bindObject(name as string, {}));
    expect(runtime.eval('1')).toBe(1);
  });

  it.each(['__proto__', 'constructor', 'a b', '1', 'toString', 'ключ'])('takes %j as a name', (name) => {
    const runtime = makeRuntime();
    runtime.bindFunction(name, () => 'bound');
    expect(runtime.eval(`globalThis[${JSON.stringify(name)}]()`)).toBe('bound');
    expect(runtime.eval('Object.getPrototypeOf({}) === Object.prototype')).toBe(true);
  });

  it.each([null, undefined, 5, 'f', {}, []])('refuses %j as a handler', (handler) => {
    expectInvalidArgument(() => makeRuntime().bindFunction('f', handler as never));
    expectInvalidArgument(() => makeRuntime().bind(handler as never));
  });

  it.each([null, undefined, 5, 'x', [], nothing])('refuses %s as an object', (object) => {
    expectInvalidArgument(() => makeRuntime().bindObject('o', object as never));
  });

  it('bind wants a name from the function or from its options, and returns the function', () => {
    const runtime = makeRuntime();
    expectRefused(() => runtime.bind(() => 1), 'argument', ['{ name }']);
    expectRefused(() => runtime.bind(nothing, { nam: 'x' } as object), 'argument', ['did you mean "name"?']);
    expectRefused(() => runtime.bind(nothing, { name: '' }), 'argument', ['"name"']);
    const double = runtime.bind((value: number) => 2 * value, { name: 'double' });
    expect(double(4)).toBe(8);
    function triple(value: number): number {
      return 3 * value;
    }
    expect(runtime.bind(triple)).toBe(triple);
    expect(runtime.eval('[double(4), triple(4)]')).toEqual([8, 12]);
  });
});

describe('options of JsFunction.with', () => {
  const wrong: [unknown, 'argument' | 'range', string][] = [
    [undefined, 'argument', 'must be an object'],
    [null, 'argument', 'must be an object'],
    [{ timeot: 5 }, 'argument', 'did you mean "timeout"?'],
    [{ timeout: 'x' }, 'argument', '"timeout"'],
    [{ timeout: -5 }, 'range', '"timeout"'],
    [{ signal: 5 }, 'argument', '"signal"'],
  ];

  it.each(wrong)('refuses %j', (options, kind, part) => {
    const fn = makeRuntime().eval<JsFunction>('(() => 1)');
    expectRefused(() => fn.with(options as object), kind, [part]);
    expect(fn()).toBe(1);
  });

  it('methods refuse to be called on what is no JsFunction', async () => {
    const fn = makeRuntime().eval<JsFunction>('(() => 1)');
    for (const other of [undefined, null, {}, () => 1]) {
      expectInvalidArgument(() => fn.with.call(other as never, {}));
      expectInvalidArgument(() => fn.close.call(other as never));
      await rejectionOf(fn.callAsync.call(other as never), TypeError);
    }
    expect(fn()).toBe(1);
  });
});
