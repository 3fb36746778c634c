import { JavaScriptError, PendingPromiseError, RuntimeClosedError, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, reasonOf, rejectionOf } from './support/errors.js';
import { checkPluginReleases, managerOf } from './support/plugins.js';

checkPluginReleases();

/** Only for limits that nothing is expected to reach. */
const plenty = 60_000;

describe('async hooks', () => {
  const source = `const plugin = {
    async fetchTwice(x) { return [await lookup(x), await lookup(x + 1)]; },
    async now(x) { return x; },
    sync: (x) => x,
    async fails() { await lookup(1); throw new Error('async boom'); },
    never: () => new Promise(() => {}),
    spin() { for (;;) {} },
  };`;
  const api = { lookup: async (x: number) => `value ${x}` };

  it('settle through async host functions', async () => {
    const manager = managerOf({ a: source }, { timeout: plenty });
    manager.loadPlugin('a', api);
    expect(await manager.callHookAsync('a', 'fetchTwice', [1])).toEqual(['value 1', 'value 2']);
    expect(await manager.callHookAsync('a', 'sync', [5])).toBe(5);
    expect(await manager.callHookAsync('a', 'sync')).toBe(undefined);
    const many = Array.from({ length: 20 }, (_, i) => manager.callHookAsync('a', 'fetchTwice', [i]));
    expect(await Promise.all(many)).toEqual(
      Array.from({ length: 20 }, (_, i) => [`value ${i}`, `value ${i + 1}`]),
    );
  });

  it('called with callHook: settle if they need no host, else it says to use callHookAsync', () => {
    const manager = managerOf({ a: source });
    manager.loadPlugin('a', api);
    expect(manager.callHook('a', 'now', 5)).toBe(5);
    const error = errorOf(() => manager.callHook('a', 'fetchTwice', 1), PendingPromiseError);
    expect(error).toMatchObject({ plugin: 'a', hook: 'fetchTwice' });
    expect(error.message).toContain('callHookAsync');
    expect(manager.callHook('a', 'sync', 1)).toBe(1);
  });

  it('called with callHook from within another hook: refused, and that one goes on', () => {
    const manager = managerOf({
      a: `const plugin = {
        fetch: async () => await lookup(1),
        outer() { try { again('fetch'); } catch (error) { return [error.name, again('sync')]; } },
        sync: () => 'went on',
      };`,
    });
    manager.loadPlugin('a', { ...api, again: (hook: string) => manager.callHook('a', hook) });
    expect(manager.callHook('a', 'outer')).toStrictEqual(['PendingPromiseError', 'went on']);
  });

  it('that give a thenable: a plain value of callHook, followed in the plugin by callHookAsync', async () => {
    const manager = managerOf(
      { a: 'const plugin = { give: (then) => ({ then: eval(then) }) };' },
      { timeout: 300 },
    );
    manager.loadPlugin('a');
    const follow = '(resolve) => resolve("followed")';
    expect(manager.callHook('a', 'give', follow)).toHaveProperty('then', expect.any(Function));
    expect(await manager.callHookAsync('a', 'give', [follow])).toBe('followed');
    const late = await rejectionOf(manager.callHookAsync('a', 'give', ['() => { for (;;); }']), TimeoutError);
    expect(late).toMatchObject({ plugin: 'a', hook: 'give', limit: 300 });
    expect(manager.callHook('a', 'give', '5')).toHaveProperty('then', 5);
  });

  it('reject with errors that name plugin, hook and place', async () => {
    const manager = managerOf({ a: source }, { timeout: plenty });
    manager.loadPlugin('a', api);
    const error = await rejectionOf(manager.callHookAsync('a', 'fails'), JavaScriptError);
    expect(error).toMatchObject({ plugin: 'a', hook: 'fails' });
    expect(error.message).toMatch(/^plugin "a", hook "fails": async boom \(a\.js:5:\d+\)$/);
  });

  it('are late if their promise is', async () => {
    const manager = managerOf({ a: source }, { timeout: 500 });
    manager.loadPlugin('a', api);
    expect((await rejectionOf(manager.callHookAsync('a', 'never'), TimeoutError)).limit).toBe(500);
    expect(
      (await rejectionOf(manager.callHookAsync('a', 'never', [], { timeout: 20 }), TimeoutError)).limit,
    ).toBe(20);
    expect(manager.callHook('a', 'sync', 1)).toBe(1);
  });

  it('are aborted by a signal, with its own reason', async () => {
    const manager = managerOf({ a: source }, { timeout: plenty });
    manager.loadPlugin('a', api);
    const reason = new Error('changed my mind');
    for (const hook of ['never', 'spin']) {
      const controller = new AbortController();
      const call = manager.callHookAsync('a', hook, [], { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 20);
      expect(await reasonOf(call)).toBe(reason);
    }
    expect(
      await reasonOf(manager.callHookAsync('a', 'sync', [1], { signal: AbortSignal.abort(reason) })),
    ).toBe(reason);
    expect(reason).not.toHaveProperty('plugin');
    expect(reason.message).toBe('changed my mind');
    expect(manager.callHook('a', 'sync', 1)).toBe(1);
  });

  it('refuse wrong arguments and options by a rejection', async () => {
    const manager = managerOf({ a: source });
    manager.loadPlugin('a', api);
    await rejectionOf(manager.callHookAsync('a', 'sync', 'World' as never), TypeError);
    await rejectionOf(manager.callHookAsync('a', 'sync', [], { timout: 5 } as object), TypeError);
    await rejectionOf(manager.callHookAsync('a', 'sync', [], { timeout: 0 }), RangeError);
    await rejectionOf(manager.callHookAsync('a', 5 as never), TypeError);
  });

  it('in flight when their plugin is unloaded are closed', async () => {
    const manager = managerOf({ a: source }, { timeout: plenty });
    manager.loadPlugin('a', api);
    const call = rejectionOf(manager.callHookAsync('a', 'never'), RuntimeClosedError);
    manager.unload('a');
    expect(await call).toMatchObject({ plugin: 'a', hook: 'never' });
  });
});
