import {
  type JsFunction,
  PluginManager,
  type PluginManagerOptions,
  Runtime,
  type RuntimeConfig,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument, rejectionOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { checkPluginReleases, makePluginDir } from './support/plugins.js';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkPluginReleases();
checkReleases();

const MiB = 2 ** 20;

/** Wrong on purpose, past the compiler. */
type Wrong = Record<string, unknown>;

const construct = (config: unknown) => new Runtime(config as RuntimeConfig);

function expectRefused(call: () => unknown, kind: 'argument' | 'range', parts: string[]): void {
  const before = liveCounts();
  const error = errorOf<Error>(call, kind === 'argument' ? TypeError : RangeError);
  expect(error).toMatchObject({ code: kind === 'argument' ? 'ERR_INVALID_ARG' : 'ERR_OUT_OF_RANGE' });
  for (const part of parts) expect(error.message).toContain(part);
  expect(liveCounts(), 'nothing has started').toEqual(before);
}

const times = [0, -1, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 31];
const notNumbers = ['100', true, null, 5n, Symbol('5'), {}, [], () => 5];
const notStrings = [5, true, null, 5n, Symbol('a'), {}, ['a'], () => 'a'];
const notObjects = [null, 5, 'x', true, [], () => ({})];

describe('Runtime config', () => {
  it.each([
    ['maxHeapsize', 'did you mean "maxHeapSize"?'],
    ['max_heap_size', 'did you mean "maxHeapSize"?'],
    ['timeOut', 'did you mean "timeout"?'],
    ['cputimeout', 'did you mean "cpuTimeout"?'],
    ['bootstrp', 'did you mean "bootstrap"?'],
    ['memoryLimit', 'known are'],
    ['', 'known are'],
    ['constructor', 'known are'],
    ['snapshot', 'known are'],
    ['inspector', 'known are'],
    ['enableConsole', 'known are'],
    ['enableTimers', 'known are'],
  ])('refuses the unknown option %j', (name, hint) => {
    expectRefused(() => construct({ [name]: 1 }), 'argument', ['Runtime config', JSON.stringify(name), hint]);
  });

  it('refuses an unknown option of any length, in a short message', () => {
    const error = errorOf(() => construct({ ['x'.repeat(2 ** 20)]: 1 }), TypeError);
    expect(error.message.length).toBeLessThan(1000);
  });

  it('refuses an own __proto__', () => {
    expectRefused(() => construct(JSON.parse('{ "__proto__": 1 }')), 'argument', ['"__proto__"']);
  });

  it.each(notObjects)('refuses %j for an object', (config) => {
    expectRefused(() => construct(config), 'argument', ['Runtime config must be an object']);
  });

  const numbers = [
    'maxHeapSize',
    'initialHeapSize',
    'stackSize',
    'timeout',
    'cpuTimeout',
    'maxSerializationDepth',
    'maxSerializationBytes',
  ];

  it.each(numbers)('refuses what is no number as %s', (name) => {
    for (const value of notNumbers) {
      expectRefused(() => construct({ [name]: value }), 'argument', [`"${name}"`, 'must be a number of']);
    }
  });

  it.each(['bootstrap', 'name'])('refuses what is no string as %s', (name) => {
    for (const value of notStrings)
      expectRefused(() => construct({ [name]: value }), 'argument', [`"${name}"`, 'string']);
  });

  it('says what it got', () => {
    expectRefused(() => construct({ maxHeapSize: '64MB' }), 'argument', ['"64MB" (a string)']);
    expectRefused(() => construct({ timeout: null }), 'argument', ['got null']);
    expectRefused(() => construct({ name: '' }), 'argument', ['a non-empty string']);
  });

  it.each(['timeout', 'cpuTimeout'])('refuses a %s out of range', (name) => {
    for (const value of times) {
      expectRefused(() => construct({ [name]: value }), 'range', [
        `"${name}"`,
        String(value),
        'above 0 and at most 2147483647 ms',
      ]);
    }
  });

  it.each([
    ['maxHeapSize', 8 * MiB, 1024 * 1024 * MiB],
    ['stackSize', 512 * 1024, 64 * MiB],
    ['maxSerializationDepth', 1, 1000],
    ['maxSerializationBytes', 1, 1024 * MiB],
  ])('refuses a %s out of range', (name, min, max) => {
    for (const value of [min - 1, max + 1, min + 0.5, 0, -min, Number.NaN, Number.POSITIVE_INFINITY]) {
      expectRefused(() => construct({ [name]: value }), 'range', [
        `"${name}"`,
        String(value),
        `from ${min} to ${max}`,
      ]);
    }
  });

  it('refuses an initialHeapSize without, or above, maxHeapSize', () => {
    expectRefused(() => construct({ initialHeapSize: MiB }), 'argument', [
      '"initialHeapSize"',
      '"maxHeapSize"',
    ]);
    expectRefused(() => construct({ initialHeapSize: 33 * MiB, maxHeapSize: 32 * MiB }), 'range', [
      '"initialHeapSize"',
      String(33 * MiB),
      String(32 * MiB),
    ]);
    expectRefused(() => construct({ initialHeapSize: 0, maxHeapSize: 32 * MiB }), 'range', [
      '"initialHeapSize"',
    ]);
  });

  it('takes every option at once', () => {
    const runtime = makeRuntime({
      name: 'all',
      maxHeapSize: 64 * MiB,
      initialHeapSize: 4 * MiB,
      stackSize: MiB,
      timeout: 60_000.5,
      cpuTimeout: 2 ** 31 - 1,
      bootstrap: 'globalThis.booted = true',
      maxSerializationDepth: 10,
      maxSerializationBytes: MiB,
    });
    expect(runtime.eval('booted')).toBe(true);
  });

  it('takes undefined for an option that is not given', () => {
    expect(makeRuntime({ timeout: undefined, maxHeapSize: undefined, bootstrap: undefined }).eval('1')).toBe(
      1,
    );
    expect(makeRuntime(undefined).eval('1')).toBe(1);
  });

  it('reads each option once, inherited ones and accessors too', () => {
    let reads = 0;
    class Config {
      get timeout(): number {
        reads++;
        return reads === 1 ? 60_000 : -1;
      }
    }
    expect(makeRuntime(new Config()).eval('1')).toBe(1);
    expect(reads).toBe(1);
    expectRefused(() => construct(Object.create({ timeout: -1 })), 'range', ['"timeout"']);
  });
});

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
    expectInvalidArgument(() => runtime.eval('1', { signal: new AbortController().signal } as object));
  });
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

describe('PluginManager options', () => {
  const make = (options: unknown) => new PluginManager(options as PluginManagerOptions);

  it.each([
    [{ pluginDirectory: '.' }, 'argument', 'pluginDirectory'],
    [{ pluginDir: '.', timout: 5 }, 'argument', 'did you mean "timeout"?'],
    [{ pluginDir: '.', maxHeapSize: 5 }, 'argument', '"maxHeapSize"'],
    [{ pluginDir: 5 }, 'argument', '"pluginDir"'],
    [{ pluginDir: '' }, 'argument', '"pluginDir"'],
    [{ pluginDir: new URL('https://example.com/') }, 'argument', '"pluginDir"'],
    [{}, 'argument', '"pluginDir" is missing'],
    [undefined, 'argument', '"pluginDir"'],
    [null, 'argument', 'must be an object'],
    ['./plugins', 'argument', 'must be an object'],
    [{ pluginDir: '.', timeout: 0 }, 'range', '"timeout"'],
    [{ pluginDir: '.', loadTimeout: Number.POSITIVE_INFINITY }, 'range', '"loadTimeout"'],
    [{ pluginDir: '.', limits: 5 }, 'argument', '"limits"'],
    [{ pluginDir: '.', limits: { maxHeapsize: 5 } }, 'argument', 'did you mean "maxHeapSize"?'],
    [{ pluginDir: '.', limits: { timeout: 5 } }, 'argument', 'PluginManager limits'],
    [{ pluginDir: '.', limits: { bootstrap: '' } }, 'argument', '"bootstrap"'],
    [{ pluginDir: '.', limits: { maxHeapSize: 5 } }, 'range', '"maxHeapSize"'],
    [{ pluginDir: '.', limits: { cpuTimeout: -5 } }, 'range', '"cpuTimeout"'],
  ] as [unknown, 'argument' | 'range', string][])('refuses %j', (options, kind, part) => {
    expectRefused(() => make(options), kind, [part]);
  });

  it('takes every option at once', () => {
    const manager = make({
      pluginDir: makePluginDir(),
      timeout: 10,
      loadTimeout: 20,
      limits: {
        maxHeapSize: 32 * MiB,
        stackSize: MiB,
        cpuTimeout: 10,
        maxSerializationDepth: 5,
        maxSerializationBytes: MiB,
      },
    });
    expect(manager.plugins).toEqual([]);
  });
});
