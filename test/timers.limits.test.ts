import { HeapLimitError, type Runtime, RuntimeClosedError, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild, sanitized } from './support/child.js';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime, toBegin } from './support/runtimes.js';

checkReleases();

const withTimers = (config = {}) => makeRuntime({ enableTimers: true, timeout: 60_000, ...config });

/** Fulfilled when the plugin has called `name()` that many times. */
function called(runtime: Runtime, name: string, times = 1): Promise<void> {
  return new Promise((resolve) => {
    let left = times;
    runtime.bindFunction(name, () => {
      left -= 1;
      if (left === 0) resolve();
    });
  });
}

/** Timers of an idle runtime do not keep the process alive, and this process has nothing else to wait for. */
async function keepingAlive<T>(promise: Promise<T>): Promise<T> {
  const alive = setInterval(() => {}, 60_000);
  try {
    return await promise;
  } finally {
    clearInterval(alive);
  }
}

describe('timers of an idle runtime', () => {
  it('fire while the host waits for something else', async () => {
    const runtime = withTimers();
    const fired = called(runtime, 'fired', 5);
    runtime.eval('setInterval(() => fired(), 1); 0');
    await keepingAlive(fired);
    expectUsable(runtime);
  });

  it('that loop are stopped by the timeout of the runtime, and the next call is fine', async () => {
    const runtime = withTimers({ timeout: 50 });
    const started = called(runtime, 'started');
    runtime.eval('setTimeout(() => { started(); for (;;); }, 1); 0', { timeout: 60_000 });
    await keepingAlive(started);
    // The loop is not this call's: it waits for its end, then has a time of its own.
    expect(runtime.eval('6 * 7', { timeout: 60_000 })).toBe(42);
    expect(await runtime.evalAsync('"async"', { timeout: 60_000 })).toBe('async');
  });

  it('that loop each time they fire leave the runtime to others', async () => {
    const runtime = withTimers({ timeout: 50 });
    const started = called(runtime, 'started', 3);
    runtime.eval('var id = setInterval(() => { started(); for (;;); }, 1)', { timeout: 60_000 });
    await keepingAlive(started);
    expect(runtime.eval('clearInterval(id); "cleared"', { timeout: 60_000 })).toBe('cleared');
    expect(runtime.getStats().activeIntervals).toBe(0);
    expect(runtime.eval('6 * 7', { timeout: 60_000 })).toBe(42);
  });

  it('that take all the memory end the runtime with HeapLimitError', async () => {
    const runtime = withTimers({ maxHeapSize: 32 * 1024 * 1024 });
    const started = called(runtime, 'started');
    runtime.eval('setTimeout(() => { started(); const all = []; for (;;) all.push({}); }, 1); 0');
    await keepingAlive(started);
    await rejectionOf(runtime.evalAsync('1'), HeapLimitError);
    expect(runtime.isClosed()).toBe(true);
  });
});

describe('a callback that loops while a call waits for timers', () => {
  it('is stopped at the deadline of the call, and the other timers still fire', async () => {
    const runtime = withTimers();
    const code = `var others = 0;
      setTimeout(() => { for (;;); }, 1);
      setTimeout(() => others++, 1);
      new Promise(() => {})`;
    errorOf(() => runtime.eval(code, { timeout: toBegin }), TimeoutError);
    expectUsable(runtime);
    expect(runtime.eval('new Promise((resolve) => setTimeout(() => resolve(others), 2))')).toBe(1);
    await rejectionOf(runtime.evalAsync(code, { timeout: 50 }), TimeoutError);
    expect(runtime.eval('new Promise((resolve) => setTimeout(resolve, 2, "fine"))')).toBe('fine');
    expectUsable(runtime);
  });
});

describe('stats', () => {
  it('count active timers and intervals', () => {
    const runtime = withTimers();
    const counts = () => {
      const { activeTimers, activeIntervals } = runtime.getStats();
      return [activeTimers, activeIntervals];
    };
    expect(counts()).toStrictEqual([0, 0]);
    runtime.eval(
      'var t = [1, 2, 3].map(() => setTimeout(() => {}, 1e6)); var i = setInterval(() => {}, 1e6)',
    );
    expect(counts()).toStrictEqual([3, 1]);
    runtime.eval('clearTimeout(t[0]); clearInterval(i)');
    expect(counts()).toStrictEqual([2, 0]);
    runtime.eval('new Promise((resolve) => setTimeout(resolve, 1))');
    expect(counts()).toStrictEqual([2, 0]);
    runtime.close();
    expect(counts()).toStrictEqual([0, 0]);
  });
});

describe('close', () => {
  it('ends all timers: none fires after it', async () => {
    const runtime = withTimers();
    let count = 0;
    await keepingAlive(
      new Promise<void>((resolve) => {
        runtime.bindFunction('fired', () => {
          count += 1;
          if (count === 3) resolve();
        });
        runtime.eval('setInterval(() => fired(), 0); setTimeout(() => fired(), 1e6); 0');
      }),
    );
    runtime.close();
    const atClose = count;
    // Another runtime's interval of the same kind shows that there was time.
    const other = withTimers();
    const otherFired = called(other, 'fired', 20);
    other.eval('setInterval(() => fired(), 0); 0');
    await keepingAlive(otherFired);
    expect(count).toBe(atClose);
  });

  it('in a callback is final, and what waits for a timer fails', async () => {
    const runtime = withTimers();
    let count = 0;
    runtime.bindFunction('end', () => {
      count += 1;
      runtime.close();
    });
    const waiting = runtime.evalAsync(
      'setTimeout(() => { end(); end(); }, 1); new Promise((r) => setTimeout(r, 1e6))',
    );
    await rejectionOf(waiting, RuntimeClosedError);
    expect(count).toBe(1);
  });
});

describe('the process', () => {
  it('exits with timers and intervals running', async () => {
    await expectChild(
      `const runtime = new Runtime({ enableTimers: true });
      runtime.eval('setInterval(() => {}, 1); setTimeout(() => {}, 1e6); 0');
      console.log(runtime.getStats().activeTimers, runtime.getStats().activeIntervals);`,
      ['1 1'],
    );
  });

  it('exits with an interval that computes, or calls the host', async () => {
    await expectChild(
      `const runtime = new Runtime({ enableTimers: true, timeout: 60_000 });
      runtime.bindFunction('host', () => 1);
      runtime.eval('setInterval(() => { for (let i = 0; i < 1e5; i++); host(); }, 0); 0');
      const other = new Runtime({ enableTimers: true });
      other.eval('setInterval(() => { for (;;); }, 0); 0');
      console.log('end');`,
      ['end'],
    );
  });

  it('waits for an async call that waits for a timer', async () => {
    await expectChild(
      `const runtime = new Runtime({ enableTimers: true });
      runtime.evalAsync('new Promise((resolve) => setTimeout(resolve, 30, "late"))').then(console.log);`,
      ['late'],
    );
  });
});

describe('timers without end', () => {
  const loops = [
    'for (;;) setTimeout(() => {}, 1e6)',
    'for (;;) { try { setInterval(() => {}, 1e6); } catch {} }',
    'for (;;) setTimeout("x", 1e6, "y".repeat(100))',
    'const more = () => { setTimeout(more); setTimeout(more); }; more(); new Promise(() => {})',
  ];

  it.each(loops)('end at the heap limit: %s', (code) => {
    const runtime = withTimers({ maxHeapSize: 16 * 1024 * 1024 });
    errorOf(() => runtime.eval(code), HeapLimitError);
    expect(runtime.getStats()).toMatchObject({ activeTimers: 0, activeIntervals: 0 });
  });

  it('are within the limit of memory, at the host as well', async () => {
    await expectChild(
      `const MiB = 1 << 20;
      const peak = () => process.resourceUsage().maxRSS * 1024;
      const first = new Runtime({ maxHeapSize: 16 * MiB, enableTimers: true });
      first.eval('1');
      first.close();
      const before = peak();
      for (const code of ${JSON.stringify(loops)}) {
        const runtime = new Runtime({ maxHeapSize: 16 * MiB, enableTimers: true, timeout: 60_000 });
        console.log(codeOf(() => runtime.eval(code)));
        awaitThreads(0);
      }
      const grown = peak() - before;
      console.log(${sanitized} || grown < 96 * MiB ? 'within the limit' : 'grown by ' + grown);`,
      [...loops.map(() => 'ERR_HEAP_LIMIT'), 'within the limit'],
    );
  });

  it('that are cleared cost nothing', () => {
    const runtime = withTimers({ maxHeapSize: 16 * 1024 * 1024 });
    runtime.eval('for (let i = 0; i < 300_000; i++) clearTimeout(setTimeout(() => {}, 1e6));');
    expect(runtime.getStats().activeTimers).toBe(0);
    expectUsable(runtime);
  });
});
