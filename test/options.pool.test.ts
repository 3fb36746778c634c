import { RuntimePool, type RuntimePoolConfig, SnapshotBuilder, SnapshotError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { acquireFrom, checkPoolReleases, makeFullPool, makePool } from './support/pools.js';
import { expectRefused } from './support/refusals.js';
import { expectUsable } from './support/runtimes.js';

checkPoolReleases();

const MiB = 2 ** 20;

describe('RuntimePool config', () => {
  const make = (config: unknown) => new RuntimePool(config as RuntimePoolConfig);

  it.each([
    [null, 'argument', 'RuntimePool config must be an object'],
    [5, 'argument', 'RuntimePool config must be an object'],
    [[], 'argument', 'RuntimePool config must be an object'],
    [{ sise: 5 }, 'argument', 'did you mean "size"?'],
    [{ idle: 5 }, 'argument', 'known are'],
    [{ snapshot: 5 }, 'argument', '"snapshot"; it belongs into "runtime"'],
    [{ timeout: 5 }, 'argument', '"timeout"; it belongs into "runtime"'],
    [{ maxHeapSize: 5 }, 'argument', '"maxHeapSize"; it belongs into "runtime"'],
    [{ size: '2' }, 'argument', '"size" must be a number of runtimes'],
    [{ size: null }, 'argument', '"size"'],
    [{ size: 0 }, 'range', '"size" must be an integer from 1 to 256 (runtimes), got 0'],
    [{ size: 257 }, 'range', '"size"'],
    [{ size: 1.5 }, 'range', '"size"'],
    [{ size: Number.NaN }, 'range', '"size"'],
    [{ size: Number.POSITIVE_INFINITY }, 'range', '"size"'],
    [{ runtime: 5 }, 'argument', '"runtime" must be an object'],
    [{ runtime: null }, 'argument', '"runtime"'],
    [{ runtime: { timeOut: 5 } }, 'argument', 'did you mean "timeout"?'],
    [{ runtime: { timeout: '5' } }, 'argument', 'Runtime config: "timeout"'],
    [{ runtime: { timeout: 0 } }, 'range', 'Runtime config: "timeout"'],
    [{ runtime: { snapshot: 'x' } }, 'argument', 'Runtime config: "snapshot"'],
    [{ runtime: { initialHeapSize: MiB } }, 'argument', '"maxHeapSize"'],
    [{ runtime: { initialHeapSize: 33 * MiB, maxHeapSize: 32 * MiB } }, 'range', '"initialHeapSize"'],
  ] as [unknown, 'argument' | 'range', string][])('refuses %j', (config, kind, part) => {
    expectRefused(() => make(config), kind, [part]);
  });

  it('refuses what no runtime can be made from, before anything has started', () => {
    const snapshot = new SnapshotBuilder().build();
    (snapshot[100] as number) ^= 1;
    errorOf(() => make({ runtime: { snapshot } }), SnapshotError);
    expect(liveCounts().runtimes).toBe(0);
  });

  it('may be left out, as may each option', () => {
    for (const config of [undefined, {}, { runtime: undefined, size: undefined }]) {
      expectUsable(acquireFrom(makePool(config)));
    }
  });

  it('is read once, its properties and those of its runtimes', async () => {
    const read: string[] = [];
    const runtime = {
      get timeout() {
        read.push('timeout');
        return 60_000;
      },
    };
    const options = {
      get runtime() {
        read.push('runtime');
        return runtime;
      },
      size: 3,
    };
    await makeFullPool(options);
    expect(read).toStrictEqual(['runtime', 'timeout']);
  });
});
