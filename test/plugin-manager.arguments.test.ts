import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf, reasonOf, rejectionOf } from './support/errors.js';
import { checkPluginReleases, managerOf } from './support/plugins.js';

checkPluginReleases();

/** The most that a call takes. */
const most = 65_534;

function loadedManager() {
  const manager = managerOf({
    one: 'const plugin = { list: (...args) => args, count: (...args) => args.length };',
  });
  manager.loadPlugin('one');
  return manager;
}

/** `list` with an accessor at its start that makes the change. */
function changing(list: unknown[], change: (list: unknown[]) => void): unknown[] {
  return Object.defineProperty(list, 0, {
    enumerable: true,
    get() {
      change(list);
      return 'first';
    },
  });
}

const pushMany = (list: unknown[]) => {
  for (let i = 0; i < 100_000; i++) list.push(i);
};

/** Iterates over more than it holds. */
class Longer extends Array<unknown> {
  override *[Symbol.iterator](): ArrayIterator<unknown> {
    for (let i = 0; i < 100_000; i++) yield i;
  }
}

function growingProxy(): unknown[] {
  let length = 2;
  return new Proxy(['a', 'b'], {
    get(target, key) {
      if (key !== 'length') return Reflect.get(target, key);
      length *= 1000;
      return length / 1000;
    },
  });
}

describe('the arguments of callHookAsync', () => {
  it.each<[what: string, args: () => unknown[], received: unknown[]]>([
    ['an array that an accessor lengthens', () => changing([0, 'b'], pushMany), ['first', 'b']],
    [
      'an array that an accessor empties',
      () => changing([0, 'b'], (list) => list.pop()),
      ['first', undefined],
    ],
    ['an array with holes', () => Object.assign(new Array(3), { 1: 'b' }), [undefined, 'b', undefined]],
    ['a subclass with an iterator of its own', () => Longer.of('a', 'b'), ['a', 'b']],
    ['a proxy whose length grows', growingProxy, ['a', 'b']],
  ])('are as many as there are at first: %s', async (_, args, received) => {
    const manager = loadedManager();
    expect(await manager.callHookAsync('one', 'list', args())).toStrictEqual(received);
    expect(await manager.callHookAsync('one', 'count', args())).toBe(received.length);
  });

  it('are those of the moment of the call', async () => {
    const manager = loadedManager();
    const args = ['a', 'b'];
    const called = manager.callHookAsync('one', 'list', args);
    args.length = 0;
    expect(await called).toStrictEqual(['a', 'b']);
  });

  it('whose accessor throws are rejected with that very error, and nothing is called', async () => {
    const manager = loadedManager();
    const failure = new Error('accessor');
    const args = changing([0], () => {
      throw failure;
    });
    expect(await reasonOf(manager.callHookAsync('one', 'count', args))).toBe(failure);
    expect(failure).not.toHaveProperty('plugin');
    expect(manager.callHook('one', 'count')).toBe(0);
  });
});

describe('the number of arguments', () => {
  it('has a limit', async () => {
    const manager = loadedManager();
    const fits = new Array(most).fill(1);
    const tooMany = new Array(most + 1).fill(1);
    expect(manager.callHook('one', 'count', ...fits)).toBe(most);
    expect(await manager.callHookAsync('one', 'count', fits)).toBe(most);
    const refused = {
      code: 'ERR_OUT_OF_RANGE',
      message: expect.stringContaining(`${most}, got ${most + 1}`),
    };
    expect(errorOf(() => manager.callHook('one', 'count', ...tooMany), RangeError)).toMatchObject(refused);
    expect(await rejectionOf(manager.callHookAsync('one', 'count', tooMany), RangeError)).toMatchObject(
      refused,
    );
    expect(manager.callHook('one', 'count', 1, 2)).toBe(2);
  });
});

describe('the addon itself', () => {
  // Past its checks in lib/, in a child: it would write past the end of a buffer.
  it('reads the length of an array of arguments once', async () => {
    const script = `
      const grow = () => {
        const list = [0, 2];
        return Object.defineProperty(list, 0, { get() { for (let i = 0; i < 1e5; i++) list.push(i); return 1; } });
      };
      (async () => {
        const runtime = new Runtime();
        const list = runtime.eval('(...args) => args');
        const binding = nativeBinding();
        for (let i = 0; i < 100; i++) {
          if (String(binding.callFunctionSettled(list, grow())) !== '1,2') throw new Error('wrong');
          if (String(await binding.callFunctionAsync(list, grow(), 0)) !== '1,2') throw new Error('wrong');
        }
        console.log(codeOf(() => binding.callFunctionSettled(list, new Array(${most + 1}))));
        runtime.close();
        console.log(awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    await expectChild(script, [
      'RangeError: more arguments than a function can take',
      'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
    ]);
  });
});
