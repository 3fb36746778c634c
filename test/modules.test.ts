import { DataCloneError, type JsFunction, PendingPromiseError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { runtimeWith } from './support/modules.js';
import { checkReleases, expectUsable } from './support/runtimes.js';

checkReleases();

describe('a namespace at the host', () => {
  it('is a plain object with the exports by name, the default one included', () => {
    const runtime = runtimeWith({
      a: 'const x = 1; export { x, x as "any name" }; export const list = [{ n: x }]; export default "the default";',
    });
    const namespace = runtime.evalModule('a');
    expect(namespace).toStrictEqual({ 'any name': 1, default: 'the default', list: [{ n: 1 }], x: 1 });
    expect(Object.getPrototypeOf(namespace)).toBe(Object.prototype);
    expect(runtime.eval('import("a")')).toStrictEqual(namespace);
  });

  it('is empty for a module that exports nothing', () => {
    expect(runtimeWith({ a: 'const x = 1;' }).evalModule('a')).toStrictEqual({});
  });

  it('has functions that are live: they run in the module', async () => {
    const runtime = runtimeWith({
      a: `let n = 0;
        export function add(by) { n += by; return n; }
        export default class Counter { static get() { return n; } }
        export const deep = { list: [() => n * 2] };
        export const later = async (x) => { await null; return [x, n]; };`,
    });
    const ns = runtime.evalModule<{
      add: JsFunction<[number], number>;
      deep: { list: [JsFunction<[], number>] };
      later: JsFunction<[string], Promise<unknown>>;
    }>('a');
    expect([ns.add(2), ns.add(3), ns.deep.list[0]()]).toStrictEqual([2, 5, 10]);
    expect(await ns.later.callAsync('x')).toStrictEqual(['x', 5]);
    const inside = runtime.eval<JsFunction>('(f) => import("a").then((ns) => ns.add === f)');
    expect(await inside.callAsync(ns.add)).toBe(true);
  });

  it.each([
    ['a symbol', 'export const bad = Symbol();', 'result.bad'],
    ['a promise', 'export const bad = { list: [Promise.resolve(1)] };', 'result.bad.list[0]'],
  ])('cannot hold %s', (_, source, path) => {
    const runtime = runtimeWith({ a: source });
    expect(errorOf(() => runtime.evalModule('a'), DataCloneError).path).toBe(path);
    // The module itself is there: only its namespace can't cross.
    expect(runtime.eval('import("a").then((ns) => typeof ns.bad)')).not.toBe('undefined');
    expectUsable(runtime);
  });
});

describe('a module', () => {
  it('is evaluated once, whoever imports it', async () => {
    const runtime = runtimeWith({
      once: 'globalThis.runs = (globalThis.runs ?? 0) + 1; export const token = {};',
      a: 'import { token } from "once"; export default token;',
      b: 'import { token } from "once"; import a from "a"; export const same = a === token;',
    });
    expect(runtime.evalModule('b')).toStrictEqual({ same: true });
    runtime.evalModule('once');
    await runtime.evalModuleAsync('once');
    runtime.eval('import("once")');
    expect(runtime.eval('Promise.all([import("a"), import("a")]).then(([x, y]) => x === y)')).toBe(true);
    expect(runtime.eval('runs')).toBe(1);
  });

  it('is strict, has no this, and keeps its declarations to itself', () => {
    const runtime = runtimeWith({
      a: 'var mine = 1; export const self = typeof this; export const strict = (function () { return this === undefined; })();',
    });
    expect(runtime.evalModule('a')).toStrictEqual({ self: 'undefined', strict: true });
    expect(runtime.eval('typeof mine')).toBe('undefined');
  });

  it('sees the globals of the runtime, bound functions included', () => {
    const runtime = runtimeWith({ a: 'export default host(shared);' });
    runtime.bindFunction('host', (x: number) => x + 1);
    runtime.eval('var shared = 41');
    expect(runtime.evalModule('a')).toStrictEqual({ default: 42 });
  });

  it('is evaluated after all it imports, in the order of the imports', () => {
    const runtime = runtimeWith({
      top: 'import "left"; import "right"; log.push("top");',
      left: 'import "leaf"; log.push("left");',
      right: 'import "leaf"; log.push("right");',
      leaf: 'log.push("leaf");',
    });
    runtime.eval('var log = []');
    runtime.evalModule('top');
    expect(runtime.eval('log')).toStrictEqual(['leaf', 'left', 'right', 'top']);
  });

  it('re-exports what others export', () => {
    const runtime = runtimeWith({
      a: 'export * from "b"; export * as all from "b"; export { default as named } from "b"; export const own = 0;',
      b: 'export const x = 1; export default 2;',
    });
    expect(runtime.eval('import("a").then((a) => [Object.keys(a), a.x, a.all.x, a.named, a.own])')).toEqual([
      ['all', 'named', 'own', 'x'],
      1,
      1,
      2,
      0,
    ]);
  });

  it('knows its name as import.meta.url, and nothing else of the host', () => {
    const runtime = runtimeWith({
      'lib/a.js': 'export const { url } = import.meta; export const keys = Reflect.ownKeys(import.meta);',
    });
    expect(runtime.evalModule('lib/a.js')).toStrictEqual({ url: 'lib/a.js', keys: ['url'] });
  });

  it('may have any name and any text', () => {
    const name = 'ünï/😀 "quoted"\u2028';
    const runtime = runtimeWith({ [name]: 'export const text = "ß😀"; export default import.meta.url;' });
    expect(runtime.evalModule(name)).toStrictEqual({ text: 'ß😀', default: name });
  });
});

describe('bindings between modules', () => {
  it('are live', () => {
    const runtime = runtimeWith({
      counter: 'export let n = 0; export const up = () => ++n;',
      a: 'import { n, up } from "counter"; up(); up(); export const seen = n; export const look = () => n;',
    });
    const ns = runtime.evalModule<{ seen: number; look: JsFunction }>('a');
    expect(ns.seen).toBe(2);
    runtime.evalModule<{ up: JsFunction }>('counter').up();
    expect(ns.look()).toBe(3);
    // At the host a namespace is a copy of its moment.
    expect([ns.seen, runtime.evalModule<{ n: number }>('counter').n]).toStrictEqual([2, 3]);
  });

  it('cannot be written by who imports them', () => {
    const runtime = runtimeWith({
      a: 'export let n = 1;',
      b: 'import { n } from "a"; let error; try { n = 2; } catch (e) { error = e.name; } export { error, n };',
    });
    expect(runtime.evalModule('b')).toStrictEqual({ error: 'TypeError', n: 1 });
  });

  it('work in cycles', () => {
    const runtime = runtimeWith({
      even: 'import { odd } from "odd"; export const even = (n) => n === 0 || odd(n - 1);',
      odd: 'import { even } from "even"; export const odd = (n) => n !== 0 && even(n - 1);',
      self: 'import * as me from "self"; export const x = 1; export const mine = () => me.x;',
    });
    const { even } = runtime.evalModule<{ even: JsFunction<[number], boolean> }>('even');
    expect([even(10), even(7)]).toStrictEqual([true, false]);
    expect(runtime.evalModule<{ mine: JsFunction }>('self').mine()).toBe(1);
  });
});

describe('top-level await', () => {
  it('is waited for by evalModule where the runtime itself can end it', () => {
    const runtime = runtimeWith(
      {
        a: 'export const x = await Promise.resolve(3); await null; export default await import("b");',
        b: 'export const y = await new Promise((resolve) => setTimeout(resolve, 1, "timer"));',
      },
      { enableTimers: true },
    );
    expect(runtime.evalModule('a')).toStrictEqual({ default: { y: 'timer' }, x: 3 });
  });

  it('that needs the host is a PendingPromiseError in evalModule, and awaited by evalModuleAsync', async () => {
    const runtime = runtimeWith({ a: 'export default await host();', b: 'import a from "a"; export { a };' });
    runtime.bindFunction('host', async () => 'from the host');
    errorOf(() => runtime.evalModule('b'), PendingPromiseError);
    expectUsable(runtime);
    expect(await runtime.evalModuleAsync('b')).toStrictEqual({ a: 'from the host' });
    expect(runtime.evalModule('b')).toStrictEqual({ a: 'from the host' });
  });

  it('holds up who imports the module, not the others', async () => {
    const runtime = runtimeWith({
      slow: 'await gate(); log.push("slow");',
      waits: 'import "slow"; log.push("waits");',
      free: 'log.push("free");',
    });
    runtime.eval('var log = []');
    let open = (): void => {};
    runtime.bindFunction('gate', () => new Promise<void>((resolve) => (open = resolve)));
    const waiting = runtime.evalModuleAsync('waits');
    await runtime.evalModuleAsync('free');
    open();
    await waiting;
    expect(runtime.eval('log')).toStrictEqual(['free', 'slow', 'waits']);
  });
});

describe('dynamic import', () => {
  it('works from scripts, functions, modules and eval inside', () => {
    const runtime = runtimeWith({
      a: 'export const x = 1;',
      b: 'export const viaModule = (await import("a")).x; export const lazy = () => import("a");',
    });
    expect(runtime.eval('import("a").then((a) => a.x)')).toBe(1);
    expect(runtime.eval('(0, eval)("import(\'a\')").then((a) => a.x)')).toBe(1);
    expect(runtime.eval('new Function("return import(\'a\')")().then((a) => a.x)')).toBe(1);
    const ns = runtime.evalModule<{ viaModule: number; lazy: JsFunction }>('b');
    expect(ns.viaModule).toBe(1);
    expect(runtime.eval('import("b").then((b) => b.lazy()).then((a) => a.x)')).toBe(1);
  });

  it('converts its specifier to a string', () => {
    const runtime = runtimeWith({ 5: 'export default "five";' });
    expect(runtime.eval('import(5).then((ns) => ns.default)')).toBe('five');
    expect(runtime.eval('import({ toString: () => "5" }).then((ns) => ns.default)')).toBe('five');
    expect(runtime.eval('import({ toString() { throw 7; } }).catch((e) => e)')).toBe(7);
  });

  it('evaluates the module after the code that imports has gone on', () => {
    const runtime = runtimeWith({
      a: 'log.push("module a");',
      b: 'log.push("b begins"); import("a").then(() => log.push("b has a")); log.push("b ends");',
    });
    runtime.eval('var log = []; import("a").then(() => log.push("then")); log.push("script");');
    expect(runtime.eval('log')).toStrictEqual(['script', 'module a', 'then']);
    runtime.eval('log = []; import("b").then(() => log.push("script has b")); log.push("script");');
    expect(new Set(runtime.eval<string[]>('log').slice(0, 3))).toStrictEqual(
      new Set(['script', 'b begins', 'b ends']),
    );
    expect(runtime.eval('log.indexOf("script")')).toBe(0);
  });

  it('gives a namespace that is a module namespace inside', () => {
    const runtime = runtimeWith({ a: 'export const x = 1;' });
    expect(
      runtime.eval(
        'import("a").then((a) => [Object.prototype.toString.call(a), Object.getPrototypeOf(a), Reflect.set(a, "x", 2)])',
      ),
    ).toStrictEqual([...['[object Module]', null, false]]);
  });
});

describe('JSON modules', () => {
  const json = '{ "list": [1, { "deep": null }], "__proto__": 5 }';

  it('are imported with their type, statically and dynamically, once', () => {
    const runtime = runtimeWith({
      data: json,
      a: 'import data from "data" with { type: "json" }; export { data };',
    });
    const ns = runtime.evalModule<{ data: object }>('a');
    expect(ns.data).toStrictEqual(JSON.parse(json));
    expect(
      runtime.eval(
        `import("data", { with: { type: "json" } }).then(async (ns) =>
          [Object.keys(ns), ns.default === (await import("a")).data, Object.getPrototypeOf(ns.default) === Object.prototype])`,
      ),
    ).toStrictEqual([['default'], true, true]);
  });

  it('are no script, and a script is no JSON', () => {
    const runtime = runtimeWith({ data: '[1, 2]', code: 'export default 1;' });
    expect(runtime.evalModule('data')).toStrictEqual({});
    expect(runtime.eval('import("data", { with: { type: "json" } }).then((ns) => ns.default)')).toEqual([
      1, 2,
    ]);
    expect(runtime.eval('import("code", { with: { type: "json" } }).catch((e) => e.name)')).toBe(
      'SyntaxError',
    );
    expect(runtime.evalModule('code')).toStrictEqual({ default: 1 });
  });

  it.each(['type: "css"', 'type: "JSON"', 'lang: "json"', 'type: "json", more: "x"'])(
    'any other attribute is refused: %s',
    (attributes) => {
      const runtime = runtimeWith({ data: json, a: `import data from "data" with { ${attributes} };` });
      expect(runtime.eval('import("a").catch((e) => [e instanceof TypeError, e.message])')).toStrictEqual([
        true,
        expect.stringContaining('json'),
      ]);
      expect(
        runtime.eval(`import("data", { with: { ${attributes} } }).catch((e) => e instanceof TypeError)`),
      ).toBe(true);
      expect(runtime.eval('import("data", { with: {} }).catch((e) => e.name)')).toBe('SyntaxError');
      expectUsable(runtime);
    },
  );
});
