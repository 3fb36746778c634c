import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PluginError, PluginManager } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument } from './support/errors.js';
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

describe('pluginDir', () => {
  it('may be a path, relative or not, or a URL', () => {
    const directory = makePluginDir({ one: answering(1) });
    for (const pluginDir of [directory, `${directory}/`, pathToFileURL(directory)]) {
      const manager = makeManager({ pluginDir });
      manager.loadPlugin('one');
      expect(manager.callHook('one', 'answer')).toBe(1);
    }
  });

  it('may itself be a link', () => {
    const directory = makePluginDir({ one: answering(1) });
    const link = join(makePluginDir(), 'link');
    symlinkSync(directory, link);
    const manager = makeManager({ pluginDir: link });
    manager.loadPlugin('one');
    expect(manager.callHook('one', 'answer')).toBe(1);
  });

  it('must be a directory', () => {
    const directory = makePluginDir({ one: answering(1) });
    for (const pluginDir of [join(directory, 'nowhere'), join(directory, 'one.js'), 'a\0b']) {
      errorOf(() => new PluginManager({ pluginDir }), PluginError);
    }
    const error = errorOf(() => new PluginManager({ pluginDir: join(directory, 'nowhere') }), PluginError);
    expect(error.message).toContain('no such file (ENOENT)');
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });
});

describe('plugin names', () => {
  it.each([
    '../secret',
    '..',
    '.',
    '',
    '/etc/passwd',
    'sub/plugin',
    './one',
    'sub\\plugin',
    '..\\secret',
    'one\0',
    'x'.repeat(253),
    'é'.repeat(127),
  ])('refuses %j', (name) => {
    const parent = makePluginDir({ secret: answering('secret') });
    const pluginDir = join(parent, 'plugins');
    mkdirSync(join(pluginDir, 'sub'), { recursive: true });
    writePlugin(pluginDir, 'one', answering(1));
    writePlugin(join(pluginDir, 'sub'), 'plugin', answering('sub'));
    const manager = makeManager({ pluginDir });
    const error = errorOf(() => manager.loadPlugin(name), PluginError);
    expect(error).toMatchObject({ code: 'ERR_PLUGIN', plugin: name });
    expect(manager.plugins).toEqual([]);
    expect(liveCounts().runtimes).toBe(0);
  });

  it.each([5, null, undefined, {}, ['one'], Symbol('one')])('refuses %s, which is no string', (name) => {
    const manager = managerOf({ one: answering(1) });
    expectInvalidArgument(() => manager.loadPlugin(name as string));
    expectInvalidArgument(() => manager.callHook(name as string, 'answer'));
  });

  it.each(['__proto__', 'constructor', 'toString', '...', 'a b', 'ключ', '-rf', 'x'.repeat(252)])(
    'takes %j',
    (name) => {
      const manager = managerOf({ [name]: answering(1), ['__proto__']: answering(1) });
      errorOf(() => manager.callHook(name, 'answer'), PluginError);
      manager.loadPlugin(name);
      expect(manager.plugins).toEqual([name]);
      expect(manager.callHook(name, 'answer')).toBe(1);
      expect(manager.unload(name)).toBe(true);
    },
  );
});

describe('plugin files', () => {
  it('may be links within the directory', () => {
    const directory = makePluginDir();
    mkdirSync(join(directory, 'versions'));
    writePlugin(join(directory, 'versions'), 'v2', answering(2));
    symlinkSync(join('versions', 'v2.js'), join(directory, 'current.js'));
    const manager = makeManager({ pluginDir: directory });
    manager.loadPlugin('current');
    expect(manager.callHook('current', 'answer')).toBe(2);
  });

  /** Each makes `plugins/evil.js` in the directory, a link to `secret.js` or to the neighbour of `plugins`. */
  const escapes: Record<string, (pluginDir: string) => void> = {
    'to a file above': (pluginDir) => symlinkSync('../secret.js', join(pluginDir, 'evil.js')),
    'by an absolute path': (pluginDir) =>
      symlinkSync(join(dirname(pluginDir), 'secret.js'), join(pluginDir, 'evil.js')),
    'through a linked directory': (pluginDir) => {
      symlinkSync('..', join(pluginDir, 'out'));
      symlinkSync('out/secret.js', join(pluginDir, 'evil.js'));
    },
    'in two steps': (pluginDir) => {
      symlinkSync('../secret.js', join(pluginDir, 'step.js'));
      symlinkSync('step.js', join(pluginDir, 'evil.js'));
    },
    'to a directory whose name begins alike': (pluginDir) => {
      mkdirSync(`${pluginDir}-2`);
      writePlugin(`${pluginDir}-2`, 'secret', answering('secret'));
      symlinkSync('../plugins-2/secret.js', join(pluginDir, 'evil.js'));
    },
  };

  it.each(Object.entries(escapes))('may not be links out of it: %s', (_, link) => {
    const parent = makePluginDir({ secret: answering('secret') });
    const pluginDir = join(parent, 'plugins');
    mkdirSync(pluginDir);
    link(pluginDir);
    const manager = makeManager({ pluginDir });
    const error = errorOf(() => manager.loadPlugin('evil'), PluginError);
    expect(error.message).toContain('link out of the plugin directory');
    expect(error.message).not.toContain(parent);
    expect(manager.plugins).toEqual([]);
  });

  it('must be there and be regular files', () => {
    const directory = makePluginDir();
    mkdirSync(join(directory, 'folder.js'));
    symlinkSync('nowhere.js', join(directory, 'dangling.js'));
    symlinkSync('loop.js', join(directory, 'loop.js'));
    symlinkSync('/dev/zero', join(directory, 'device.js'));
    const manager = makeManager({ pluginDir: directory });
    for (const [name, part] of [
      ['missing', 'no such file (ENOENT)'],
      ['dangling', 'no such file (ENOENT)'],
      ['loop', '(ELOOP)'],
      ['folder', 'no regular file'],
      ['device', 'link out of'],
    ] as const) {
      const error = errorOf(() => manager.loadPlugin(name), PluginError);
      expect(error.plugin).toBe(name);
      expect(error.message).toContain(`plugin "${name}"`);
      expect(error.message).toContain(part);
      expect(error.message).not.toContain(directory);
    }
    expect(liveCounts().runtimes).toBe(0);
  });

  it.skipIf(process.getuid?.() === 0)('must be readable', () => {
    const directory = makePluginDir({ private: answering(1) });
    chmodSync(join(directory, 'private.js'), 0);
    const error = errorOf(() => makeManager({ pluginDir: directory }).loadPlugin('private'), PluginError);
    expect(error.message).toContain('permission denied (EACCES)');
    expect(error.cause).toMatchObject({ code: 'EACCES' });
  });

  it('may not be larger than the heap they are to run in', () => {
    const directory = makePluginDir();
    writeFileSync(join(directory, 'large.js'), Buffer.alloc(9 * 2 ** 20, 0x20));
    const manager = makeManager({ pluginDir: directory, limits: { maxHeapSize: 8 * 2 ** 20 } });
    expect(errorOf(() => manager.loadPlugin('large'), PluginError).message).toContain('9 MiB');
  });

  it('a hint tells that names come without ".js"', () => {
    const manager = managerOf({ one: answering(1) });
    expect(errorOf(() => manager.loadPlugin('one.js'), PluginError).message).toContain('without ".js"');
  });
});
