import { readdirSync, readFileSync } from 'node:fs';
import { HeapLimitError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const MiB = 2 ** 20;

/** The names of this process's threads, as debuggers and `top -H` show them. */
function threadNames(): string[] {
  const tasks = '/proc/self/task';
  return readdirSync(tasks).map((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trimEnd());
}

describe('name', () => {
  it.runIf(process.platform === 'linux')('is the name of the thread, as far as the system keeps it', () => {
    const names = ['my-plugin', 'a name with spaces', 'a-name-that-is-longer-than-15-bytes'];
    const runtimes = names.map((name) => makeRuntime({ name }));
    for (const runtime of runtimes) runtime.eval('1');
    expect(threadNames()).toEqual(expect.arrayContaining(names.map((name) => name.slice(0, 15))));
  });

  it.each(['\u0000', 'a\u0000b', 'ключ-ключ-ключ', '💥'.repeat(10), '%s%n', '\n'.repeat(100)])(
    'may be anything: %j',
    (name) => {
      expect(makeRuntime({ name }).eval('6 * 7')).toBe(42);
    },
  );
});

describe('stackSize', () => {
  // In a child, with all of them open: the C library hands on the stacks of threads that have ended, larger ones, too.
  it('is how deep a script may call, by default 2 MiB', async () => {
    const script = `
      const runtimes = [512 * 1024, undefined, 2 << 20, 64 << 20].map((stackSize) => new Runtime({ stackSize }));
      const depth = 'let n = 0; try { (function down() { n++; down(); })(); } catch (e) { [n, e instanceof RangeError] }';
      const [least, usual, given, most] = runtimes.map((runtime) => {
        const [reached, inRange] = runtime.eval(depth);
        return inRange && runtime.eval('6 * 7') === 42 ? reached : NaN;
      });
      // Optimized frames are smaller than others: whether a script is optimized in time is up to V8.
      console.log(least > 100, usual > least, most > 8 * usual, Math.max(usual, given) < 2 * Math.min(usual, given));
      for (const runtime of runtimes) runtime.close();
    `;
    await expectChild(script, ['true true true true']);
  });
});

describe('maxHeapSize', () => {
  it('may be as small as 8 MiB', () => {
    const runtime = makeRuntime({ maxHeapSize: 8 * MiB });
    expectUsable(runtime);
    expect(errorOf(() => runtime.eval('const a = []; for (;;) a.push([1]);'), HeapLimitError).limit).toBe(
      8 * MiB,
    );
  });

  it('may be more than there is', () => {
    const runtime = makeRuntime({ maxHeapSize: 2 ** 20 * MiB });
    expect(runtime.eval('new Array(1e6).fill(1).length')).toBe(1e6);
    expectUsable(runtime);
  });
});

describe('initialHeapSize', () => {
  it.each([1, MiB, 32 * MiB])('is only where the heap starts: %d', (initialHeapSize) => {
    const maxHeapSize = 32 * MiB;
    const runtime = makeRuntime({ initialHeapSize, maxHeapSize });
    expect(runtime.eval('Array.from({ length: 200_000 }, (_, i) => i + 0.5).length')).toBe(200_000);
    const grow = 'const a = []; for (;;) a.push([1]);';
    expect(errorOf(() => runtime.eval(grow), HeapLimitError).limit).toBe(maxHeapSize);
  });
});
