import { PluginManager, type PluginManagerOptions } from 'isolet';
import { describe, expect, it } from 'vitest';
import { checkPluginReleases, makePluginDir } from './support/plugins.js';
import { expectRefused } from './support/refusals.js';

checkPluginReleases();

const MiB = 2 ** 20;

describe('PluginManager options', () => {
  const make = (options: unknown) => new PluginManager(options as PluginManagerOptions);

  it.each([
    [{ pluginDirectory: '.' }, 'argument', 'pluginDirectory'],
    [{ pluginDir: '.', timout: 5 }, 'argument', 'did you mean "timeout"?'],
    [{ pluginDir: '.', maxHeapSize: 5 }, 'argument', '"maxHeapSize"'],
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
});
