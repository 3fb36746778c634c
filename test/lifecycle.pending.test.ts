import { HeapLimitError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { stuck } from './support/deaf.js';
import { rejectionOf } from './support/errors.js';
import { checkPluginReleases, managerOf } from './support/plugins.js';

checkPluginReleases();

const grow = 'const all = []; for (;;) all.push([1]);';
const limit = 32 * 1024 * 1024;

/** How a runtime dies during a sync call; each declares `die`, which makes it, and its code. */
const deaths: [how: string, die: string, code: string][] = [
  ['of memory in eval', `() => runtime.eval('${grow}')`, 'ERR_HEAP_LIMIT'],
  ['of memory in a plugin function', `() => runtime.eval('() => { ${grow} }')()`, 'ERR_HEAP_LIMIT'],
  [
    'of memory in the reading of its value',
    `() => runtime.eval('({ get x() { ${grow} } })')`,
    'ERR_HEAP_LIMIT',
  ],
  [
    'of memory in a nested eval',
    `() => runtime.eval('(f) => f()')(() => runtime.eval('${grow}'))`,
    'ERR_HEAP_LIMIT',
  ],
  [
    'of memory in the async call before it',
    `() => { watch(runtime.evalAsync('${grow}')); runtime.eval('"its turn never comes"'); }`,
    'ERR_HEAP_LIMIT',
  ],
  [
    'by terminate in a host function',
    '() => runtime.eval("(f) => { f(); for (;;); }")(() => runtime.terminate())',
    'ERR_TERMINATED',
  ],
  [
    'by close in a host function',
    '() => runtime.eval("(f) => { f(); for (;;); }")(() => runtime.close())',
    'ERR_CLOSED',
  ],
  [
    'by terminate in a host function of another runtime',
    `() => {
      other.eval('(f) => f()')(() => runtime.terminate());
      runtime.eval('1');
    }`,
    'ERR_TERMINATED',
  ],
];

/**
 * A process with pending calls of every kind on one runtime, which dies during a sync call. Prints what the sync call
 * threw, what the pending ones were rejected with, and, as the process ends by itself, what is left of it all.
 */
function script(die: string): string {
  return `
    const runtime = new Runtime({ maxHeapSize: ${limit} });
    const other = new Runtime();
    const pending = [];
    const watch = (call) => pending.push(call.then(() => 'fulfilled', (error) => error.code));
    runtime.bindFunction('never', () => new Promise(() => {}));
    const wait = runtime.eval('() => new Promise(() => {})');
    watch(runtime.evalAsync('never()'));
    watch(runtime.evalAsync('new Promise(() => {})'));
    watch(runtime.evalAsync('never()', { timeout: 600_000, signal: new AbortController().signal }));
    watch(wait.callAsync());
    watch(wait());
    watch(runtime.eval('(f) => f')(wait).with({ timeout: 600_000 }).callAsync());
    runtime.eval('0');
    console.log(codeOf(${die}));
    watch(runtime.evalAsync('"too late"'));
    watch(wait.callAsync());
    Promise.all(pending).then((codes) => console.log('settled', ...new Set(codes)));
    process.on('exit', (code) => {
      console.log(code, runtime.isClosed(), other.eval('"unharmed"'));
      other.close();
      console.log(awaitThreads(0), JSON.stringify(live()));
    });
  `;
}

describe('a runtime that dies during a sync call', () => {
  it.each(deaths)(
    '%s gives that reason to all that is pending, and the process ends',
    async (_, die, code) => {
      await expectChild(script(die), [
        code,
        `settled ${code}`,
        '0 true unharmed',
        'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
      ]);
    },
  );

  it('as one that is given up gives its timeout, and the process ends', async () => {
    const abandoned = script(`() => runtime.eval('${stuck}', { timeout: 200 })`);
    // Its thread is still there, and counts.
    const withoutCounts = abandoned.slice(0, abandoned.indexOf('process.on'));
    await expectChild(withoutCounts, ['ERR_TIMEOUT', 'settled ERR_TIMEOUT']);
  });

  it('again and again leaves no promise behind', async () => {
    const rounds = `
      (async () => {
        for (let round = 0; round < 300; round++) {
          const runtime = new Runtime();
          runtime.bindFunction('never', () => new Promise(() => {}));
          runtime.bindFunction('end', () => (round % 2 ? runtime.close() : runtime.terminate()));
          const calls = [runtime.evalAsync('never()'), runtime.evalAsync('new Promise(() => {})')];
          const codes = Promise.all(calls.map((call) => call.catch((error) => error.code)));
          if (round % 3) await turn();
          const expected = round % 2 ? 'ERR_CLOSED' : 'ERR_TERMINATED';
          if (codeOf(() => runtime.eval('end(); for (;;);')) !== expected) throw new Error('wrong reason');
          if (String(await codes) !== [expected, expected].join()) throw new Error(String(await codes));
        }
        console.log('through', awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    await expectChild(rounds, ['through true {"runtimes":0,"threads":0,"handles":0,"lost":0}']);
  });
});

describe('a plugin that dies during a hook', () => {
  it('gives that reason to its hooks that are pending, each under its own name', async () => {
    const manager = managerOf(
      { hungry: `const plugin = { wait: () => new Promise(() => {}), eat() { ${grow} } };` },
      { timeout: 60_000, limits: { maxHeapSize: limit } },
    );
    manager.loadPlugin('hungry');
    const waiting = rejectionOf(manager.callHookAsync('hungry', 'wait'), HeapLimitError);
    expect(() => manager.callHook('hungry', 'eat')).toThrow(HeapLimitError);
    expect(await waiting).toMatchObject({ plugin: 'hungry', hook: 'wait', limit });
  });
});

describe('getStats', () => {
  it('that waits while the runtime dies leaves no promise behind, and the process ends', async () => {
    const script = `
      (async () => {
        for (let round = 0; round < 5; round++) {
          const runtime = new Runtime({ maxHeapSize: 32 << 20 });
          let open;
          runtime.bindFunction('gate', () => new Promise((resolve) => { open = resolve; }));
          const call = runtime.evalAsync('gate().then(() => { const all = []; for (;;) all.push([1]); })');
          while (open === undefined) await turn();
          open();
          await null;
          while (!runtime.isClosed()) runtime.getStats();
          console.log(await call.catch((error) => error.code));
        }
        console.log(awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    const lines = [
      ...Array(5).fill('ERR_HEAP_LIMIT'),
      'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
    ];
    await expectChild(script, lines);
  });
});
