import { JavaScriptError, type JsFunction, PendingPromiseError, type Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** A runtime with `nested(code)`, the value of a nested eval or the code of its error, and `later()`, a promise of the host's. */
function withNested(): Runtime {
  const runtime = makeRuntime();
  runtime.bindFunction('later', async (value: unknown = 'late') => value);
  runtime.bindFunction('nested', (code: string) => {
    try {
      return runtime.eval(code);
    } catch (error) {
      return (error as PendingPromiseError).code;
    }
  });
  return runtime;
}

const pending = 'ERR_PENDING_PROMISE';

describe('a nested eval whose promise needs the host', () => {
  it.each([
    ['a promise of a host function', 'later()'],
    ['one that waits for such a promise', '(async () => { await null; return [await later()]; })()'],
    ['one of several', 'Promise.all([1, Promise.resolve(2), later()])'],
    ['one that never settles', 'new Promise(() => {})'],
  ])('is refused, and the outer script goes on: %s', async (_, code) => {
    const runtime = withNested();
    const outer = `[nested(${JSON.stringify(code)}), "went on"]`;
    expect(runtime.eval(outer)).toStrictEqual([pending, 'went on']);
    expect(await runtime.evalAsync(outer)).toStrictEqual([pending, 'went on']);
    expectUsable(runtime);
  });

  it('is refused on every level, and every level goes on', () => {
    const runtime = withNested();
    runtime.eval(`
      const levels = [];
      function down(n) {
        if (n > 0) nested('down(' + (n - 1) + ')');
        levels.push([n, nested('later()')]);
      }
    `);
    runtime.eval('down(5)');
    expect(runtime.eval('levels')).toStrictEqual([0, 1, 2, 3, 4, 5].map((n) => [n, pending]));
    expectUsable(runtime);
  });

  it('throws in the plugin by name and code, and comes back as cause', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('later', async () => 'late');
    runtime.bindFunction('nested', () => runtime.eval('later()'));
    expect(runtime.eval('try { nested() } catch (e) { [e.name, e.code] }')).toStrictEqual([
      'PendingPromiseError',
      pending,
    ]);
    const error = errorOf(() => runtime.eval('nested()'), JavaScriptError);
    expect(error.cause).toBeInstanceOf(PendingPromiseError);
    expectUsable(runtime);
  });

  it('leaves the promise alone: it settles once the host is free', async () => {
    const runtime = withNested();
    runtime.eval('var kept; const first = nested("kept = later(); kept")');
    expect(runtime.eval('first')).toBe(pending);
    expect(await runtime.evalAsync('kept')).toBe('late');
    const both =
      '(async () => { const code = nested("kept = later(2); kept"); return [code, await kept]; })()';
    expect(await runtime.evalAsync(both)).toStrictEqual([pending, 2]);
  });
});

describe('a nested eval whose promise needs the outer script', () => {
  const script = `(() => {
    let settle;
    globalThis.promise = new Promise((resolve) => { settle = resolve; });
    const code = nested('promise.then((value) => value + 1)');
    settle(5);
    return promise.then((value) => [code, value]);
  })()`;

  it('is refused; the outer script settles it and gets its own value', async () => {
    const runtime = withNested();
    expect(runtime.eval(script)).toStrictEqual([pending, 5]);
    expect(await runtime.evalAsync(script)).toStrictEqual([pending, 5]);
    expect(runtime.eval<JsFunction>(`() => ${script}`)()).toStrictEqual([pending, 5]);
    expectUsable(runtime);
  });
});

describe('a nested eval whose promise settles inside', () => {
  it('gives its value, and runs the callbacks of the outer script that it needs', () => {
    const runtime = withNested();
    expect(runtime.eval('nested("(async () => { await null; return 7; })()")')).toBe(7);
    expect(runtime.eval('globalThis.p = Promise.resolve(3).then((x) => 2 * x); nested("p")')).toBe(6);
    const log =
      'const log = []; Promise.resolve().then(() => log.push("task")); nested("1"); log.push("between"); nested("p.then()"); log.push("end"); log';
    expect(runtime.eval(log)).toStrictEqual(['between', 'task', 'end']);
  });

  // Promise callbacks don't nest, in no engine: there the promise needs the outer script to end.
  it('is refused inside a promise callback, where only what has settled has a value', async () => {
    const runtime = withNested();
    const script = `(async () => {
      await null;
      return [nested('1 + 1'), nested('Promise.resolve(5)'), nested('(async () => { await null; })()')];
    })()`;
    expect(runtime.eval(script)).toStrictEqual([2, 5, pending]);
    expect(await runtime.evalAsync(script)).toStrictEqual([2, 5, pending]);
    expectUsable(runtime);
  });
});

describe('a nested call of a function whose promise is pending', () => {
  it('gives the host a promise, which settles when the outer script has gone on', async () => {
    const runtime = makeRuntime();
    let given: unknown;
    runtime.bindFunction('host', (wait: JsFunction) => {
      given = wait();
      return given instanceof Promise;
    });
    const script = `(() => {
      let settle;
      const promised = host(() => new Promise((...both) => { settle = both; }));
      settle[which](new RangeError('settled'));
      return promised;
    })()`;
    expect(runtime.eval(script.replace('which', '0'))).toBe(true);
    expect(await given).toMatchObject({ name: 'RangeError', message: 'settled' });
    expect(runtime.eval(script.replace('which', '1'))).toBe(true);
    const error = await rejectionOf(given as Promise<unknown>, JavaScriptError);
    expect(error).toMatchObject({ name: 'RangeError', message: 'settled' });
    expectUsable(runtime);
  });
});
