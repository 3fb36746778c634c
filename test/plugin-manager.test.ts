import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { JavaScriptError, PluginError, RuntimeClosedError, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import {
  answering,
  checkPluginReleases,
  makeManager,
  makePluginDir,
  managerOf,
  writePlugin,
} from './support/plugins.js';

checkPluginReleases();

const greeter = `const plugin = {
  greet(name) {
    log(\`Greeting \${name}\`);
    return \`Hello, \${name}! App version: \${config.version}\`;
  },
  farewell(name) { return \`Goodbye, \${name}!\`; },
};`;

describe('the guide’s example', () => {
  it('loads, calls, closes', () => {
    const log: string[] = [];
    const manager = managerOf({ greeter });
    manager.loadPlugin('greeter', {
      log: (message: string) => void log.push(message),
      config: { version: '1.0.0' },
    });
    expect(manager.plugins).toEqual(['greeter']);
    expect(manager.callHook('greeter', 'greet', 'World')).toBe('Hello, World! App version: 1.0.0');
    expect(manager.callHook('greeter', 'farewell', 'John Doe')).toBe('Goodbye, John Doe!');
    expect(log).toEqual(['Greeting World']);
    manager.closeAll();
    expect(manager.plugins).toEqual([]);
  });
});

describe('loading a name again', () => {
  it('replaces the plugin and closes the old runtime', () => {
    const directory = makePluginDir({ one: answering('old'), two: answering(2) });
    const manager = makeManager({ pluginDir: directory });
    manager.loadPlugin('one');
    manager.loadPlugin('two');
    writePlugin(directory, 'one', answering('new'));
    expect(manager.callHook('one', 'answer')).toBe('old');
    manager.loadPlugin('one');
    expect(manager.callHook('one', 'answer')).toBe('new');
    expect(manager.plugins).toEqual(['one', 'two']);
    expect(liveCounts().runtimes).toBe(2);
  });

  it.each([
    ['a syntax error', 'const plugin = {', JavaScriptError],
    ['an error', 'throw new Error("no")', JavaScriptError],
    ['no plugin', '', PluginError],
    ['a loop', 'for (;;) {}', TimeoutError],
  ])('keeps the old one if the new one has %s', (_, source, type) => {
    const directory = makePluginDir({ one: 'let calls = 0; const plugin = { count: () => ++calls };' });
    const manager = makeManager({ pluginDir: directory, loadTimeout: 1000 });
    manager.loadPlugin('one');
    expect(manager.callHook('one', 'count')).toBe(1);
    writePlugin(directory, 'one', source);
    errorOf<Error>(() => manager.loadPlugin('one'), type);
    expect(manager.callHook('one', 'count')).toBe(2);
    expect(liveCounts().runtimes).toBe(1);
  });

  it('keeps the old one if the file is gone', () => {
    const directory = makePluginDir({ one: answering(1) });
    const manager = makeManager({ pluginDir: directory });
    manager.loadPlugin('one');
    rmSync(join(directory, 'one.js'));
    errorOf(() => manager.loadPlugin('one'), PluginError);
    expect(manager.callHook('one', 'answer')).toBe(1);
  });
});

describe('calls of the manager from within a plugin', () => {
  it('of its own hooks, nested', () => {
    const manager = managerOf({
      fact: 'const plugin = { run: (n) => (n <= 1 ? 1 : n * again(n - 1)) };',
    });
    manager.loadPlugin('fact', { again: (n: number) => manager.callHook('fact', 'run', n) });
    expect(manager.callHook('fact', 'run', 10)).toBe(3628800);
  });

  it('that load another plugin, also while loading', () => {
    const manager = managerOf({
      outer: 'loadInner(); const plugin = { ask: () => askInner() };',
      inner: answering('inner'),
    });
    manager.loadPlugin('outer', {
      loadInner: () => manager.loadPlugin('inner'),
      askInner: () => manager.callHook('inner', 'answer'),
    });
    expect(manager.plugins).toEqual(['inner', 'outer']);
    expect(manager.callHook('outer', 'ask')).toBe('inner');
  });

  it('that load the same name while it loads: the outer load comes last and wins', () => {
    const manager = managerOf({ one: 'const depth = enter(); const plugin = { depth: () => depth };' });
    let depth = 0;
    const api = {
      enter: () => {
        depth++;
        const mine = depth;
        if (depth < 3) manager.loadPlugin('one', api);
        return mine;
      },
    };
    manager.loadPlugin('one', api);
    expect(manager.plugins).toEqual(['one']);
    expect(manager.callHook('one', 'depth')).toBe(1);
    expect(liveCounts().runtimes).toBe(1);
  });

  it.each(['unload', 'loadPlugin'] as const)('that %s the very plugin that runs', (method) => {
    const manager = managerOf({ one: 'const plugin = { run() { return act(); }, ok: () => 1 };' });
    const api = { act: () => void manager[method]('one') };
    manager.loadPlugin('one', api);
    const error = errorOf(() => manager.callHook('one', 'run'), RuntimeClosedError);
    expect(error).toMatchObject({ plugin: 'one', hook: 'run' });
    expect(manager.plugins).toEqual(method === 'unload' ? [] : ['one']);
    expect(liveCounts().runtimes).toBe(method === 'unload' ? 0 : 1);
  });

  it('that close all while loading: the load fails', () => {
    const manager = managerOf({ one: 'end(); const plugin = { ok: () => 1 };', two: answering(2) });
    manager.loadPlugin('two');
    const error = errorOf(
      () => manager.loadPlugin('one', { end: () => manager.closeAll() }),
      RuntimeClosedError,
    );
    expect(error.plugin).toBe('one');
    expect(manager.plugins).toEqual([]);
    expect(liveCounts().runtimes).toBe(0);
  });
});

describe('unloading', () => {
  it('closes one plugin and tells whether there was one', () => {
    const manager = managerOf({ one: answering(1), two: answering(2) });
    manager.loadPlugin('one');
    manager.loadPlugin('two');
    expect(manager.unload('one')).toBe(true);
    expect(manager.unload('one')).toBe(false);
    expect(manager.unload('__proto__')).toBe(false);
    expect(manager.plugins).toEqual(['two']);
    errorOf(() => manager.callHook('one', 'answer'), PluginError);
    expect(manager.callHook('two', 'answer')).toBe(2);
    manager.loadPlugin('one');
    expect(manager.plugins).toEqual(['two', 'one']);
  });

  it('plugins is a copy', () => {
    const manager = managerOf({ one: answering(1) });
    manager.loadPlugin('one');
    manager.plugins.length = 0;
    expect(manager.plugins).toEqual(['one']);
  });

  it('closeAll closes all, twice is once, and the manager can be used again', () => {
    const manager = managerOf({ one: answering(1), two: answering(2) });
    manager.loadPlugin('one');
    manager.loadPlugin('two');
    manager.closeAll();
    manager.closeAll();
    expect(manager.plugins).toEqual([]);
    expect(liveCounts().runtimes).toBe(0);
    manager.loadPlugin('one');
    expect(manager.callHook('one', 'answer')).toBe(1);
  });

  it('Symbol.dispose closes all', () => {
    const manager = managerOf({ one: answering(1) });
    {
      using scope = manager;
      scope.loadPlugin('one');
      expect(liveCounts().runtimes).toBe(1);
    }
    expect(manager.plugins).toEqual([]);
    expect(liveCounts().runtimes).toBe(0);
  });

  it('two managers over one directory are apart', () => {
    const directory = makePluginDir({ one: 'let calls = 0; const plugin = { count: () => ++calls };' });
    const [first, second] = [makeManager({ pluginDir: directory }), makeManager({ pluginDir: directory })];
    first.loadPlugin('one');
    second.loadPlugin('one');
    expect([first.callHook('one', 'count'), second.callHook('one', 'count')]).toEqual([1, 1]);
    first.closeAll();
    expect(second.callHook('one', 'count')).toBe(2);
  });
});
