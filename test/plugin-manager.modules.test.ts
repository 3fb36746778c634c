import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  HeapLimitError,
  JavaScriptError,
  ModuleError,
  PendingPromiseError,
  PluginError,
  type PluginManager,
  type PluginManagerOptions,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { answering, checkPluginReleases, makeManager, makePluginDir } from './support/plugins.js';

checkPluginReleases();

/** A manager whose plugin `one` is a module. */
function managerOfModule(
  source: string,
  options: Omit<PluginManagerOptions, 'pluginDir'> = {},
): PluginManager {
  const pluginDir = makePluginDir();
  writeFileSync(join(pluginDir, 'one.mjs'), source);
  return makeManager({ pluginDir, ...options });
}

describe('a plugin that is an ES module', () => {
  it.each([
    [
      'an export "plugin"',
      'export const plugin = { n: 1, answer() { return [this.n, 2]; } }; export default {};',
    ],
    [
      'a default export',
      'export default { n: 1, answer() { return [this.n, 2]; } }; export const answer = 3;',
    ],
    [
      'a default export of a class',
      'class P { n = 1; answer() { return [this.n, 2]; } } export default new P();',
    ],
    ['its exports', 'export const n = 1; export function answer() { return [this.n, n + 1]; }'],
    [
      'its exports, a function as default',
      'export const n = 1; export const answer = () => [n, 2]; export default () => {};',
    ],
  ])('has the methods of %s as hooks', (_, source) => {
    const manager = managerOfModule(source);
    manager.loadPlugin('one');
    expect(manager.plugins).toStrictEqual(['one']);
    expect(manager.callHook('one', 'answer')).toStrictEqual([1, 2]);
  });

  it('sees the host API, from its first line on', async () => {
    const manager = managerOfModule(`
      const seen = [config.version, log('loading')];
      export const hooks = () => seen;
      export const later = async (x) => [await fetchUser(x), import.meta.url, typeof require];
    `);
    const lines: unknown[] = [];
    const log = (line: unknown) => lines.push(line);
    manager.loadPlugin('one', { log, config: { version: '1.0' }, fetchUser: async (id: number) => ({ id }) });
    expect(lines).toStrictEqual(['loading']);
    expect(manager.callHook('one', 'hooks')).toStrictEqual(['1.0', 1]);
    expect(await manager.callHookAsync('one', 'later', [7])).toStrictEqual([
      { id: 7 },
      'one.mjs',
      'undefined',
    ]);
  });

  it('may await what needs no host before its exports are taken', () => {
    const manager = managerOfModule(
      'const n = await new Promise((resolve) => resolve(5)); export const answer = () => n;',
    );
    manager.loadPlugin('one');
    expect(manager.callHook('one', 'answer')).toBe(5);
  });

  it('is the script where there are both', () => {
    const manager = managerOfModule('export const answer = () => "module";');
    const pluginDir = makePluginDir({ one: answering('script') });
    writeFileSync(join(pluginDir, 'one.mjs'), 'export const answer = () => "module";');
    const both = makeManager({ pluginDir });
    for (const each of [manager, both]) each.loadPlugin('one');
    expect([manager, both].map((each) => each.callHook('one', 'answer'))).toStrictEqual(['module', 'script']);
  });

  it('is replaced and unloaded as any other', () => {
    const pluginDir = makePluginDir({ one: answering(1) });
    writeFileSync(join(pluginDir, 'two.mjs'), 'export const answer = () => 2;');
    const manager = makeManager({ pluginDir });
    manager.loadPlugin('two');
    writeFileSync(join(pluginDir, 'two.mjs'), 'export const answer = () => 3;');
    manager.loadPlugin('two');
    expect(manager.callHook('two', 'answer')).toBe(3);
    writeFileSync(join(pluginDir, 'two.mjs'), 'export const answer = ;');
    expect(errorOf(() => manager.loadPlugin('two'), JavaScriptError).name).toBe('SyntaxError');
    expect(manager.callHook('two', 'answer')).toBe(3);
    expect(manager.unload('two')).toBe(true);
    expect(manager.plugins).toStrictEqual([]);
  });
});

describe('a plugin that is an ES module, and fails', () => {
  it('while it runs: with the place in its file', () => {
    const manager = managerOfModule('export const a = 1;\nnull.x;');
    const error = errorOf(() => manager.loadPlugin('one'), JavaScriptError);
    expect(error).toMatchObject({ name: 'TypeError', plugin: 'one' });
    expect(error.message).toContain('one.mjs:2:6');
    expect(error.stack).not.toContain(process.cwd());
  });

  it('as it cannot be parsed: with the place in its file, and no other', () => {
    const manager = managerOfModule('export const a = 1;\nexport const b = ;');
    const error = errorOf(() => manager.loadPlugin('one'), JavaScriptError);
    expect(error).toMatchObject({ name: 'SyntaxError', frames: [{ fileName: 'one.mjs', lineNumber: 2 }] });
    expect(error.frames).toHaveLength(1);
    expect(error.message).toContain('one.mjs:2:18');
  });

  it('in a hook: with the place in its file', () => {
    const manager = managerOfModule('export const fail = () => {\n  throw new RangeError("no"); };');
    manager.loadPlugin('one');
    const error = errorOf(() => manager.callHook('one', 'fail'), JavaScriptError);
    expect(error).toMatchObject({ name: 'RangeError', plugin: 'one', hook: 'fail' });
    expect(error.message).toContain('one.mjs:2:9');
  });

  it.each([
    ['of another file', 'import "./two.mjs"; export const a = 1;'],
    ['of a module of Node', 'import fs from "node:fs"; export const a = 1;'],
    ['of the plugin directory', 'export const a = (await import("../one.mjs")).a;'],
  ])('by an import %s', (_, source) => {
    const manager = managerOfModule(source);
    expect(errorOf(() => manager.loadPlugin('one'), ModuleError)).toMatchObject({
      referrer: 'one.mjs',
      plugin: 'one',
    });
    expect(manager.plugins).toStrictEqual([]);
  });

  it.each([
    ['a number', 'export const plugin = 1;'],
    ['nothing', 'export let plugin;'],
    ['null', 'export const plugin = null;'],
    ['a function', 'export function plugin() {}'],
  ])('as its export "plugin" is %s', (_, source) => {
    const manager = managerOfModule(source);
    expect(errorOf(() => manager.loadPlugin('one'), PluginError).message).toContain('one.mjs');
  });

  it('as it waits for the host', () => {
    const manager = managerOfModule('await fetchUser(); export const a = 1;');
    const fetchUser = async () => 1;
    errorOf(() => manager.loadPlugin('one', { fetchUser }), PendingPromiseError);
    expect(manager.plugins).toStrictEqual([]);
  });

  it('under the limits of loading', () => {
    const slow = managerOfModule('for (;;); export const a = 1;', { loadTimeout: 50 });
    expect(errorOf(() => slow.loadPlugin('one'), TimeoutError).limit).toBe(50);
    const large = managerOfModule('const all = []; for (;;) all.push(new Array(1000).fill(all.length));', {
      limits: { maxHeapSize: 16 << 20 },
    });
    errorOf(() => large.loadPlugin('one'), HeapLimitError);
    const honest = managerOfModule('export const answer = () => 42;');
    honest.loadPlugin('one');
    expect(honest.callHook('one', 'answer')).toBe(42);
  });

  it('not by what it patches while it runs', () => {
    const manager = managerOfModule(
      'Promise.prototype.then = () => { throw 1; }; Object.prototype.plugin = 5; export const answer = () => 1;',
    );
    manager.loadPlugin('one');
    expect(manager.callHook('one', 'answer')).toBe(1);
  });

  it.each([
    ['null', 'its "plugin" is something else'],
    ['7', 'its "plugin" is something else'],
    ['"x".repeat(1e6)', 'its "plugin" is something else'],
    ['["a"]', 'its "plugin" is something else'],
    ['[null, {}, 5, 1e308]', 'its "plugin" is something else'],
    ['["a", {}]', 'its "plugin" is something else'],
  ])('not by the answer that it gives in place of its methods: %s', (forged, expected) => {
    const manager = managerOfModule(`
      Object.defineProperty(Object.prototype, 'then', { configurable: true, get() {
        if (!Array.isArray(this) || typeof this[0] !== 'string') return undefined;
        return (resolve) => { delete Object.prototype.then; resolve(${forged}); };
      } });
      export const plugin = { a() {} };`);
    const error = errorOf(() => manager.loadPlugin('one'), PluginError);
    expect(error.message).toContain(expected);
    expect(error.message.length).toBeLessThan(1000);
    expect(manager.plugins).toEqual([]);
  });
});

describe('a plugin that is no file', () => {
  it('is told with both names that it could have', () => {
    const manager = makeManager({ pluginDir: makePluginDir() });
    expect(errorOf(() => manager.loadPlugin('one'), PluginError).message).toMatch(/one\.js.*one\.mjs/);
    expect(errorOf(() => manager.loadPlugin('one.mjs'), PluginError).message).toContain('without ".mjs"');
  });
});
