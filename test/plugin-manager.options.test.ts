import { type IsoletError, PluginManager, type PluginManagerOptions, SnapshotBuilder } from 'isolet';
import { describe, expect, it } from 'vitest';
import { checkPluginReleases, makePluginDir, managerOf } from './support/plugins.js';
import { expectRefused } from './support/refusals.js';

checkPluginReleases();

const MiB = 2 ** 20;

describe('PluginManager options', () => {
  const make = (options: unknown) => new PluginManager(options as PluginManagerOptions);

  it.each([
    [{ pluginDirectory: '.' }, 'argument', 'pluginDirectory'],
    [{ pluginDir: '.', timout: 5 }, 'argument', 'did you mean "timeout"?'],
    [{ pluginDir: '.', maxHeapSize: 5 }, 'argument', '"maxHeapSize"; it belongs into "limits"'],
    [{ pluginDir: '.', cpuTimeout: 5 }, 'argument', '"cpuTimeout"; it belongs into "limits"'],
    [{ pluginDir: '.', onUnhandledRejection: 5 }, 'argument', '"onUnhandledRejection"'],
    [{ pluginDir: 5 }, 'argument', '"pluginDir"'],
    [{ pluginDir: '' }, 'argument', '"pluginDir"'],
    [{ pluginDir: new URL('https://example.com/') }, 'argument', '"pluginDir"'],
    [{}, 'argument', '"pluginDir" is missing'],
    [undefined, 'argument', '"pluginDir"'],
    [null, 'argument', 'must be an object'],
    ['./plugins', 'argument', 'must be an object'],
    [{ pluginDir: '.', timeout: 0 }, 'range', '"timeout"'],
    [{ pluginDir: '.', loadTimeout: Number.POSITIVE_INFINITY }, 'range', '"loadTimeout"'],
    [{ pluginDir: '.', limits: 5 }, 'argument', '"limits"'],
    [{ pluginDir: '.', limits: { maxHeapsize: 5 } }, 'argument', 'did you mean "maxHeapSize"?'],
    [{ pluginDir: '.', limits: { timeout: 5 } }, 'argument', 'PluginManager limits'],
    [{ pluginDir: '.', limits: { bootstrap: '' } }, 'argument', '"bootstrap"'],
    [{ pluginDir: '.', snapshot: 'x' }, 'argument', '"snapshot"'],
    [{ pluginDir: '.', snapshot: new Uint8Array(), bootstrap: '1' }, 'argument', 'exclude each other'],
    [{ pluginDir: '.', limits: { maxHeapSize: 5 } }, 'range', '"maxHeapSize"'],
    [{ pluginDir: '.', limits: { cpuTimeout: -5 } }, 'range', '"cpuTimeout"'],
  ] as [unknown, 'argument' | 'range', string][])('refuses %j', (options, kind, part) => {
    expectRefused(() => make(options), kind, [part]);
  });

  it('takes every option at once', () => {
    const manager = make({
      pluginDir: makePluginDir(),
      timeout: 10,
      loadTimeout: 20,
      limits: {
        maxHeapSize: 32 * MiB,
        stackSize: MiB,
        cpuTimeout: 10,
        maxSerializationDepth: 5,
        maxSerializationBytes: MiB,
      },
    });
    expect(manager.plugins).toEqual([]);
  });

  it('gives every plugin what a snapshot has', () => {
    const builder = new SnapshotBuilder();
    builder.executeScript('shared.js', 'let seed = 5; globalThis.next = () => ++seed;');
    const source = 'const plugin = { next: () => next() };';
    const manager = managerOf({ a: source, b: source }, { snapshot: builder.build() });
    manager.loadPlugin('a');
    manager.loadPlugin('b');
    expect([manager.callHook('a', 'next'), manager.callHook('a', 'next')]).toEqual([6, 7]);
    expect(manager.callHook('b', 'next')).toBe(6);
  });

  it('gives every plugin the console, timers and bootstrap script that it says', async () => {
    const logged: unknown[] = [];
    const source =
      'console.log("loading", seed); const plugin = { later: () => new Promise((done) => setTimeout(done, 1, typeof WebAssembly)) };';
    const manager = managerOf(
      { a: source, b: source },
      {
        bootstrap: 'globalThis.seed = 5; delete globalThis.WebAssembly',
        enableTimers: true,
        enableConsole: (level, args) => logged.push([level, ...args]),
        timeout: 60_000,
      },
    );
    manager.loadPlugin('a');
    manager.loadPlugin('b');
    expect(logged).toEqual(Array(2).fill(['log', 'loading', 5]));
    expect(manager.callHook('a', 'later')).toBe('undefined');
    expect(await manager.callHookAsync('b', 'later')).toBe('undefined');
  });

  it('tells of rejections that no plugin handles, and of which', async () => {
    const seen: IsoletError[] = [];
    const source = (text: string) =>
      `const plugin = { fail() { Promise.reject(new RangeError("${text}")); } };`;
    let told = (): void => {};
    const both = new Promise<void>((resolve) => {
      told = resolve;
    });
    const manager = managerOf(
      { a: source('of a'), b: source('of b') },
      {
        onUnhandledRejection: (error) => {
          seen.push(error);
          if (seen.length === 2) told();
        },
      },
    );
    for (const name of ['a', 'b']) {
      manager.loadPlugin(name);
      manager.callHook(name, 'fail');
      expect(manager.getStats(name).unhandledRejectionCount).toBe(1);
    }
    await both;
    expect(seen.map(({ name, plugin }) => [name, plugin])).toEqual([
      ['RangeError', 'a'],
      ['RangeError', 'b'],
    ]);
    expect(seen[1]?.message).toMatch(/^plugin "b": of b \(b\.js:1:/);
  });

  it('gives none by default', () => {
    const manager = managerOf({
      a: 'const plugin = { kinds: () => [typeof console, typeof setTimeout, typeof queueMicrotask] };',
    });
    manager.loadPlugin('a');
    expect(manager.callHook('a', 'kinds')).toEqual(Array(3).fill('undefined'));
  });
});
