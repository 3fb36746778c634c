import { DataCloneError, JavaScriptError, PluginError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument, rejectionOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { answering, checkPluginReleases, makeManager, makePluginDir, managerOf } from './support/plugins.js';

checkPluginReleases();

const greeter = `const plugin = {
  greet(name) {
    log(\`Greeting \${name}\`);
    return \`Hello, \${name}! App version: \${config.version}\`;
  },
  farewell(name) { return \`Goodbye, \${name}!\`; },
};`;

describe('what a plugin sees', () => {
  it('the host API, and no path of the host', () => {
    const directory = makePluginDir({
      probe: `const plugin = {
        stack() { return new Error('here').stack; },
        globals() { return Object.keys(globalThis); },
        host() { return [typeof process, typeof require, typeof console, typeof setTimeout]; },
      };`,
    });
    const manager = makeManager({ pluginDir: directory });
    manager.loadPlugin('probe', { log: () => undefined, config: {} });
    expect(manager.callHook('probe', 'stack')).toContain('probe.js:2:');
    expect(manager.callHook('probe', 'stack')).not.toContain(directory);
    expect(manager.callHook<string[]>('probe', 'globals')).toEqual(expect.arrayContaining(['log', 'config']));
    expect(manager.callHook('probe', 'host')).toEqual(['undefined', 'undefined', 'undefined', 'undefined']);
  });

  it('functions, objects with functions, arrays and primitives', () => {
    const manager = managerOf({
      user: `const plugin = { all: () => [
        add(1, 2), math.double(4), math.deep.half(4), list[1], list.length, answer, name, nothing, big === 5n
      ] };`,
    });
    manager.loadPlugin('user', {
      add: (a: number, b: number) => a + b,
      math: { double: (x: number) => 2 * x, deep: { half: (x: number) => x / 2 } },
      list: [1, 2, 3],
      answer: 42,
      name: 'isolet',
      nothing: null,
      big: 5n,
    });
    expect(manager.callHook('user', 'all')).toEqual([3, 8, 2, 2, 3, 42, 'isolet', null, true]);
  });

  it('objects as they were: no later change of the host’s, no change of its own', () => {
    const config = { version: 1 };
    const manager = managerOf({
      user: 'const plugin = { read: () => config.version, write() { "use strict"; config.version = 9; } };',
    });
    manager.loadPlugin('user', { config });
    config.version = 2;
    expect(manager.callHook('user', 'read')).toBe(1);
    errorOf(() => manager.callHook('user', 'write'), JavaScriptError);
    expect(manager.callHook('user', 'read')).toBe(1);
    expect(config.version).toBe(2);
  });

  it('nothing of another plugin', () => {
    const manager = managerOf({
      one: 'globalThis.shared = 1; const plugin = { see: () => typeof shared };',
      two: 'const plugin = { see: () => typeof shared };',
    });
    manager.loadPlugin('one');
    manager.loadPlugin('two');
    expect(manager.callHook('one', 'see')).toBe('number');
    expect(manager.callHook('two', 'see')).toBe('undefined');
  });

  it.each([null, 5, 'log', [], () => ({})])('refuses %s as host API', (hostApi) => {
    const manager = managerOf({ one: answering(1) });
    expectInvalidArgument(() => manager.loadPlugin('one', hostApi as never));
    expect(liveCounts().runtimes).toBe(0);
  });

  it.each(['', 'plugin', 'undefined', 'NaN', 'Infinity'])('refuses the name %j in the host API', (key) => {
    const manager = managerOf({ one: answering(1) });
    expectInvalidArgument(() => manager.loadPlugin('one', { [key]: () => 1 }));
    expect(manager.plugins).toEqual([]);
    expect(liveCounts().runtimes).toBe(0);
  });

  it('refuses a value that cannot cross, and says which', () => {
    const manager = managerOf({ one: answering(1) });
    const error = errorOf(() => manager.loadPlugin('one', { config: { mark: Symbol('m') } }), DataCloneError);
    expect(error.plugin).toBe('one');
    expect(error.message).toContain('plugin "one"');
    expect(error.path).toContain('mark');
    expect(manager.plugins).toEqual([]);
  });
});

describe('hooks', () => {
  it('keep their this, wherever they are defined', () => {
    const manager = managerOf({
      object: 'const plugin = { count: 0, next() { return ++this.count; } };',
      instance: `class Base { inherited() { return 'inherited ' + this.name; } }
        class Plugin extends Base {
          #secret = 'kept';
          name = 'p';
          arrow = () => 'arrow ' + this.name;
          method() { return 'method ' + this.name; }
          hidden() { return this.#secret; }
        }
        const plugin = new Plugin();`,
      variable: 'var plugin = { hi: () => "hi" };',
      let: 'let plugin = { hi: () => "hi" };',
      global: 'globalThis.plugin = { hi: () => "hi" };',
      frozen: 'const plugin = Object.freeze(Object.assign(Object.create(null), { hi: () => "hi" }));',
    });
    manager.loadPlugin('object');
    expect([manager.callHook('object', 'next'), manager.callHook('object', 'next')]).toEqual([1, 2]);
    manager.loadPlugin('instance');
    const results = ['inherited', 'arrow', 'method', 'hidden'].map((hook) =>
      manager.callHook('instance', hook),
    );
    expect(results).toEqual(['inherited p', 'arrow p', 'method p', 'kept']);
    for (const name of ['variable', 'let', 'global', 'frozen']) {
      manager.loadPlugin(name);
      expect(manager.callHook(name, 'hi')).toBe('hi');
    }
  });

  it('are found once: a getter runs once, later changes do not count', () => {
    const manager = managerOf({
      once: `let reads = 0;
        const plugin = {
          get hook() { reads++; return () => reads; },
          replace() { plugin.greet = () => 'new'; plugin.late = () => 1; },
          greet: () => 'old',
        };`,
    });
    manager.loadPlugin('once');
    expect([manager.callHook('once', 'hook'), manager.callHook('once', 'hook')]).toEqual([1, 1]);
    manager.callHook('once', 'replace');
    expect(manager.callHook('once', 'greet')).toBe('old');
    errorOf(() => manager.callHook('once', 'late'), PluginError);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', "x'); throw 1; ('", '', 'a b'])(
    'of the name %j are there if the plugin has them, and missing if not',
    (hook) => {
      const manager = managerOf({
        has: `const plugin = { [${JSON.stringify(hook)}]: (x) => 'own ' + x };`,
        lacks: 'const plugin = { other() {} };',
      });
      manager.loadPlugin('has');
      manager.loadPlugin('lacks');
      expect(manager.callHook('has', hook, 1)).toBe('own 1');
      const error = errorOf(() => manager.callHook('lacks', hook), PluginError);
      expect(error).toMatchObject({ plugin: 'lacks', hook });
    },
  );

  it('that are missing: the error lists those there are', async () => {
    const manager = managerOf({ greeter, empty: 'const plugin = {};' });
    manager.loadPlugin('greeter');
    manager.loadPlugin('empty');
    const error = errorOf(() => manager.callHook('greeter', 'gret'), PluginError);
    expect(error.message).toContain('plugin "greeter" (greeter.js) has no hook "gret"');
    expect(error.message).toContain('greet, farewell');
    expect(errorOf(() => manager.callHook('empty', 'x'), PluginError).message).toContain('it has no hooks');
    expect((await rejectionOf(manager.callHookAsync('greeter', 'gret'), PluginError)).message).toBe(
      error.message,
    );
  });

  it('that are many: the list stays short', () => {
    const manager = managerOf({
      many: 'const plugin = {}; for (let i = 0; i < 500; i++) plugin["h" + i + "x".repeat(500)] = () => i;',
    });
    manager.loadPlugin('many');
    const { message } = errorOf(() => manager.callHook('many', 'nope'), PluginError);
    expect(message).toContain('and 480 more');
    expect(message.length).toBeLessThan(5000);
  });

  it('that are no functions: the error says what they are', () => {
    const manager = managerOf({
      data: 'const plugin = { version: "1", list: [], none: null, undef: undefined, sym: Symbol(), ok() {} };',
    });
    manager.loadPlugin('data');
    for (const [hook, type] of [
      ['version', 'string'],
      ['list', 'object'],
      ['none', 'object'],
      ['undef', 'undefined'],
      ['sym', 'symbol'],
    ] as const) {
      const error = errorOf(() => manager.callHook('data', hook), PluginError);
      expect(error.message).toContain(`has "${hook}", but it is of type ${type}, no function`);
      expect(error.message).toContain('its hooks: ok');
    }
  });

  it.each([5, null, undefined, Symbol('greet')])('are called by a string, not %s', (hook) => {
    const manager = managerOf({ one: answering(1) });
    manager.loadPlugin('one');
    expectInvalidArgument(() => manager.callHook('one', hook as never));
  });

  it('take and return values, never source text', () => {
    const manager = managerOf({ echo: 'const plugin = { echo: (...args) => args };' });
    manager.loadPlugin('echo');
    const values = [
      '"); throw 1; ("',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what would run if arguments became source
      '`${1}`',
      '\u2028',
      true,
      null,
      undefined,
      -0,
      5n,
      { a: [1, { b: 2 }] },
    ];
    expect(manager.callHook('echo', 'echo', ...values)).toEqual(values);
    const date = new Date(0);
    expect(manager.callHook('echo', 'echo', date, new Map([[1, 2]]))).toEqual([date, new Map([[1, 2]])]);
  });
});
