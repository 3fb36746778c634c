import { HeapLimitError, JavaScriptError, SerializationLimitError, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkPluginReleases, managerOf } from './support/plugins.js';

checkPluginReleases();

/** Only for limits that nothing is expected to reach. */
const plenty = 60_000;
const MiB = 2 ** 20;

describe('the limits that nobody set', () => {
  it('are 50 MiB of heap', () => {
    const manager = managerOf(
      { hungry: 'const plugin = { eat() { const all = []; for (;;) all.push([1]); } };' },
      { timeout: plenty },
    );
    manager.loadPlugin('hungry');
    expect(errorOf(() => manager.callHook('hungry', 'eat'), HeapLimitError).limit).toBe(50 * MiB);
  });

  it('are five seconds for loading', () => {
    const manager = managerOf({ slow: 'for (;;);' });
    const error = errorOf(() => manager.loadPlugin('slow'), TimeoutError);
    expect(error).toMatchObject({ plugin: 'slow', kind: 'wall', limit: 5000 });
  });

  it('are no CPU time: a second of a hook is of the clock on the wall', async () => {
    const manager = managerOf({ idle: 'const plugin = { wait: () => new Promise(() => {}) };' });
    manager.loadPlugin('idle');
    const error = await rejectionOf(manager.callHookAsync('idle', 'wait'), TimeoutError);
    expect(error).toMatchObject({ kind: 'wall', limit: 1000 });
  });
});

describe('limits.cpuTimeout', () => {
  const spin = 'const plugin = { spin() { for (;;); }, wait: () => host(), ok: () => 1 };';

  it('holds for hooks, and not while they wait', async () => {
    const manager = managerOf({ spin }, { timeout: plenty, limits: { cpuTimeout: 60 } });
    const host = () => new Promise((resolve) => setTimeout(resolve, 120, 'waited'));
    manager.loadPlugin('spin', { host });
    const cpu = { plugin: 'spin', hook: 'spin', kind: 'cpu', limit: 60 };
    expect(errorOf(() => manager.callHook('spin', 'spin'), TimeoutError)).toMatchObject(cpu);
    expect(await rejectionOf(manager.callHookAsync('spin', 'spin'), TimeoutError)).toMatchObject(cpu);
    expect(await manager.callHookAsync('spin', 'wait')).toBe('waited');
    expect(
      await rejectionOf(manager.callHookAsync('spin', 'spin', [], { cpuTimeout: 20 }), TimeoutError),
    ).toMatchObject({ ...cpu, limit: 20 });
    expect(manager.callHook('spin', 'ok')).toBe(1);
  });

  it('holds for loading', () => {
    const manager = managerOf({ slow: 'for (;;);' }, { loadTimeout: plenty, limits: { cpuTimeout: 60 } });
    const error = errorOf(() => manager.loadPlugin('slow'), TimeoutError);
    expect(error).toMatchObject({ plugin: 'slow', kind: 'cpu', limit: 60 });
    expect(manager.plugins).toEqual([]);
  });
});

describe('limits.stackSize', () => {
  const deep = `const plugin = {
    depth() { let n = 0; (function down() { n++; down(); })(); return n; },
    reached() { let n = 0; try { (function down() { n++; down(); })(); } catch { return n; } },
  };`;

  it('is how deep a hook may call', () => {
    const [small, large] = [512 * 1024, 64 * MiB].map((stackSize) => {
      const manager = managerOf({ deep }, { timeout: plenty, limits: { stackSize } });
      manager.loadPlugin('deep');
      const error = errorOf(() => manager.callHook('deep', 'depth'), JavaScriptError);
      expect(error).toMatchObject({ name: 'RangeError', plugin: 'deep' });
      return manager.callHook<number>('deep', 'reached');
    });
    expect(small).toBeGreaterThan(100);
    expect(large).toBeGreaterThan(4 * (small as number));
  });
});

describe('limits of serialization', () => {
  const echo = 'const plugin = { echo: (x) => x, bytes: (n) => new Uint8Array(n), nest: () => [[[[1]]]] };';

  it('hold for arguments, values and the host API', async () => {
    const manager = managerOf(
      { echo },
      { limits: { maxSerializationDepth: 3, maxSerializationBytes: 10_000 } },
    );
    const refused = (limit: string, max: number) => ({ plugin: 'echo', limit, max });
    expect(
      errorOf(() => manager.loadPlugin('echo', { config: { a: { b: { c: {} } } } }), SerializationLimitError),
    ).toMatchObject(refused('depth', 3));
    expect(
      errorOf(() => manager.loadPlugin('echo', { config: 'x'.repeat(20_000) }), SerializationLimitError),
    ).toMatchObject(refused('bytes', 10_000));
    manager.loadPlugin('echo', { config: { a: {} } });
    const calls: [hook: string, argument: unknown, limit: string, max: number][] = [
      ['echo', [[[[1]]]], 'depth', 3],
      ['nest', 0, 'depth', 3],
      ['echo', new Uint8Array(20_000), 'bytes', 10_000],
      ['bytes', 20_000, 'bytes', 10_000],
    ];
    for (const [hook, argument, limit, max] of calls) {
      const expected = { ...refused(limit, max), hook };
      expect(errorOf(() => manager.callHook('echo', hook, argument), SerializationLimitError)).toMatchObject(
        expected,
      );
      expect(
        await rejectionOf(manager.callHookAsync('echo', hook, [argument]), SerializationLimitError),
      ).toMatchObject(expected);
    }
    expect(manager.callHook('echo', 'echo', [[[1]]])).toEqual([[[1]]]);
  });
});

describe('callHookAsync', () => {
  it('leaves the event loop of the host free', async () => {
    const manager = managerOf(
      {
        busy: 'const plugin = { run() { let seen; do { seen = turns(); } while (seen < 100); return seen; } };',
      },
      { timeout: plenty },
    );
    let turns = 0;
    let running = true;
    const count = () => {
      turns += 1;
      if (running) setImmediate(count);
    };
    manager.loadPlugin('busy', { turns: () => turns });
    setImmediate(count);
    expect(await manager.callHookAsync('busy', 'run')).toBeGreaterThanOrEqual(100);
    running = false;
  });
});
