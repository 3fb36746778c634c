import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  HeapLimitError,
  type Runtime,
  RuntimeClosedError,
  type RuntimeConfig,
  type RuntimeStats,
  SnapshotBuilder,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { acquireFrom, checkPoolReleases, makeFullPool, makePool, untilStats } from './support/pools.js';
import { expectUsable, makeRuntime } from './support/runtimes.js';

checkPoolReleases();

const MiB = 2 ** 20;

/** What does not depend on the machine. */
function countsOf(stats: RuntimeStats): Partial<RuntimeStats> {
  return Object.fromEntries(
    Object.entries(stats).filter(([name]) => !/^(heap|physical|external|cpu)/.test(name)),
  );
}

const globals = 'Reflect.ownKeys(globalThis).map(String)';

describe('acquire', () => {
  it('gives a runtime that looks as new as one that was just made', async () => {
    const runtime = acquireFrom(await makeFullPool({ size: 1 }));
    const other = makeRuntime();
    expect(countsOf(runtime.getStats())).toStrictEqual(countsOf(other.getStats()));
    expect(runtime.eval(globals)).toStrictEqual(other.eval(globals));
    expectUsable(runtime);
  });

  it('hands out a ready one within the same turn, and makes none for it', async () => {
    const pool = await makeFullPool({ size: 2 });
    const before = liveCounts().threads;
    const runtime = acquireFrom(pool);
    expect(liveCounts().threads).toBe(before);
    expect(pool.getStats()).toMatchObject({ ready: 1, starting: 0, acquired: 1, coldStarts: 0, failed: 0 });
    expectUsable(runtime);
  });

  it('makes one where none is ready', () => {
    const pool = makePool();
    const runtime = acquireFrom(pool);
    expect(pool.getStats()).toStrictEqual({
      ...{ ready: 0, starting: 0, acquired: 1, coldStarts: 1, failed: 0, readyBytes: 0 },
    });
    expectUsable(runtime);
  });

  it('never gives the same twice, nor anything of another', async () => {
    const pool = await makeFullPool({ size: 1 });
    const seen = new Set<Runtime>();
    for (let round = 0; round < 4; round++) {
      const runtime = pool.acquire();
      expect(runtime.eval('[typeof mine, typeof host, [].stain]')).toStrictEqual([
        'undefined',
        'undefined',
        undefined,
      ]);
      runtime.bindFunction('host', () => 1);
      runtime.eval('var mine = 1; Array.prototype.stain = 1;');
      runtime.close();
      seen.add(runtime);
      await untilStats(pool, ({ ready }) => ready === 1);
    }
    expect(seen.size).toBe(4);
    expect(pool.getStats()).toMatchObject({ acquired: 4, coldStarts: 0 });
  });

  it('serves a burst larger than the pool, which is full again later', async () => {
    const pool = await makeFullPool({ size: 2 });
    const runtimes = Array.from({ length: 6 }, () => acquireFrom(pool));
    expect(pool.getStats()).toMatchObject({ ready: 0, acquired: 6, coldStarts: 4 });
    expect(new Set(runtimes).size).toBe(6);
    for (const [i, runtime] of runtimes.entries()) runtime.eval(`var id = ${i}`);
    expect(runtimes.map((runtime) => runtime.eval('id'))).toStrictEqual([0, 1, 2, 3, 4, 5]);
    await untilStats(pool, ({ ready }) => ready === 2);
    expect(liveCounts().runtimes).toBe(8);
  });

  it.each([
    ['that is full', true],
    ['that is empty', false],
  ])('works inside a host call of one of its runtimes, from a pool %s', async (_, isFull) => {
    const pool = isFull ? await makeFullPool({ size: 2 }) : makePool({ size: 2 });
    const runtime = acquireFrom(pool);
    runtime.bindFunction('spawn', (code: string) => {
      const inner = pool.acquire();
      try {
        return inner.eval(code);
      } finally {
        inner.close();
      }
    });
    expect(runtime.eval('spawn("6 * 7") + 1')).toBe(43);
    expect(await runtime.evalAsync('spawn("6 * 7") + 1')).toBe(43);
    expect(pool.getStats().acquired).toBe(3);
  });

  it('is not disturbed by runtimes that have ended in other hands', async () => {
    const pool = await makeFullPool({ size: 1, runtime: { maxHeapSize: 16 * MiB } });
    const runtime = acquireFrom(pool);
    errorOf(() => runtime.eval('const all = []; for (;;) all.push({});'), HeapLimitError);
    await untilStats(pool, ({ ready }) => ready === 1);
    expectUsable(acquireFrom(pool));
    expect(pool.getStats()).toMatchObject({ acquired: 2, coldStarts: 0, failed: 0 });
  });
});

describe('the runtimes that a pool makes ahead', () => {
  it('are as many as it is to keep, made one at a time', async () => {
    const pool = makePool({ size: 5 });
    await untilStats(pool, ({ ready, starting }) => {
      expect(starting).toBeLessThanOrEqual(1);
      expect(liveCounts().runtimes).toBe(ready + starting);
      return ready === 5;
    });
    expect(pool.getStats().starting).toBe(0);
  });

  it('are made one at a time also where more are asked for meanwhile', async () => {
    const pool = makePool({ runtime: { bootstrap: 'for (;;);' } });
    await untilStats(pool, ({ starting }) => starting === 1);
    for (let round = 0; round < 3; round++) {
      pool.acquire().close();
      // Comes after the pool's own turn, which was asked for before.
      await nextTurn();
      expect(liveCounts().runtimes).toBe(1);
    }
    expect(pool.getStats()).toMatchObject({ ready: 0, starting: 1, acquired: 3, coldStarts: 3, failed: 0 });
  });

  it('are two where nothing is said', async () => {
    const pool = makePool();
    await untilStats(pool, ({ ready }) => ready === 2);
    expect(pool.getStats()).toMatchObject({ starting: 0, acquired: 0 });
  });

  it('count with the memory that they hold', async () => {
    const pool = await makeFullPool({ size: 1 });
    const one = pool.getStats().readyBytes;
    expect(one).toBeGreaterThan(100_000);
    const large = await makeFullPool({
      size: 1,
      runtime: { bootstrap: `const kept = new Uint8Array(${8 * MiB})` },
    });
    expect(large.getStats().readyBytes).toBeGreaterThan(8 * MiB);
    acquireFrom(pool);
    expect(pool.getStats().readyBytes).toBe(0);
  });

  it('have the configuration that the pool was made with', async () => {
    const said: unknown[] = [];
    const runtime: RuntimeConfig = {
      name: 'pooled',
      timeout: 500,
      maxHeapSize: 32 * MiB,
      bootstrap: 'const version = 2; console.log("booted")',
      enableConsole: (level, args) => said.push([level, ...args]),
      enableTimers: true,
      maxSerializationDepth: 3,
    };
    const pool = await makeFullPool({ runtime, size: 1 });
    // What becomes of the object later is of no interest.
    Object.assign(runtime, { name: 5, bootstrap: undefined });
    for (const coldStarts of [0, 1]) {
      const acquired = acquireFrom(pool);
      expect(pool.getStats().coldStarts).toBe(coldStarts);
      expect(acquired.eval('[version, typeof setTimeout]', { timeout: 60_000 })).toStrictEqual([
        2,
        'function',
      ]);
      expect(said.splice(0)).toStrictEqual([['log', 'booted']]);
      expect(errorOf(() => acquired.eval('for (;;);'), TimeoutError)).toMatchObject({
        limit: 500,
        runtime: 'pooled',
      });
      expect(() => acquired.eval('[[[[1]]]]', { timeout: 60_000 })).toThrow('maxSerializationDepth is 3');
      errorOf(
        () => acquired.eval('const all = []; for (;;) all.push({});', { timeout: 60_000 }),
        HeapLimitError,
      );
    }
  });

  it('may begin with a snapshot, as it is when the pool is made', async () => {
    const builder = new SnapshotBuilder();
    builder.executeScript('begin.js', 'var begun = [1, 2]');
    const snapshot = builder.build();
    const pool = await makeFullPool({ runtime: { snapshot }, size: 1 });
    snapshot.fill(0);
    for (const coldStarts of [0, 1]) {
      expect(acquireFrom(pool).eval('begun')).toStrictEqual([1, 2]);
      expect(pool.getStats()).toMatchObject({ coldStarts, failed: 0 });
    }
  });
});

describe('close', () => {
  it('closes what was not handed out, and nothing else', async () => {
    const pool = await makeFullPool({ size: 3 });
    const runtime = acquireFrom(pool);
    pool.close();
    pool.close();
    pool[Symbol.dispose]();
    expect(liveCounts().runtimes).toBe(1);
    expectUsable(runtime);
    expect(pool.getStats()).toMatchObject({ ready: 0, starting: 0, acquired: 1, readyBytes: 0 });
    expect(errorOf(() => pool.acquire(), RuntimeClosedError)).toMatchObject({
      code: 'ERR_CLOSED',
      message: 'the runtime pool is closed',
    });
  });

  it('closes one that is being made', async () => {
    const pool = makePool({ runtime: { bootstrap: 'for (;;);' } });
    await untilStats(pool, ({ starting }) => starting === 1);
    pool[Symbol.dispose]();
    expect(liveCounts().runtimes).toBe(0);
    await nextTurn();
    expect(pool.getStats()).toMatchObject({ ready: 0, starting: 0, failed: 0 });
  });

  it('at any moment of a start leaves nothing', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const pool = makePool({ size: 2 });
      await untilStats(pool, ({ starting }) => starting === 1);
      for (let i = 0; i < turns; i++) await nextTurn();
      pool.close();
      expect(liveCounts().runtimes).toBe(0);
    }
  });

  it('before anything was made keeps it from being made', async () => {
    const pool = makePool();
    pool.close();
    // Comes after the pool's own turn, which was asked for before.
    await nextTurn();
    expect(pool.getStats()).toMatchObject({ ready: 0, starting: 0 });
    expect(liveCounts().runtimes).toBe(0);
  });

  it('inside a host call of one of its runtimes leaves that to its end', async () => {
    const pool = await makeFullPool({ size: 2 });
    const runtime = acquireFrom(pool);
    runtime.bindFunction('close', () => pool.close());
    expect(runtime.eval('close(); 6 * 7')).toBe(42);
    expect(liveCounts().runtimes).toBe(1);
  });
});
