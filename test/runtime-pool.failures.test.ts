import { setImmediate as nextTurn } from 'node:timers/promises';
import { JavaScriptError, type RuntimePool, TimeoutError } from 'isolet';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { acquireFrom, checkPoolReleases, makeFullPool, makePool, untilStats } from './support/pools.js';
import { expectUsable, makeRuntime } from './support/runtimes.js';

checkPoolReleases();

afterEach(() => vi.restoreAllMocks());

const MiB = 2 ** 20;

/** The pool's clock: it stands still, and is put on by hand. */
function stopClock(): { advance(milliseconds: number): void } {
  let now = Math.ceil(performance.now());
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

/** Until the pool has done what it is going to do: its turn, which was asked for before this one, has begun it. */
async function untilIdle(pool: RuntimePool): Promise<void> {
  await nextTurn();
  await untilStats(pool, ({ starting }) => starting === 0);
}

const untilFailed = (pool: RuntimePool, count: number) => untilStats(pool, ({ failed }) => failed === count);

describe('runtimes that end by their bootstrap', () => {
  const runtime = { bootstrap: 'throw new RangeError("no good")' };

  it('are handed out as they are made otherwise: every call says why', async () => {
    const pool = makePool({ runtime });
    await untilFailed(pool, 1);
    const given = acquireFrom(pool);
    const other = makeRuntime(runtime);
    for (const each of [given, other]) {
      const error = errorOf(() => each.eval('1'), JavaScriptError);
      expect(error).toMatchObject({ name: 'RangeError', message: 'no good' });
      expect(each.isClosed()).toBe(true);
    }
    expect(pool.getStats()).toMatchObject({ ready: 0, acquired: 1, coldStarts: 1, failed: 1 });
  });

  it('are not made again until one is asked for, a second later', async () => {
    const clock = stopClock();
    const pool = makePool({ runtime, size: 4 });
    await untilFailed(pool, 1);
    clock.advance(999);
    for (let i = 0; i < 5; i++) acquireFrom(pool);
    await untilIdle(pool);
    expect(pool.getStats()).toMatchObject({ coldStarts: 5, failed: 1 });
    clock.advance(1);
    await untilIdle(pool);
    expect(pool.getStats().failed).toBe(1);
    for (let i = 0; i < 5; i++) acquireFrom(pool);
    await untilFailed(pool, 2);
    await untilIdle(pool);
    expect(pool.getStats()).toMatchObject({ ready: 0, coldStarts: 10, failed: 2 });
  });

  it('are no failure of the pool where they were asked for', async () => {
    const pool = makePool({ runtime });
    const given = acquireFrom(pool);
    errorOf(() => given.eval('1'), JavaScriptError);
    expect(pool.getStats().failed).toBe(0);
  });

  it('by its timeout are the same', async () => {
    const pool = makePool({ runtime: { bootstrap: 'for (;;);', timeout: 20 } });
    await untilFailed(pool, 1);
    errorOf(() => acquireFrom(pool).eval('1'), TimeoutError);
  });

  it('for a while are followed by ones that do not', async () => {
    const clock = stopClock();
    let isBroken = true;
    const enableConsole = () => {
      if (isBroken) throw new Error('not yet');
    };
    const pool = makePool({ size: 2, runtime: { bootstrap: 'console.log()', enableConsole } });
    await untilFailed(pool, 1);
    isBroken = false;
    clock.advance(1000);
    expectUsable(acquireFrom(pool));
    await untilStats(pool, ({ ready }) => ready === 2);
    expect(pool.getStats()).toMatchObject({ acquired: 1, coldStarts: 1, failed: 1 });
  });
});

describe('a ready runtime that ends while it waits', () => {
  it('is not handed out', async () => {
    let isDoomed = false;
    const enableConsole = () => {
      if (isDoomed) throw new Error('now');
    };
    const bootstrap = `
      const ask = () => { try { console.log(); } catch { const all = []; for (;;) all.push({}); } };
      setInterval(ask, 1);
    `;
    const runtime = { bootstrap, enableConsole, enableTimers: true, maxHeapSize: 16 * MiB };
    const pool = await makeFullPool({ size: 2, runtime });
    isDoomed = true;
    while (liveCounts().runtimes > 0) await nextTurn();
    isDoomed = false;
    expect(pool.getStats()).toMatchObject({ ready: 0, starting: 0, readyBytes: 0 });
    expectUsable(acquireFrom(pool));
    expect(pool.getStats()).toMatchObject({ acquired: 1, coldStarts: 1, failed: 2 });
  });
});
