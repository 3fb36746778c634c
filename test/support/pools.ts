import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Runtime, RuntimePool, type RuntimePoolConfig, type RuntimePoolStats } from 'isolet';
import { afterEach } from 'vitest';
import { checkReleases } from './runtimes.js';

const pools = new Set<RuntimePool>();
const acquired = new Set<Runtime>();

/** A pool that is closed when the test ends. */
export function makePool(config?: RuntimePoolConfig): RuntimePool {
  const pool = new RuntimePool(config);
  pools.add(pool);
  return pool;
}

/** A runtime of the pool that is closed when the test ends. */
export function acquireFrom(pool: RuntimePool): Runtime {
  const runtime = pool.acquire();
  acquired.add(runtime);
  return runtime;
}

/** Call once per file, in the place of `checkReleases`. */
export function checkPoolReleases(): void {
  checkReleases();
  // Runs before what was registered first.
  afterEach(() => {
    for (const held of [...pools, ...acquired]) held.close();
    pools.clear();
    acquired.clear();
  });
}

/** Lets the event loop turn until the pool's figures are as wanted; that they never are is a hang. */
export async function untilStats(
  pool: RuntimePool,
  wanted: (stats: RuntimePoolStats) => boolean,
): Promise<RuntimePoolStats> {
  for (;;) {
    const stats = pool.getStats();
    if (wanted(stats)) return stats;
    await nextTurn();
  }
}

/** A pool all of whose runtimes are ready. */
export async function makeFullPool(config: RuntimePoolConfig & { size: number }): Promise<RuntimePool> {
  const pool = makePool(config);
  await untilStats(pool, ({ ready }) => ready === config.size);
  return pool;
}
