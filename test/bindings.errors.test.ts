import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JavaScriptError, type Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** Every string that a plugin can read off an error that it caught, prototypes and causes included. */
const everyString = `(error) => {
  const found = [];
  const visited = new Set();
  const visit = (value) => {
    if (typeof value === 'string') found.push(value);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || visited.has(value)) return;
    if (value === Object.prototype || value === Function.prototype || value === globalThis) return;
    visited.add(value);
    for (const key of Reflect.ownKeys(value)) {
      found.push(String(key));
      try { visit(value[key]); } catch {}
    }
    try { found.push(String(value)); } catch {}
    visit(Object.getPrototypeOf(value));
  };
  visit(error);
  return found.filter((text) => text.length < 10_000);
}`;

/** What a plugin can read that catches whatever `host()` throws. */
function readInside(runtime: Runtime): string[] {
  runtime.eval(`var read = ${everyString}`);
  return runtime.eval<string[]>(
    '(() => { try { host(); return ["nothing thrown"]; } catch (error) { return read(error); } })()',
    {
      filename: 'plugin.js',
    },
  );
}

function expectNothingOfHost(strings: string[]): void {
  const text = strings.join('\n');
  for (const trace of [
    __dirname,
    process.cwd(),
    'node:',
    'file://',
    'node_modules',
    'vitest',
    'bindings.errors',
  ]) {
    expect(text).not.toContain(trace);
  }
}

describe('what a plugin sees of an error of the host', () => {
  it('is name and message', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => {
      throw new RangeError('too far');
    });
    const look =
      'try { host() } catch (e) { [e instanceof Error, e instanceof RangeError, e.name, e.message, String(e)] }';
    expect(runtime.eval(look)).toStrictEqual([true, true, 'RangeError', 'too far', 'RangeError: too far']);
    expectUsable(runtime);
  });

  it('is no stack and no path of the host, wherever it looks', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', function deeply() {
      (function inside() {
        throw new TypeError('secret place', { cause: new Error('secret cause') });
      })();
    });
    const strings = readInside(runtime);
    expect(strings).toContain('secret place');
    expectNothingOfHost(strings);
    const text = strings.join('\n');
    for (const name of ['deeply', 'inside', 'secret cause']) expect(text).not.toContain(name);
    const stack = runtime.eval<string>('try { host() } catch (e) { e.stack }');
    expect(stack.split('\n')[0]).toBe('TypeError: secret place');
  });

  it('is the code of an error of Node, but none of its other properties', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => {
      try {
        readFileSync('/nowhere/secret.txt');
      } catch (error) {
        throw Object.assign(error as Error, { message: 'not readable', token: 'hidden', code: 'ENOENT' });
      }
    });
    const strings = readInside(runtime);
    expectNothingOfHost(strings);
    expect(strings.join('\n')).not.toMatch(/nowhere|hidden|token/);
    expect(runtime.eval('try { host() } catch (e) { [e.code, "path" in e, "errno" in e] }')).toStrictEqual([
      ...['ENOENT', false, false],
    ]);
  });

  it('is that of a DOMException, and of what inherits from Error in another way', async () => {
    const runtime = makeRuntime();
    function Old(this: { message: string }, message: string): void {
      this.message = message;
    }
    Old.prototype = Object.create(Error.prototype, { name: { value: 'OldError' } });
    const thrown = [new DOMException('gone', 'AbortError'), Reflect.construct(Old, ['old'])];
    const look = '((e) => [e instanceof Error, e.name, e.message, Object.keys(e)])';
    const seen = [
      [true, 'AbortError', 'gone'],
      [true, 'OldError', 'old'],
    ];
    for (const [i, error] of thrown.entries()) {
      runtime.bindFunction('host', () => {
        throw error;
      });
      runtime.bindFunction('later', () => Promise.reject(error));
      expect(runtime.eval<unknown[]>(`try { host() } catch (e) { ${look}(e) }`).slice(0, 3)).toStrictEqual(
        seen[i],
      );
      expect((await runtime.evalAsync<unknown[]>(`later().catch(${look})`)).slice(0, 3)).toStrictEqual(
        seen[i],
      );
      expect(runtime.eval<(e: unknown) => unknown>(look)(error)).toStrictEqual([
        ...(seen[i] as unknown[]),
        [],
      ]);
      expect(errorOf(() => runtime.eval('host()'), JavaScriptError).cause).toBe(error);
    }
  });

  it('is a message as it is, a path in it included: the host chose it', async () => {
    const runtime = makeRuntime();
    const file = join(__dirname, 'no such file');
    runtime.bindFunction('host', () => readFileSync(file));
    runtime.bindFunction('later', () => readFile(file));
    const look = '[e.message, e.stack.split("\\n")[0], "path" in e, "syscall" in e]';
    const message = `ENOENT: no such file or directory, open '${file}'`;
    const seen = [message, `Error: ${message}`, false, false];
    expect(runtime.eval(`try { host() } catch (e) { ${look} }`)).toStrictEqual(seen);
    expect(await runtime.evalAsync(`later().catch((e) => ${look})`)).toStrictEqual(seen);
    expect(errorOf(() => runtime.eval('host()'), JavaScriptError).message).toBe(message);
  });

  it.each<[code: unknown, seen: unknown]>([
    ['E_X', 'E_X'],
    [42, 42],
    [{ deep: 1 }, undefined],
    [Symbol('code'), undefined],
    [() => 1, undefined],
  ])('is a code that is a string or a number: %s', (code, seen) => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => {
      throw Object.assign(new Error('x'), { code });
    });
    expect(runtime.eval('try { host() } catch (e) { e.code }')).toBe(seen);
  });

  it('is nothing of the host realm', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => {
      throw new Error('x');
    });
    const climb =
      'try { host() } catch (e) { e.constructor.constructor("return [typeof process, this === globalThis]")() }';
    expect(runtime.eval(climb)).toStrictEqual(['undefined', true]);
  });

  it('of a class of the host is an Error with that name', () => {
    class QuotaError extends Error {
      override name = 'QuotaError';
    }
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => {
      throw new QuotaError('over');
    });
    const look = 'try { host() } catch (e) { [e instanceof Error, e.name, e.message, typeof QuotaError] }';
    expect(runtime.eval(look)).toStrictEqual([true, 'QuotaError', 'over', 'undefined']);
  });

  it('of an async function is the same', async () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', async () => {
      throw Object.assign(new RangeError('later'), { code: 'E_LATER', path: '/secret' });
    });
    runtime.eval(`var read = ${everyString}`);
    const strings = await runtime.evalAsync<string[]>('host().catch(read)');
    expect(strings).toEqual(expect.arrayContaining(['RangeError', 'later', 'E_LATER']));
    expectNothingOfHost(strings);
    expect(strings.join('\n')).not.toContain('secret');
  });

  it('with accessors that throw is still an error', () => {
    const runtime = makeRuntime();
    const bad = {
      get: () => {
        throw new Error('accessor');
      },
    };
    // The stack first: V8 formats it, with name and message, when it is redefined.
    const hostile = Object.defineProperties(new Error('x'), {
      stack: bad,
      name: bad,
      message: bad,
      code: bad,
    });
    runtime.bindFunction('host', () => {
      throw hostile;
    });
    expect(runtime.eval('try { host(); "none" } catch (e) { e instanceof Error }')).toBe(true);
    expect(errorOf(() => runtime.eval('host()'), JavaScriptError).cause).toBe(hostile);
    expectUsable(runtime);
  });
});

describe('an error of the host that the plugin lets escape', () => {
  it('is the cause of a JavaScriptError, itself', () => {
    const runtime = makeRuntime();
    const original = Object.assign(new RangeError('mine'), { own: 1 });
    runtime.bindFunction('host', () => {
      throw original;
    });
    const escapes = [
      'host()',
      'try { host() } catch (e) { throw e }',
      'try { host() } finally { 1 }',
      '[1].forEach(host)',
    ];
    for (const code of escapes) {
      const error = errorOf(() => runtime.eval(code, { filename: 'plugin.js' }), JavaScriptError);
      expect(error).toMatchObject({ name: 'RangeError', message: 'mine' });
      expect(error.cause).toBe(original);
      expect(error.stack).not.toContain(__dirname);
    }
    const call = runtime.eval<() => void>('() => host()');
    expect(errorOf(call, JavaScriptError).cause).toBe(original);
    expectUsable(runtime);
  });

  it('is so across promises', async () => {
    const runtime = makeRuntime();
    const original = new TypeError('async');
    runtime.bindFunction('later', async () => {
      throw original;
    });
    runtime.bindFunction('now', () => {
      throw original;
    });
    expect((await rejectionOf(runtime.evalAsync('later()'), JavaScriptError)).cause).toBe(original);
    expect(
      (await rejectionOf(runtime.evalAsync('(async () => { await later(); })()'), JavaScriptError)).cause,
    ).toBe(original);
    expect(errorOf(() => runtime.eval('(async () => { await null; now(); })()'), JavaScriptError).cause).toBe(
      original,
    );
  });

  it('is not confused with another of the same text', () => {
    const runtime = makeRuntime();
    const thrown: Error[] = [];
    runtime.bindFunction('host', () => {
      thrown.push(new Error('same'));
      throw thrown.at(-1);
    });
    const error = errorOf(
      () =>
        runtime.eval('let first; try { host() } catch (e) { first = e } try { host() } catch {} throw first'),
      JavaScriptError,
    );
    expect(thrown).toHaveLength(2);
    expect(error.cause).toBe(thrown[0]);
    expect(errorOf(() => runtime.eval('throw new Error("same")'), JavaScriptError).cause).toBe(undefined);
  });

  it.each<[thrown: unknown]>([[null], [undefined], [5], ['text'], [{ a: 1 }], [Symbol('s')], [() => 1]])(
    'may be no Error at all: %s',
    (thrown) => {
      const runtime = makeRuntime();
      runtime.bindFunction('host', () => {
        throw thrown;
      });
      expect(runtime.eval('let caught = "no"; try { host() } catch { caught = "yes" } caught')).toBe('yes');
      const error = errorOf(() => runtime.eval('host()'), JavaScriptError);
      expect(error.cause).toBe(thrown);
      expect(error.stack).not.toContain(__dirname);
      expectUsable(runtime);
    },
  );
});
