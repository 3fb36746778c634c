import {
  type IsoletError,
  JavaScriptError,
  type JsFunction,
  type Runtime,
  RuntimeClosedError,
  RuntimeTerminated,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { type ErrorClass, errorOf, rejectionOf, thrownBy } from './support/errors.js';
import { expectAllReleased, liveCounts } from './support/live.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

type End = 'close' | 'terminate' | typeof Symbol.dispose;
const ends: [end: End, type: ErrorClass<IsoletError>, code: string][] = [
  ['close', RuntimeClosedError, 'ERR_CLOSED'],
  ['terminate', RuntimeTerminated, 'ERR_TERMINATED'],
  [Symbol.dispose, RuntimeClosedError, 'ERR_CLOSED'],
];

function finish(runtime: Runtime, end: End): void {
  runtime[end]();
}

describe.each(ends)('after %s', (end, type, code) => {
  it.each<[what: string, prepare: (runtime: Runtime) => void]>([
    ['bare', () => {}],
    [
      'with modules and ops',
      (runtime) => {
        runtime.addStaticModule('early', '');
        runtime.registerOp('early', () => 1);
      },
    ],
  ])('every call of a runtime says so, %s', async (_, prepare) => {
    const runtime = makeRuntime();
    prepare(runtime);
    const fn = runtime.eval<JsFunction>('() => 1');
    expect(runtime.isClosed()).toBe(false);
    finish(runtime, end);
    expect(runtime.isClosed()).toBe(true);
    const calls = [
      () => runtime.eval('1'),
      () => runtime.eval('1', { timeout: 1000 }),
      () => runtime.bindFunction('f', () => 1),
      () => runtime.bindObject('o', {}),
      () => runtime.bind(function named() {}),
      () => runtime.registerOp('op', () => 1),
      () => runtime.registerOp('async op', () => 1, { mode: 'async' }),
      () => runtime.addStaticModule('m', ''),
      () => runtime.setModuleResolver(() => null),
      () => runtime.setModuleLoader(() => ''),
      () => runtime.evalModule('early'),
      () => fn(),
    ];
    for (const call of calls) expect(errorOf(call, type).code).toBe(code);
    for (const promise of [runtime.evalAsync('1'), runtime.evalModuleAsync('early'), fn.callAsync()]) {
      expect((await rejectionOf(promise, type)).code).toBe(code);
    }
  });

  it('nothing is left, at once', async () => {
    const runtime = makeRuntime();
    runtime.bindObject('api', { f: () => 1, deep: { g: () => 2 } });
    runtime.eval('[1, 2, 3].map((n) => () => n)');
    finish(runtime, end);
    expect(liveCounts().runtimes).toBe(0);
    await expectAllReleased();
  });

  it('it may be done again, and so may the others, but the first reason stays', () => {
    const runtime = makeRuntime();
    finish(runtime, end);
    for (const again of [end, 'close', 'terminate', 'close', Symbol.dispose] as const) finish(runtime, again);
    errorOf(() => runtime.eval('1'), type);
    expect(runtime.isClosed()).toBe(true);
  });

  it('a runtime that never ran anything is gone', async () => {
    for (let i = 0; i < 100; i++) finish(makeRuntime(), end);
    await expectAllReleased();
  });

  it('a runtime that had been given a bootstrap script is gone', async () => {
    for (let i = 0; i < 30; i++) finish(makeRuntime({ bootstrap: 'for (;;);' }), end);
    await expectAllReleased();
  });

  it('inside a host call the running script goes no further', () => {
    const runtime = makeRuntime();
    let went = false;
    runtime.bindFunction('on', () => {
      went = true;
    });
    runtime.bindFunction('end', () => {
      finish(runtime, end);
      errorOf(() => runtime.eval('1'), type);
      return 'returned';
    });
    expect(errorOf(() => runtime.eval('try { end() } finally { on() }'), type).code).toBe(code);
    expect(went).toBe(false);
    expect(runtime.isClosed()).toBe(true);
  });

  it('inside nested host calls all levels end', () => {
    const runtime = makeRuntime();
    let levels = 0;
    runtime.bindFunction('deeper', (n: number) => {
      if (n === 0) {
        finish(runtime, end);
        return;
      }
      errorOf(() => runtime.eval(`deeper(${n - 1})`), type);
      levels += 1;
    });
    errorOf(() => runtime.eval('deeper(5)'), type);
    expect(levels).toBe(5);
  });

  it('inside a host call that throws, the reason is still the end of the runtime', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('end', () => {
      finish(runtime, end);
      throw new Error('something else');
    });
    errorOf(() => runtime.eval('end()'), type);
  });

  it('of another runtime inside a host call, the script goes on', () => {
    const [one, other] = [makeRuntime(), makeRuntime()];
    one.bindFunction('end', () => finish(other, end));
    expect(one.eval('end(); "went on"')).toBe('went on');
    errorOf(() => other.eval('1'), type);
    expectUsable(one);
  });

  it('async calls in flight end, whatever they do', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('never', () => new Promise(() => {}));
    const fn = runtime.eval<JsFunction>('async () => { await never(); }');
    const calls = [
      runtime.evalAsync('new Promise(() => {})'),
      runtime.evalAsync('never()'),
      fn.callAsync(),
      runtime.evalAsync('for (;;);'),
      runtime.evalAsync('"queued behind the loop"'),
    ];
    const reasons = Promise.all(calls.map((call) => rejectionOf(call, type)));
    // One turn of the loop, so that the first calls have been taken up.
    await new Promise(setImmediate);
    finish(runtime, end);
    for (const error of await reasons) expect(error.code).toBe(code);
  });
});

describe('terminate', () => {
  it('gives a reason, the same to all', () => {
    const runtime = makeRuntime();
    runtime.terminate();
    const error = errorOf(() => runtime.eval('1'), RuntimeTerminated);
    expect(error.reason).toBeTypeOf('string');
    expect(error.reason).not.toBe('');
    expect(errorOf(() => runtime.eval('2'), RuntimeTerminated).reason).toBe(error.reason);
  });
});

describe('Symbol.dispose', () => {
  it('is what using calls', () => {
    let seen: Runtime;
    {
      using runtime = makeRuntime();
      seen = runtime;
      expect(runtime.eval('1 + 1')).toBe(2);
    }
    expect(seen.isClosed()).toBe(true);
  });

  it('is called when the block throws, and what it throws goes on', () => {
    const failure = new Error('of the block');
    let seen: Runtime | undefined;
    const block = (work: (runtime: Runtime) => unknown) => {
      using runtime = makeRuntime();
      seen = runtime;
      work(runtime);
    };
    const throwing = () => {
      throw failure;
    };
    expect(thrownBy(() => block(throwing))).toBe(failure);
    expect(seen?.isClosed()).toBe(true);
    const error = errorOf(
      () => block((runtime) => runtime.eval('throw new RangeError("no")')),
      JavaScriptError,
    );
    expect(error).toMatchObject({ name: 'RangeError', message: 'no' });
    expect(seen?.isClosed()).toBe(true);
  });
});

describe('many runtimes', () => {
  it('live side by side', () => {
    const runtimes = Array.from({ length: 40 }, () => makeRuntime());
    for (const [index, runtime] of runtimes.entries()) runtime.eval(`var id = ${index}`);
    expect(liveCounts().runtimes).toBe(40);
    expect(runtimes.map((runtime) => runtime.eval('id'))).toStrictEqual(
      Array.from({ length: 40 }, (_, i) => i),
    );
  });

  it('give each its own value when all have calls in flight', async () => {
    const runtimes = Array.from({ length: 10 }, () => makeRuntime());
    const code = 'let sum = 0; for (let i = 0; i < 1e6; i++) sum += i; sum';
    expect(await Promise.all(runtimes.map((runtime) => runtime.evalAsync(code)))).toStrictEqual(
      Array(10).fill(499999500000),
    );
  });
});
