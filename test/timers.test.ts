import { JavaScriptError, PendingPromiseError, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const withTimers = (config = {}) => makeRuntime({ enableTimers: true, timeout: 60_000, ...config });

const names = ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'queueMicrotask'];
const typesOfGlobals = `${JSON.stringify(names)}.map((name) => typeof globalThis[name])`;

describe('enableTimers', () => {
  it.each([{}, { enableTimers: false }, { enableTimers: undefined }])(
    'of %j leaves them absent',
    (config) => {
      expect(makeRuntime({ timeout: 60_000, ...config }).eval(typesOfGlobals)).toStrictEqual(
        names.map(() => 'undefined'),
      );
    },
  );

  it('defines the globals, as a browser has them', () => {
    const runtime = withTimers();
    expect(runtime.eval(typesOfGlobals)).toStrictEqual(names.map(() => 'function'));
    expect(
      runtime.eval(`${JSON.stringify(names)}.map((name) => {
        const { writable, enumerable, configurable, value } = Object.getOwnPropertyDescriptor(globalThis, name);
        return [value.name, value.length, writable && enumerable && configurable, 'prototype' in value];
      })`),
    ).toStrictEqual(names.map((name) => [name, name.startsWith('clear') ? 0 : 1, true, false]));
    expect(runtime.eval('delete globalThis.setTimeout && typeof setTimeout')).toBe('undefined');
  });

  it('must be a boolean', () => {
    for (const value of [1, 'true', null, {}]) {
      expectInvalidArgument(() => makeRuntime({ enableTimers: value as boolean }));
    }
  });

  it('is there for the bootstrap script', () => {
    const runtime = withTimers({
      bootstrap: 'var fired = new Promise((resolve) => setTimeout(resolve, 1, "from bootstrap"));',
    });
    expect(runtime.eval('fired')).toBe('from bootstrap');
  });
});

describe('setTimeout', () => {
  it('passes on its arguments, and calls with the global object as this', () => {
    const runtime = withTimers();
    expect(
      runtime.eval(
        'new Promise((resolve) => setTimeout((...args) => resolve(args), 1, 1, { a: 2 }, "three"))',
      ),
    ).toStrictEqual([1, { a: 2 }, 'three']);
    expect(
      runtime.eval(
        'new Promise((resolve) => setTimeout(function () { "use strict"; resolve([this === globalThis, arguments.length]); }))',
      ),
    ).toStrictEqual([true, 0]);
  });

  it('fires by delay, then in the order of the calls', () => {
    const runtime = withTimers();
    expect(
      runtime.eval(`const log = [];
        setTimeout(() => log.push(30), 30);
        setTimeout(() => log.push(10), 10);
        for (let i = 0; i < 5; i++) setTimeout(() => log.push(i), 0);
        queueMicrotask(() => log.push('microtask'));
        log.push('script');
        new Promise((resolve) => setTimeout(() => resolve(log), 31));`),
    ).toStrictEqual([...['script', 'microtask', 0, 1, 2, 3, 4, 10, 30]]);
  });

  it.each([
    '',
    ', 0',
    ', -5',
    ', NaN',
    ', Infinity',
    ', -Infinity',
    ', 2 ** 31',
    ', 1e300',
    ', 0.9',
    ', null',
    ', undefined',
    ', "no number"',
    ', {}',
    ', []',
  ])('fires at once for the delay%s', (delay) => {
    const runtime = withTimers();
    // Of equal delays the first goes first: the other may not overtake.
    expect(
      runtime.eval(
        `new Promise((resolve) => { setTimeout(() => resolve("first")${delay}); setTimeout(() => resolve("second"), 0); })`,
      ),
    ).toBe('first');
  });

  it('takes the longest delay, and numbers in any form', () => {
    const runtime = withTimers();
    runtime.eval('setTimeout(() => {}, 2 ** 31 - 1)');
    expect(runtime.eval('new Promise((resolve) => setTimeout(resolve, "1", "string"))')).toBe('string');
    expect(
      runtime.eval('new Promise((resolve) => setTimeout(resolve, { valueOf: () => 1 }, "object"))'),
    ).toBe('object');
    expect(runtime.getStats().activeTimers).toBe(1);
  });

  it('throws what its conversions throw, and sets nothing then', () => {
    const runtime = withTimers();
    expect(
      runtime.eval(`[
        () => setTimeout(() => {}, Symbol()), () => setTimeout(() => {}, 1n), () => setTimeout(Symbol()),
        () => setTimeout(() => {}, { valueOf() { throw new RangeError(); } }), () => setInterval({ toString() { throw new RangeError(); } }),
        () => clearTimeout(Symbol()),
      ].map((call) => { try { return call(); } catch (e) { return e.name; } })`),
    ).toStrictEqual(['TypeError', 'TypeError', 'TypeError', 'RangeError', 'RangeError', 'TypeError']);
    expect(runtime.getStats()).toMatchObject({ activeTimers: 0, activeIntervals: 0 });
  });

  it('runs a string as a script', () => {
    const runtime = withTimers();
    expect(
      runtime.eval(
        'var resolve; setTimeout("var made = 5; resolve([made, this === globalThis])", 1); new Promise((r) => { resolve = r; })',
      ),
    ).toStrictEqual([5, true]);
    expect(runtime.eval('made')).toBe(5);
    expect(
      runtime.eval(
        'setTimeout({ toString: () => "resolve(\'text\')" }); new Promise((r) => { resolve = r; })',
      ),
    ).toBe('text');
  });

  it('lets microtasks run between two callbacks', () => {
    expect(
      withTimers().eval(`const log = [];
        setTimeout(() => { log.push(1); Promise.resolve().then(() => log.push('microtask')); });
        setTimeout(() => log.push(2));
        new Promise((resolve) => setTimeout(() => resolve(log)));`),
    ).toStrictEqual([...[1, 'microtask', 2]]);
  });

  it('called in a callback fires in a later turn', () => {
    expect(
      withTimers().eval(`const log = [];
        new Promise((resolve) => {
          setTimeout(() => { setTimeout(() => resolve([...log, 'inner'])); log.push('outer'); });
          setTimeout(() => log.push('second'));
        });`),
    ).toStrictEqual(['outer', 'second', 'inner']);
  });
});

describe('setInterval', () => {
  it('fires again until it is cleared, also by itself, with its arguments', () => {
    expect(
      withTimers().eval(`new Promise((resolve) => {
        const log = [];
        const id = setInterval((...args) => {
          log.push(args);
          if (log.length < 3) return;
          clearInterval(id);
          setTimeout(() => resolve(log), 10);
        }, 1, 'a', 'b');
      })`),
    ).toStrictEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('of 0 ms leaves room for everything else', async () => {
    const runtime = withTimers();
    runtime.eval('var n = 0; var id = setInterval(() => n++, 0); 0');
    expect(runtime.eval('new Promise((resolve) => setTimeout(resolve, 5, "timer"))')).toBe('timer');
    expect(await runtime.evalAsync('Promise.resolve("promise")')).toBe('promise');
    expect(runtime.eval('clearInterval(id); n')).toBeGreaterThan(0);
  });

  it('goes on when its callback throws', () => {
    expect(
      withTimers().eval(`let n = 0; new Promise((resolve) => {
        const id = setInterval(() => { if (++n === 3) { clearInterval(id); resolve(n); } throw new Error(); }, 1);
      })`),
    ).toBe(3);
  });
});

describe('clearTimeout and clearInterval', () => {
  it('clear either, and none fires after that', () => {
    expect(
      withTimers().eval(`const log = [];
        clearTimeout(setTimeout(() => log.push('timeout')));
        clearInterval(setTimeout(() => log.push('timeout')));
        clearTimeout(setInterval(() => log.push('interval')));
        clearInterval(String(setInterval(() => log.push('interval'))));
        const second = [setTimeout(() => { log.push('first'); clearTimeout(second.id); })];
        second.id = setTimeout(() => log.push('second'));
        new Promise((resolve) => setTimeout(() => resolve(log), 10));`),
    ).toStrictEqual(['first']);
  });

  it('take anything else without a word', () => {
    const runtime = withTimers();
    runtime.eval('var id = setTimeout(() => {}, 1e6)');
    expect(
      runtime.eval(
        '[[], [undefined], [null], [-1], [NaN], ["x"], [{}], [1e300], [id + 1]].map((a) => clearTimeout(...a))',
      ),
    ).toStrictEqual(Array(9).fill(undefined));
    expect(runtime.getStats().activeTimers).toBe(1);
    expect(runtime.eval('clearTimeout(id); clearTimeout(id)')).toBe(undefined);
    expect(runtime.getStats().activeTimers).toBe(0);
  });

  it('know ids that are positive integers and never of two', () => {
    const ids = withTimers().eval<number[]>(
      'Array.from({ length: 100 }, (_, i) => (i % 2 ? setTimeout : setInterval)(() => {}, 1e6))',
    );
    expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
    expect(new Set(ids).size).toBe(100);
  });
});

describe('queueMicrotask', () => {
  it('runs before any timer, after the script', () => {
    expect(
      withTimers().eval(`const log = [];
        setTimeout(() => log.push('timer'));
        queueMicrotask((...args) => { log.push(args); queueMicrotask(() => log.push('nested')); });
        log.push('script');
        new Promise((resolve) => setTimeout(() => resolve(log), 1));`),
    ).toStrictEqual([...['script', [], 'nested', 'timer']]);
  });

  it.each(['', '"code"', '{}', 'null'])('refuses %s', (argument) => {
    expect(
      withTimers().eval(`try { queueMicrotask(${argument}); } catch (e) { e instanceof TypeError; }`),
    ).toBe(true);
  });
});

describe('a call', () => {
  it('waits for the timers that its promise needs, sync and async', async () => {
    const runtime = withTimers();
    const code = `(async () => {
      let n = 0;
      while (n < 3) await new Promise((resolve) => setTimeout(() => resolve(n++), 1));
      return n;
    })()`;
    expect(runtime.eval(code)).toBe(3);
    expect(await runtime.evalAsync(code)).toBe(3);
    const failing = 'new Promise((_, reject) => setTimeout(() => reject(new RangeError("late")), 1))';
    expect(errorOf(() => runtime.eval(failing), JavaScriptError).name).toBe('RangeError');
    expect((await rejectionOf(runtime.evalAsync(failing), JavaScriptError)).name).toBe('RangeError');
  });

  it('does not wait for those that it does not need', () => {
    const runtime = withTimers();
    expect(runtime.eval('setTimeout(() => {}, 1e6); setInterval(() => {}, 1e6); "value"')).toBe('value');
    expect(runtime.eval('setTimeout(() => {}, 1e6); Promise.resolve("promised")')).toBe('promised');
  });

  it('whose promise no timer is left to settle is a PendingPromiseError', () => {
    const runtime = withTimers();
    errorOf(() => runtime.eval('new Promise(() => {})'), PendingPromiseError);
    errorOf(() => runtime.eval('setTimeout(() => {}, 2); new Promise(() => {})'), PendingPromiseError);
    expectUsable(runtime);
  });

  it('whose promise only an interval could settle ends at its deadline', () => {
    const runtime = withTimers();
    runtime.eval('var id = setInterval(() => {}, 1)');
    errorOf(() => runtime.eval('new Promise(() => {})', { timeout: 30 }), TimeoutError);
    runtime.eval('clearInterval(id)');
    errorOf(() => runtime.eval('new Promise(() => {})'), PendingPromiseError);
    expectUsable(runtime);
  });

  it('inside of another does not wait for timers', () => {
    const runtime = withTimers();
    const waits = 'new Promise((resolve) => setTimeout(resolve, 1, "late"))';
    runtime.bindFunction('host', () => errorOf(() => runtime.eval(waits), PendingPromiseError).code);
    expect(runtime.eval('host()')).toBe('ERR_PENDING_PROMISE');
    expect(runtime.eval(waits)).toBe('late');
  });
});
