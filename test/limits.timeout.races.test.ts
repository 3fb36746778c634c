import { TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('a termination', () => {
  it('never hits one of 500 timed calls after it', () => {
    const runtime = makeRuntime();
    errorOf(() => runtime.eval('for (;;);', { timeout: 20 }), TimeoutError);
    for (let i = 0; i < 500; i++) {
      expect(
        runtime.eval(`let s${i} = 0; for (let i = 0; i < 1000; i++) s${i} += i; s${i}`, { timeout: 60_000 }),
      ).toBe(499_500);
    }
    expectUsable(runtime);
  });

  it('never hits a call after it, twenty times in turn', () => {
    const runtime = makeRuntime();
    const add = runtime.eval<(a: number, b: number) => number>('(a, b) => a + b');
    for (let round = 0; round < 20; round++) {
      errorOf(() => runtime.eval('for (;;);', { timeout: 2 }), TimeoutError);
      for (let i = 0; i < 25; i++) expect(add(round, i)).toBe(round + i);
      expectUsable(runtime);
    }
  });

  it('of a call ends the one around it, whose time is up as well, before that goes on', () => {
    const runtime = makeRuntime();
    let wentOn = 0;
    runtime.bindFunction('host', () => void wentOn++);
    runtime.bindFunction(
      'nested',
      () => void errorOf(() => runtime.eval('for (;;);', { timeout: 1 }), TimeoutError),
    );
    for (let round = 0; round < 300; round++) {
      errorOf(() => runtime.eval('nested(); host()', { timeout: 1 }), TimeoutError);
      expect(wentOn).toBe(0);
    }
    expectUsable(runtime);
  });

  // V8's compilers are at work on the loop meanwhile.
  it('of a loop that runs again and again leaves its runtime usable', () => {
    for (const loop of ['for (;;);', 'f()']) {
      for (let round = 0; round < 10; round++) {
        const runtime = makeRuntime();
        runtime.eval('var x = 0; function f() { for (;;) x++; }');
        for (let i = 0; i < 40; i++) errorOf(() => runtime.eval(loop, { timeout: 1 }), TimeoutError);
        expectUsable(runtime);
        runtime.close();
      }
    }
  });

  // Each call takes about as long as it may: it ends by itself, or is stopped, or both at once.
  it.each(['timeout', 'cpuTimeout'])(
    'by %s that comes as the call ends hits that call or none',
    async (option) => {
      const script = `
      const runtime = new Runtime();
      runtime.bindFunction('host', () => 'host');
      const counts = { done: 0, stopped: 0 };
      for (let i = 0; i < 1000; i++) {
        const work = 0.6 + (i % 50) / 62.5;
        const code = '{ const end = Date.now() + ' + work + '; let n = 0; while (Date.now() < end) n++; n; "done" }';
        try {
          if (runtime.eval(code, { ${option}: 1 }) !== 'done') throw new Error('wrong value');
          counts.done++;
        } catch (error) {
          if (!(error instanceof isolet.TimeoutError)) throw error;
          counts.stopped++;
        }
        if (runtime.eval('host() + 1') !== 'host1') throw new Error('wrong value after');
      }
      console.log(counts.done + counts.stopped, runtime.isClosed());
      runtime.close();
      console.log(awaitThreads(0), JSON.stringify(live()));
    `;
      await expectChild(script, ['1000 false', 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}']);
    },
  );

  it('that comes as the call goes to the host, or comes back, hits that call or none', async () => {
    const script = `
      const runtime = new Runtime();
      const spin = (ms) => { const end = performance.now() + ms; while (performance.now() < end); return 'spun'; };
      runtime.bindFunction('host', spin);
      runtime.bindFunction('nested', (ms) => runtime.eval('host(' + ms + ')'));
      let ended = 0;
      for (let i = 0; i < 600; i++) {
        try {
          runtime.eval((i % 2 ? 'host' : 'nested') + '(' + (0.5 + (i % 20) / 20) + ')', { timeout: 1 });
        } catch (error) {
          if (!(error instanceof isolet.TimeoutError)) throw error;
        }
        ended++;
        if (runtime.eval('host(0)') !== 'spun') throw new Error('wrong value after');
      }
      console.log(ended);
      runtime.close();
      console.log(awaitThreads(0), JSON.stringify(live()));
    `;
    await expectChild(script, ['600', 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}']);
  });

  it('of one runtime never hits another', () => {
    const runtimes = Array.from({ length: 8 }, () => makeRuntime({ timeout: 60_000 }));
    for (let round = 0; round < 40; round++) {
      for (const [index, runtime] of runtimes.entries()) {
        if (index % 4 === round % 4) errorOf(() => runtime.eval('for (;;);', { timeout: 1 }), TimeoutError);
        else expect(runtime.eval('var sum = 0; for (let i = 0; i < 1000; i++) sum += i; sum')).toBe(499_500);
      }
    }
    for (const runtime of runtimes) expectUsable(runtime);
  });

  it('never hits a runtime that is closed meanwhile', async () => {
    const script = `
      (async () => {
        for (let i = 0; i < 200; i++) {
          const runtime = new Runtime();
          const calls = [1, 2, 3].map((timeout) => runtime.evalAsync('for (;;);', { timeout }).catch((error) => error));
          if (i % 3 === 0) runtime.close();
          else if (i % 3 === 1) await calls[0].then(() => runtime.close());
          else { await Promise.all(calls); runtime.close(); }
          for (const error of await Promise.all(calls)) {
            if (!(error instanceof isolet.TimeoutError || error instanceof isolet.RuntimeClosedError)) throw error;
          }
        }
        console.log('through', awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    await expectChild(script, ['through true {"runtimes":0,"threads":0,"handles":0,"lost":0}']);
  });
});
