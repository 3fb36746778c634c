import {
  DataCloneError,
  HeapLimitError,
  JavaScriptError,
  PluginError,
  SerializationLimitError,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { answering, checkPluginReleases, managerOf } from './support/plugins.js';

checkPluginReleases();

/** Only for limits that nothing is expected to reach. */
const plenty = 60_000;

describe('errors of plugins', () => {
  const source = `const plugin = {
  boom() {
    throw Object.assign(new TypeError('Boom'), { status: 404 });
  },
  value() { throw 5; },
  host() { fail(); },
  symbol: () => ({ items: [Symbol('s')] }),
  deep() { let v = 1; for (let i = 0; i < 100; i++) v = [v]; return v; },
  echo: (x) => x,
};`;

  it('name plugin, hook, file and line, and keep class, code and stack', () => {
    const manager = managerOf({ bad: source });
    manager.loadPlugin('bad', { fail: () => undefined });
    const error = errorOf(() => manager.callHook('bad', 'boom'), JavaScriptError);
    expect(error).toMatchObject({
      code: 'ERR_JAVASCRIPT',
      name: 'TypeError',
      plugin: 'bad',
      hook: 'boom',
      properties: { status: 404 },
    });
    expect(error.message).toMatch(/^plugin "bad", hook "boom": Boom \(bad\.js:3:\d+\)$/);
    expect(error.frames[0]).toMatchObject({ fileName: 'bad.js', lineNumber: 3 });
    expect(error.stack).toContain('bad.js:3:');
    expect(error.stack).not.toContain('plugin-manager');
  });

  it('name them for thrown values that are no errors', () => {
    const manager = managerOf({ bad: source });
    manager.loadPlugin('bad', { fail: () => undefined });
    const error = errorOf(() => manager.callHook('bad', 'value'), JavaScriptError);
    expect(error).toMatchObject({ value: 5, plugin: 'bad', hook: 'value' });
    expect(error.message).toContain('plugin "bad", hook "value": ');
    expect(error.message).toContain('bad.js');
  });

  it('have the original host error as cause, untouched', () => {
    const cause = new RangeError('disk full');
    const manager = managerOf({ bad: source });
    manager.loadPlugin('bad', {
      fail: () => {
        throw cause;
      },
    });
    const error = errorOf(() => manager.callHook('bad', 'host'), JavaScriptError);
    expect(error.cause).toBe(cause);
    expect(error.message).toContain('plugin "bad", hook "host": disk full');
    expect(cause.message).toBe('disk full');
    expect(cause).not.toHaveProperty('plugin');
  });

  it('name them for values that cannot cross', () => {
    const manager = managerOf({ bad: source });
    manager.loadPlugin('bad', { fail: () => undefined });
    const result = errorOf(() => manager.callHook('bad', 'symbol'), DataCloneError);
    expect(result).toMatchObject({ plugin: 'bad', hook: 'symbol' });
    expect(result.path).toContain('items[0]');
    expect(result.message).toContain('plugin "bad", hook "symbol": ');
    expect(result.stack).toContain(result.message);
    const argument = errorOf(() => manager.callHook('bad', 'echo', { a: Symbol('a') }), DataCloneError);
    expect(argument).toMatchObject({ plugin: 'bad', hook: 'echo' });
    const deep = errorOf(() => manager.callHook('bad', 'deep'), SerializationLimitError);
    expect(deep).toMatchObject({ plugin: 'bad', hook: 'deep', limit: 'depth', max: 64 });
    expect(manager.callHook('bad', 'echo', 1)).toBe(1);
  });

  it('name the inner plugin in the cause when one plugin calls another', () => {
    const manager = managerOf({
      outer: 'const plugin = { run: () => callInner() };',
      inner: 'const plugin = { run() { throw new Error("inner boom"); } };',
    });
    manager.loadPlugin('inner');
    manager.loadPlugin('outer', { callInner: () => manager.callHook('inner', 'run') });
    const error = errorOf(() => manager.callHook('outer', 'run'), JavaScriptError);
    expect(error.plugin).toBe('outer');
    expect(error.cause).toBeInstanceOf(JavaScriptError);
    expect(error.cause).toMatchObject({ plugin: 'inner', hook: 'run' });
  });

  it('say that a plugin is not loaded, and which are', async () => {
    const manager = managerOf({ one: answering(1), two: answering(2) });
    expect(errorOf(() => manager.callHook('one', 'answer'), PluginError).message).toContain('none is');
    manager.loadPlugin('one');
    manager.loadPlugin('two');
    const error = errorOf(() => manager.callHook('three', 'answer'), PluginError);
    expect(errorOf(() => manager.getStats('three'), PluginError).message).toBe(error.message);
    expect(error.message).toContain('plugin "three" is not loaded');
    expect(error.message).toContain('one, two');
    expect((await rejectionOf(manager.callHookAsync('three', 'answer'), PluginError)).plugin).toBe('three');
  });
});

describe('loading that fails', () => {
  const broken: Record<string, [string, typeof JavaScriptError | typeof PluginError, string]> = {
    syntax: ['const plugin = {\n  greet( {\n};', JavaScriptError, 'syntax.js:'],
    unfinished: ['const plugin = {', JavaScriptError, 'unfinished.js:'],
    throws: ['const x = 1;\nthrow new Error("at load");', JavaScriptError, 'at load (throws.js:2:'],
    rejects: ['(async () => { throw new Error("later"); })()', JavaScriptError, 'later (rejects.js:1:'],
    nothing: ['', PluginError, 'it defines none'],
    number: ['const plugin = 5;', PluginError, 'its "plugin" is number'],
    null: ['const plugin = null;', PluginError, 'its "plugin" is null'],
    function: ['const plugin = () => 1;', PluginError, 'its "plugin" is function'],
    getter: [
      'const plugin = { get a() { throw new Error("evil getter"); } };',
      JavaScriptError,
      'evil getter',
    ],
    proxy: [
      'const plugin = new Proxy({}, { ownKeys() { throw new Error("evil trap"); } });',
      JavaScriptError,
      'evil trap',
    ],
  };

  it.each(Object.entries(broken))(
    '%s: names plugin and file, leaves nothing behind',
    (name, [source, type, part]) => {
      const manager = managerOf({ [name]: source });
      const error = errorOf<Error>(() => manager.loadPlugin(name), type);
      expect(error).toMatchObject({ plugin: name });
      expect(error).not.toHaveProperty('hook');
      expect(error.message).toMatch(new RegExp(`^plugin "${name}": `));
      expect(error.message).toContain(part);
      expect(error.message).toContain(`${name}.js`);
      expect(manager.plugins).toEqual([]);
      expect(liveCounts().runtimes).toBe(0);
    },
  );

  it.each([
    ['the script', 'for (;;) {}'],
    ['a getter of its hooks', 'const plugin = { get hook() { for (;;) {} } };'],
  ])('by time, in %s', (_, source) => {
    const manager = managerOf({ slow: source }, { loadTimeout: 300 });
    const error = errorOf(() => manager.loadPlugin('slow'), TimeoutError);
    expect(error).toMatchObject({ plugin: 'slow', kind: 'wall' });
    expect(error.limit).toBeLessThanOrEqual(300);
    expect(manager.plugins).toEqual([]);
    expect(liveCounts().runtimes).toBe(0);
  });

  it('not by the timeout for hooks', () => {
    const manager = managerOf(
      { slow: 'const end = Date.now() + 200; while (Date.now() < end); const plugin = { ok: () => 1 };' },
      { timeout: 50, loadTimeout: plenty },
    );
    manager.loadPlugin('slow');
    expect(manager.plugins).toEqual(['slow']);
  });

  it.each([
    ['a symbol', 'Symbol()'],
    ['a function', '() => 1'],
    ['too deep', 'let v = 1; for (let i = 0; i < 100; i++) v = [v]; v'],
    ['pending', 'new Promise(() => {})'],
    ['waiting for the host', 'slow().then((x) => { globalThis.late = x; })'],
  ])('not by the value of the last expression, though it is %s', (_, expression) => {
    const manager = managerOf({ odd: `const plugin = { ok: () => 1 };\n${expression}` });
    manager.loadPlugin('odd', { slow: () => new Promise((resolve) => setImmediate(resolve, 1)) });
    expect(manager.callHook('odd', 'ok')).toBe(1);
  });
});

describe('limits of hooks', () => {
  it('one second by default', () => {
    const manager = managerOf({ spin: 'const plugin = { spin() { for (;;) {} }, ok: () => 1 };' });
    manager.loadPlugin('spin');
    const error = errorOf(() => manager.callHook('spin', 'spin'), TimeoutError);
    expect(error).toMatchObject({ plugin: 'spin', hook: 'spin', kind: 'wall', limit: 1000 });
    expect(error.message).toMatch(/^plugin "spin", hook "spin": timed out after/);
    expect(error.stack).toContain(error.message);
    expect(manager.callHook('spin', 'ok')).toBe(1);
  });

  it('stop a hook and leave the plugin, and the others, usable', async () => {
    const spin = 'const plugin = { spin() { for (;;) {} }, ok: () => 1 };';
    const manager = managerOf({ spin, other: answering(2) }, { timeout: 500 });
    manager.loadPlugin('spin');
    manager.loadPlugin('other');
    for (let i = 0; i < 2; i++) {
      errorOf(() => manager.callHook('spin', 'spin'), TimeoutError);
      expect(manager.callHook('spin', 'ok')).toBe(1);
      await rejectionOf(manager.callHookAsync('spin', 'spin', [], { timeout: 20 }), TimeoutError);
      expect(manager.callHook('spin', 'ok')).toBe(1);
      expect(manager.callHook('other', 'answer')).toBe(2);
    }
  });

  it('end a plugin that outgrows its heap; it says so until it is loaded again', async () => {
    const manager = managerOf(
      {
        hungry:
          'const plugin = { eat() { const all = []; for (;;) all.push(new Array(1000).fill(1.5)); }, ok: () => 1 };',
      },
      { timeout: plenty, limits: { maxHeapSize: 32 * 2 ** 20 } },
    );
    manager.loadPlugin('hungry');
    const error = errorOf(() => manager.callHook('hungry', 'eat'), HeapLimitError);
    expect(error).toMatchObject({ plugin: 'hungry', hook: 'eat', limit: 32 * 2 ** 20 });
    expect(manager.plugins).toEqual(['hungry']);
    expect(errorOf(() => manager.callHook('hungry', 'ok'), HeapLimitError).hook).toBe('ok');
    await rejectionOf(manager.callHookAsync('hungry', 'ok'), HeapLimitError);
    manager.loadPlugin('hungry');
    expect(manager.callHook('hungry', 'ok')).toBe(1);
  });
});
