import { describe, it } from 'vitest';
import { expectChild, sanitized } from './support/child.js';

const allReleased = 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}';

// A sanitizer keeps what is freed, so that its memory tells nothing, and takes a tenth of a second for each.
const rounds = sanitized ? 200 : 2000;

/**
 * Runs `round()` a quarter as often to warm up, then `rounds` times, and prints what the latter left behind.
 *
 * Threads must be back exactly: those that Node keeps were there after the warm-up. Resident memory may differ by
 * 32 MB: arenas of the C library, which keeps freed memory per thread for reuse, and the host's own garbage. Two
 * thousand leaked runtimes would be 2 GB, and even 17 KB lost per round would show.
 */
function churn(round: string): string {
  return `
    const threads = () => {
      if (process.platform !== 'linux') return 'same';
      return Number(/^Threads:\\s*(\\d+)/m.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]);
    };
    ${round}
    const settled = async (wanted = Infinity) => {
      if (!awaitThreads(0)) throw new Error('threads left');
      // A thread that has ended for us is still the system's for a moment.
      for (let turns = 0; turns < 1e5 && threads() > wanted; turns++) await turn();
      await turn();
      gc();
      await turn();
      return { rss: process.memoryUsage.rss(), threads: threads() };
    };
    (async () => {
      for (let i = 0; i < ${rounds / 4}; i++) await round(i);
      const before = await settled();
      for (let i = 0; i < ${rounds}; i++) await round(i);
      const after = await settled(before.threads);
      const grown = after.rss - before.rss;
      console.log(${sanitized} || grown < 32 * 1024 * 1024 ? 'memory is back' : 'grown by ' + grown);
      console.log(after.threads === before.threads ? 'threads are back' : before.threads + ' threads, now ' + after.threads);
      console.log(awaitThreads(0), JSON.stringify(live()));
    })();
  `;
}

const expected = ['memory is back', 'threads are back', allReleased];
const exposeGc = { nodeArgs: ['--expose-gc'] };

describe('runtimes by the thousand, one after another', () => {
  it('created, used and closed leave nothing', async () => {
    const round = `
      const round = (i) => {
        const runtime = new Runtime();
        if (runtime.eval('1 + ' + i) !== 1 + i) throw new Error('wrong');
        runtime.close();
      };
    `;
    await expectChild(churn(round), expected, exposeGc);
  });

  it('with functions of both sides, errors and async calls leave nothing', async () => {
    const round = `
      const round = async (i) => {
        const runtime = new Runtime();
        runtime.bindObject('api', { twice: (x) => 2 * x, later: async (x) => x });
        const fn = runtime.eval('(x) => api.twice(x)');
        if (fn(i) !== 2 * i) throw new Error('wrong');
        if (codeOf(() => runtime.eval('throw new Error("x")')) !== 'ERR_JAVASCRIPT') throw new Error('wrong');
        const running = runtime.evalAsync('api.later(' + i + ')');
        const left = runtime.evalAsync('new Promise(() => {})').catch((error) => error.code);
        if (await running !== i) throw new Error('wrong');
        if (i % 2) runtime.close(); else runtime.terminate();
        if (await left !== (i % 2 ? 'ERR_CLOSED' : 'ERR_TERMINATED')) throw new Error('wrong');
      };
    `;
    await expectChild(churn(round), expected, exposeGc);
  });

  it('closed as soon as they are made leave nothing', async () => {
    await expectChild(churn('const round = () => new Runtime().close();'), expected, exposeGc);
  });
});
