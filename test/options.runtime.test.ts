import { type IsoletError, Runtime, type RuntimeConfig } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf } from './support/errors.js';
import { expectRefused, notNumbers, notStrings, wrongTimes } from './support/refusals.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const MiB = 2 ** 20;

const construct = (config: unknown) => new Runtime(config as RuntimeConfig);

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
    ['snapshots', 'did you mean "snapshot"?'],
    ['inspector', 'known are'],
    ['enableconsole', 'did you mean "enableConsole"?'],
    ['enableTimer', 'did you mean "enableTimers"?'],
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

  it('refuses what is no boolean or function where one is expected', () => {
    for (const value of [0, 'true', null, {}, []]) {
      expectRefused(() => construct({ enableTimers: value }), 'argument', [
        '"enableTimers" must be a boolean',
      ]);
      expectRefused(() => construct({ enableConsole: value }), 'argument', ['a boolean or a function']);
      expectRefused(() => construct({ onUnhandledRejection: value }), 'argument', ['a function']);
    }
  });

  it('says what it got', () => {
    expectRefused(() => construct({ maxHeapSize: '64MB' }), 'argument', ['"64MB" (a string)']);
    expectRefused(() => construct({ timeout: null }), 'argument', ['got null']);
    expectRefused(() => construct({ name: '' }), 'argument', ['a non-empty string']);
  });

  it.each(['timeout', 'cpuTimeout'])('refuses a %s out of range', (name) => {
    for (const value of wrongTimes) {
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

  it('takes every option at once', async () => {
    const told: unknown[] = [];
    let report = (_: IsoletError): void => {};
    const reported = new Promise<IsoletError>((resolve) => (report = resolve));
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
      enableConsole: (level, args) => told.push([level, ...args]),
      enableTimers: true,
      onUnhandledRejection: (error) => report(error),
    } satisfies Required<Omit<RuntimeConfig, 'snapshot'>>);
    expect(runtime.eval('booted')).toBe(true);
    expect(await runtime.evalAsync('new Promise((resolve) => setTimeout(resolve, 1, "timer"))')).toBe(
      'timer',
    );
    runtime.eval('console.warn("beware"); Promise.reject(new RangeError("no")); 0');
    expect(told).toStrictEqual([['warn', 'beware']]);
    expect(await reported).toMatchObject({ name: 'RangeError', message: 'no', runtime: 'all' });
    expectUsable(runtime);
  });

  // In a child process, as V8 would end it.
  it('takes a heap limit of any number of bytes', async () => {
    const script = `
      for (const maxHeapSize of [8388609, 33554433, 33566777, 134217777, 268435455]) {
        for (const initialHeapSize of [undefined, 1, 5000001]) {
          const runtime = new Runtime({ maxHeapSize, initialHeapSize });
          console.log(runtime.eval('6 * 7'));
          runtime.close();
        }
      }
      console.log(awaitThreads(0), JSON.stringify(live()));`;
    await expectChild(script, [
      ...Array(15).fill('42'),
      'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
    ]);
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
