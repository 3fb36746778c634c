import { JavaScriptError, PendingPromiseError, type Runtime, type RuntimeConfig, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { type ErrorClass, errorOf, expectInvalidArgument, reasonOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('the value of eval', () => {
  it.each<[code: string, value: unknown]>([
    ['1 + 1', 2],
    ['"a"; "b"', 'b'],
    ['if (true) { "block" }', 'block'],
    ['for (var i = 0; i < 3; i++) i * 10', 20],
    ['', undefined],
    ['// only a comment', undefined],
    ['var x = 5', undefined],
    ['let y = 5', undefined],
    ['function f() {}', undefined],
    ['({ a: 1 })', { a: 1 }],
    ['{ a: 1 }', 1],
    ['#!shebang\n7', 7],
    ['"use strict"; this === globalThis', true],
    ['(function () { return this === globalThis })()', true],
    ['"use strict"; (function () { return this })()', undefined],
  ])('of %j is that of its last expression', (code, value) => {
    expect(makeRuntime().eval(code)).toStrictEqual(value);
  });

  it.each(['\u2028', '\u0000', '\ud800', 'é', '日本', '💥'])('keeps %j in the source text', (text) => {
    expect(makeRuntime().eval(`'a${text}b'`)).toBe(`a${text}b`);
  });

  it('runs a long script', () => {
    const script = `let sum = 0;\n${'sum += 1;\n'.repeat(50_000)}sum`;
    expect(makeRuntime().eval(script)).toBe(50_000);
  });
});

describe('the same source, evaluated again and again', () => {
  const times = 5;

  it('runs each time', () => {
    const runtime = makeRuntime();
    const values = Array.from({ length: times }, () =>
      runtime.eval('globalThis.n = (globalThis.n ?? 0) + 1'),
    );
    expect(values).toStrictEqual([1, 2, 3, 4, 5]);
  });

  it('makes new objects and functions', () => {
    const runtime = makeRuntime();
    runtime.eval('const made = new Set()');
    for (let i = 0; i < times; i++)
      runtime.eval('made.add({}).add([]).add(/x/).add(() => {}); function f() {}; made.add(f)');
    expect(runtime.eval('made.size')).toBe(5 * times);
  });

  it('declares a name once, and says so each time', () => {
    const runtime = makeRuntime();
    runtime.eval('let once = 1');
    for (let i = 0; i < times; i++) expect(() => runtime.eval('let once = 1')).toThrow(/once/);
    expect(runtime.eval('once')).toBe(1);
  });

  it('sees what other code has changed meanwhile', () => {
    const runtime = makeRuntime();
    const values = Array.from({ length: times }, (_, i) => {
      runtime.eval(`globalThis.f = () => ${i}`);
      return runtime.eval('f()');
    });
    expect(values).toStrictEqual([0, 1, 2, 3, 4]);
  });

  it('is stopped each time, and runs the next', () => {
    const runtime = makeRuntime();
    runtime.eval('var on = true');
    for (let i = 0; i < times; i++) errorOf(() => runtime.eval('while (on);', { timeout: 20 }), TimeoutError);
    runtime.eval('on = false');
    expect(runtime.eval('while (on);')).toBeUndefined();
  });

  it('tells another file name where one is given', () => {
    const runtime = makeRuntime();
    for (const filename of ['a.js', undefined, 'b.js', undefined]) {
      const error = errorOf(() => runtime.eval('null.x', { filename }), JavaScriptError);
      expect(error.stack).toContain(filename ?? '<eval>');
    }
  });
});

describe('declarations', () => {
  it('persist from one eval to the next', () => {
    const runtime = makeRuntime();
    runtime.eval(
      'let a = 1; const b = 2; class C { get v() { return 3; } } var d = 4; function e() { return 5; }',
    );
    expect(runtime.eval('[a, b, new C().v, d, e()]')).toStrictEqual([1, 2, 3, 4, 5]);
    runtime.eval('a += 10');
    expect(runtime.eval('a')).toBe(11);
    expect(errorOf(() => runtime.eval('b = 3'), JavaScriptError).name).toBe('TypeError');
    expect(runtime.eval('b')).toBe(2);
  });

  it('of let, const and class are no properties of the global object, those of var and function are', () => {
    const runtime = makeRuntime();
    runtime.eval('let a; const b = 0; class c {} var d; function e() {}');
    const present = '["a", "b", "c", "d", "e"].map((name) => Object.hasOwn(globalThis, name))';
    expect(runtime.eval(present)).toStrictEqual([false, false, false, true, true]);
  });

  it('persist after an error further down in the same script', () => {
    const runtime = makeRuntime();
    errorOf(() => runtime.eval('let early = 1; throw new Error("late")'), JavaScriptError);
    expect(runtime.eval('early')).toBe(1);
  });

  it('of two runtimes have nothing in common', () => {
    const [one, other] = [makeRuntime(), makeRuntime()];
    one.eval('var shared = 1; let own = 2; Array.prototype.evil = 3');
    expect(other.eval('[typeof shared, typeof own, typeof [].evil]')).toStrictEqual(
      Array(3).fill('undefined'),
    );
  });
});

describe('what a script finds', () => {
  it('is nothing of Node and nothing of the web', () => {
    const names = [
      ...[
        'process',
        'require',
        'module',
        'exports',
        '__filename',
        '__dirname',
        'global',
        'Buffer',
        'primordials',
      ],
      ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
      ...[
        'queueMicrotask',
        'structuredClone',
        'fetch',
        'Headers',
        'Request',
        'Response',
        'WebSocket',
        'console',
      ],
      ...[
        'URL',
        'TextEncoder',
        'TextDecoder',
        'Blob',
        'Event',
        'EventTarget',
        'AbortController',
        'MessageChannel',
      ],
      ...['performance', 'crypto', 'navigator', 'localStorage', 'Worker', 'DOMException', 'atob', 'btoa'],
      ...['gc', 'print', 'load', 'read', 'quit', 'internalBinding', 'exposedBinding', 'window', 'self'],
    ];
    const runtime = makeRuntime();
    const find = runtime.eval<(names: string[]) => string[]>(
      '(names) => names.filter((name) => name in globalThis || eval("typeof " + name) !== "undefined")',
    );
    expect(find(names)).toStrictEqual([]);
  });

  it('is bare ECMAScript and WebAssembly', () => {
    const kinds = '[typeof Promise, typeof Intl, typeof WebAssembly, typeof Proxy, typeof JSON, typeof eval]';
    expect(makeRuntime().eval(kinds)).toStrictEqual([
      ...['function', 'object', 'object', 'function', 'object', 'function'],
    ]);
  });

  it.each(['node:fs', 'fs', './package.json', 'file:///etc/passwd'])('can not import %s', (specifier) => {
    const runtime = makeRuntime();
    const code = `import(${JSON.stringify(specifier)}).then(() => 'imported', () => 'refused')`;
    expect(runtime.eval(code)).toBe('refused');
    expectUsable(runtime);
  });

  it('keeps eval and new Function inside', () => {
    const code =
      '[(0, eval)("typeof process"), new Function("return typeof require")(), eval("this === globalThis")]';
    expect(makeRuntime().eval(code)).toStrictEqual(['undefined', 'undefined', true]);
  });
});

describe('code that is no string', () => {
  it.each([
    [undefined],
    [null],
    [5],
    [true],
    [{}],
    [['1']],
    [Object('1')],
    [() => 1],
    [Symbol('code')],
    [1n],
  ])('is refused: %s', (code) => {
    const runtime = makeRuntime();
    expectInvalidArgument(() => runtime.eval(code as unknown as string));
    expectUsable(runtime);
  });

  it('never runs code of an object in its place', () => {
    const runtime = makeRuntime();
    const code = { toString: () => expect.unreachable('toString was called') };
    expectInvalidArgument(() => runtime.eval(code as unknown as string));
  });
});

describe('promises', () => {
  it.each<[code: string, value: unknown]>([
    ['Promise.resolve(5)', 5],
    ['(async () => { await null; return 7; })()', 7],
    ['(async () => { for (let i = 0; i < 1000; i++) await i; return "thousand"; })()', 'thousand'],
    ['Promise.all([1, Promise.resolve(2)])', [1, 2]],
    ['new Promise((resolve) => Promise.resolve().then(() => resolve("later")))', 'later'],
    ['(class extends Promise {}).resolve("subclass")', 'subclass'],
    ['Promise.resolve()', undefined],
  ])('%s settles inside: its value', (code, value) => {
    expect(makeRuntime().eval(code)).toStrictEqual(value);
  });

  it('that are rejected throw', () => {
    const runtime = makeRuntime();
    const code = '(async function fails() { await null; throw new RangeError("too far"); })()';
    expect(errorOf(() => runtime.eval(code), JavaScriptError)).toMatchObject({
      name: 'RangeError',
      message: 'too far',
    });
    expect(errorOf(() => runtime.eval('Promise.reject(5)'), JavaScriptError).value).toBe(5);
    expectUsable(runtime);
  });

  it('that are rejected and not the result harm nobody', () => {
    const runtime = makeRuntime();
    expect(runtime.eval('Promise.reject(new Error("unheard")); 1')).toBe(1);
    expectUsable(runtime);
  });

  it('have run their microtasks before the next eval', () => {
    const runtime = makeRuntime();
    runtime.eval('var log = []; Promise.resolve().then(() => log.push("first")); 0');
    expect(runtime.eval('log.push("second"); log')).toStrictEqual(['first', 'second']);
  });

  it.each(['new Promise(() => {})', '(async () => { await new Promise(() => {}); })()', 'fromHost()'])(
    '%s can not settle while the host waits',
    (code) => {
      const runtime = makeRuntime();
      runtime.bindFunction('fromHost', async () => 'late');
      expect(errorOf(() => runtime.eval(code), PendingPromiseError).code).toBe('ERR_PENDING_PROMISE');
      expectUsable(runtime);
    },
  );
});

describe('bootstrap', () => {
  it('runs before anything else', () => {
    const runtime = makeRuntime({ bootstrap: 'let ready = "yes"; globalThis.early = 1;' });
    expect(runtime.eval('[ready, early]')).toStrictEqual(['yes', 1]);
  });

  it.each([
    ['throw new RangeError("no start")', 'RangeError', 'no start'],
    ['Promise.reject(new TypeError("no start")); throw new EvalError("first")', 'EvalError', 'first'],
    ['missing.name', 'ReferenceError', 'missing is not defined'],
  ])('that throws reaches the first call: %s', (bootstrap, name, message) => {
    const runtime = makeRuntime({ bootstrap });
    expect(errorOf(() => runtime.eval('1'), JavaScriptError)).toMatchObject({ name, message });
    // A runtime that was never set up runs nothing: the reason stays.
    expect(errorOf(() => runtime.eval('2'), JavaScriptError)).toMatchObject({ name, message });
  });

  it('that is no script reaches the first call', () => {
    const runtime = makeRuntime({ bootstrap: 'let let = 1' });
    expect(errorOf(() => runtime.eval('1'), JavaScriptError).name).toBe('SyntaxError');
  });

  const patient = { timeout: 60_000, cpuTimeout: 60_000 };
  const calls: [name: string, call: (runtime: Runtime) => unknown][] = [
    ['eval', (runtime) => runtime.eval('1')],
    ['evalAsync', (runtime) => runtime.evalAsync('1')],
    ['evalModule', (runtime) => runtime.evalModule('m')],
    ['evalModuleAsync', (runtime) => runtime.evalModuleAsync('m')],
    ['bindFunction', (runtime) => runtime.bindFunction('f', () => 1)],
    ['bindObject', (runtime) => runtime.bindObject('o', {})],
    ['registerOp', (runtime) => runtime.registerOp('op', () => 1)],
    ['addStaticModule', (runtime) => runtime.addStaticModule('m', '')],
  ];

  describe.each(calls)('that fails closes the runtime, be %s its first call', (_, first) => {
    it.each<[how: string, config: RuntimeConfig, type: ErrorClass<Error>, reason: object]>([
      [
        'it throws',
        { bootstrap: 'throw new RangeError("no start")' },
        JavaScriptError,
        { name: 'RangeError', message: 'no start' },
      ],
      [
        'its timeout runs out',
        { bootstrap: 'for (;;);', timeout: 30 },
        TimeoutError,
        { code: 'ERR_TIMEOUT', kind: 'wall', limit: 30 },
      ],
      [
        'its cpuTimeout runs out',
        { bootstrap: 'for (;;);', cpuTimeout: 30 },
        TimeoutError,
        { code: 'ERR_TIMEOUT', kind: 'cpu', limit: 30 },
      ],
    ])('%s', async (_, config, type, reason) => {
      const runtime = makeRuntime(config);
      expect(await reasonOf((async () => first(runtime))())).toMatchObject(reason);
      // Longer than the script may take: the first call is under the same timeout, and may have ended just before it.
      expect(errorOf<Error>(() => runtime.eval('1', patient), type)).toMatchObject(reason);
      expect(runtime.isClosed()).toBe(true);
      runtime.terminate();
      runtime.close();
      for (const [, later] of calls) {
        expect(await reasonOf((async () => later(runtime))())).toMatchObject(reason);
      }
    });
  });

  it('that throws does not hinder close', () => {
    const runtime = makeRuntime({ bootstrap: 'throw 1' });
    runtime.close();
    expect(runtime.isClosed()).toBe(true);
  });
});
