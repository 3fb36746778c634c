import { JavaScriptError, type JsFunction } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('a host function called from eval', () => {
  it('may evaluate in the same runtime, which sees the outer script half run', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', (code: string) => runtime.eval(code));
    expect(
      runtime.eval('let outer = 1; const seen = host("outer += 1; outer * 10"); [outer, seen]'),
    ).toStrictEqual([...[2, 20]]);
  });

  it('may call a function that it was given', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('twice', (f: JsFunction, x: unknown) => f(f(x)));
    expect(runtime.eval('twice((x) => x * 3, 5)')).toBe(45);
  });

  it('may bind more, which the outer script then finds', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('more', () => runtime.bindFunction('added', () => 'new'));
    expect(runtime.eval('more(); added()')).toBe('new');
  });

  it('may start async calls, which wait until the outer script has ended', async () => {
    const runtime = makeRuntime();
    const add = runtime.eval<JsFunction>('var log = []; (entry) => { log.push(entry); }');
    const started: Promise<unknown>[] = [];
    runtime.bindFunction('start', () => {
      started.push(runtime.evalAsync('log.push("first")'), add.callAsync('second'));
      runtime.eval('log.push("nested")');
      add('nested, too');
    });
    runtime.eval('start(); log.push("script")');
    await Promise.all(started);
    const order = ['nested', 'nested, too', 'script', 'first', 'second'];
    expect(runtime.eval('log')).toStrictEqual(order);
    await runtime.evalAsync('log = []; start(); log.push("script")');
    await Promise.all(started);
    expect(runtime.eval('log')).toStrictEqual(order);
  });

  it('may make, use and close another runtime', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('elsewhere', (code: string) => {
      const other = makeRuntime();
      const value = other.eval(code);
      other.close();
      return value;
    });
    expect(runtime.eval('[elsewhere("1 + 1"), elsewhere("typeof elsewhere")]')).toStrictEqual([
      2,
      'undefined',
    ]);
  });

  it('may go back and forth between two runtimes', () => {
    const [one, other] = [makeRuntime(), makeRuntime()];
    one.bindFunction('other', (n: number) => other.eval(`down(${n})`));
    other.bindFunction('one', (n: number) => one.eval(`down(${n})`));
    one.eval('function down(n) { return n === 0 ? ["one"] : ["one", ...other(n - 1)]; }');
    other.eval('function down(n) { return n === 0 ? ["other"] : ["other", ...one(n - 1)]; }');
    expect(one.eval('down(5)')).toStrictEqual(['one', 'other', 'one', 'other', 'one', 'other']);
    expectUsable(one);
    expectUsable(other);
  });

  it('may be a hundred levels down', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', (n: number) => runtime.eval(`deeper(${n})`));
    runtime.eval('function deeper(n) { return n === 0 ? 0 : 1 + host(n - 1); }');
    expect(runtime.eval('deeper(100)')).toBe(100);
    expectUsable(runtime);
  });
});

describe('an error from a nested call', () => {
  it('keeps its name and message on each level, and the host gets its own error back', () => {
    const runtime = makeRuntime();
    let inner: unknown;
    runtime.bindFunction('host', () => {
      try {
        return runtime.eval('throw new RangeError("inside")', { filename: 'inner.js' });
      } catch (error) {
        inner = error;
        throw error;
      }
    });
    expect(runtime.eval('try { host() } catch (error) { [error.name, error.message] }')).toStrictEqual([
      ...['RangeError', 'inside'],
    ]);
    const outer = errorOf(() => runtime.eval('host()'), JavaScriptError);
    expect(outer).toMatchObject({ name: 'RangeError', message: 'inside' });
    expect(inner).toBeInstanceOf(JavaScriptError);
    expect(outer.cause).toBe(inner);
    expectUsable(runtime);
  });

  it('leaves the outer script running when the host catches it', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('attempt', (code: string) => {
      try {
        runtime.eval(code);
        return 'done';
      } catch (error) {
        return (error as Error).name;
      }
    });
    const code =
      '[attempt("throw new TypeError()"), attempt("let let"), attempt("new Promise(() => {})"), attempt("1")]';
    expect(runtime.eval(code)).toStrictEqual(['TypeError', 'SyntaxError', 'PendingPromiseError', 'done']);
  });
});

describe('microtasks', () => {
  it('do not run inside a script that waits for its host call', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('host', () => undefined);
    const code =
      'const log = []; Promise.resolve().then(() => log.push("task")); host(); log.push("script"); log.join()';
    expect(runtime.eval(code)).toBe('script');
    expect(runtime.eval('log')).toStrictEqual(['script', 'task']);
  });
});

describe('recursion without end', () => {
  it.each([
    ['in a script', 'function f() { f(); } f()'],
    ['in a getter that the result is read through', '({ get x() { return this.x; } })'],
    ['in a parser', 'eval("[".repeat(200_000))'],
  ])('%s is a RangeError of the plugin', (_, code) => {
    const runtime = makeRuntime();
    expect(errorOf(() => runtime.eval(code), JavaScriptError).name).toBe('RangeError');
    expectUsable(runtime);
  });

  // In a child: what overflows here is the stack of the host's thread, or of the runtime's, whichever is first.
  it('between host and plugin is an error, and the process goes on', async () => {
    const script = `
      const runtime = new Runtime();
      runtime.bindFunction('host', () => runtime.eval('host()'));
      for (let i = 0; i < 3; i++) console.log(codeOf(() => runtime.eval('host()')));
      console.log(runtime.eval('1 + 1'));
      runtime.close();
      console.log(awaitThreads(0), live().runtimes);
    `;
    await expectChild(script, ['ERR_JAVASCRIPT', 'ERR_JAVASCRIPT', 'ERR_JAVASCRIPT', '2', 'true 0']);
  });
});
