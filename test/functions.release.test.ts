import type { JsFunction } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { liveCounts } from './support/live.js';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

// In children, because they need --expose-gc. `settle` collects until the handles are as few as wanted: what a
// collector frees in its first round is up to it, that it frees all in a hundred is not.
const settle = `
const settle = async (wanted, collect) => {
  for (let round = 0; round < 100 && live().handles > wanted; round++) {
    collect();
    await turn();
  }
  return live().handles <= wanted;
};
`;
const exposeGc = { nodeArgs: ['--expose-gc'] };

describe('handles', () => {
  it('of plugin functions go with close', () => {
    const runtime = makeRuntime();
    runtime.eval('0');
    const before = liveCounts().handles;
    const list = runtime.eval<JsFunction[]>('Array.from({ length: 50 }, (_, i) => () => i)');
    expect(liveCounts().handles).toBe(before + 50);
    for (const fn of list) fn.close();
    runtime.eval('0');
    expect(liveCounts().handles).toBe(before);
  });

  it('of plugin functions go with garbage collection at the host', async () => {
    const script = `${settle}
      (async () => {
        const runtime = new Runtime();
        runtime.eval('0');
        const before = live().handles;
        let list = runtime.eval('Array.from({ length: 200 }, (_, i) => () => i)');
        console.log(live().handles - before, list[7]());
        list = undefined;
        console.log(await settle(before, gc));
        console.log(runtime.eval('1 + 1'));
        runtime.close();
        console.log(awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    await expectChild(
      script,
      ['200 7', 'true', '2', 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}'],
      exposeGc,
    );
  });

  it('let go of the plugin function itself', async () => {
    const script = `${settle}
      (async () => {
        const runtime = new Runtime({ maxHeapSize: 64 * 1024 * 1024 });
        const before = live().handles;
        for (let i = 0; i < 50; i++) {
          let fn = runtime.eval('(() => { const big = new Array(500_000).fill(' + i + '); return () => big.length; })()');
          if (fn() !== 500_000) throw new Error('wrong');
          fn = undefined;
          if (!(await settle(before, gc))) throw new Error('handle kept');
        }
        console.log(runtime.eval('1 + 1'));
        runtime.close();
      })();
    `;
    // 50 times 4 MB would not fit if one handle's closure were kept.
    await expectChild(script, ['2'], exposeGc);
  });

  it('of host functions go with garbage collection in the plugin, and the host functions with them', async () => {
    const script = `${settle}
      (async () => {
        const runtime = new Runtime({ maxHeapSize: 32 * 1024 * 1024 });
        const keep = runtime.eval('var kept = []; (f) => { kept.push(f); }');
        const churn = runtime.eval('() => { let junk = []; for (let i = 0; i < 20_000; i++) junk.push(new Array(50).fill(i)); return junk.length; }');
        churn();
        const before = live().handles;
        const refs = [];
        const give = () => {
          for (let i = 0; i < 100; i++) {
            const f = () => i;
            refs.push(new WeakRef(f));
            keep(f);
          }
        };
        give();
        console.log(live().handles - before, runtime.eval('kept[7]()'));
        runtime.eval('kept = []; 0');
        console.log(await settle(before, churn));
        // No deref() on the way: it would keep what it finds for the rest of its turn.
        for (let round = 0; round < 20; round++) { await turn(); gc(); }
        console.log(refs.filter((ref) => ref.deref()).length);
        runtime.close();
        console.log(awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    await expectChild(
      script,
      ['100 7', 'true', '0', 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}'],
      exposeGc,
    );
  });

  it('survive collection on both sides while they are in use', async () => {
    const script = `${settle}
      (async () => {
        const runtime = new Runtime({ maxHeapSize: 32 * 1024 * 1024 });
        const churn = runtime.eval('() => { for (let i = 0; i < 20_000; i++) new Array(50).fill(i); }');
        const fn = runtime.eval('var held; (f) => { held = f; return (x) => f(x) + 1; }');
        const inner = fn((x) => { gc(); churn(); return x * 2; });
        for (let i = 0; i < 10; i++) {
          gc(); churn(); await turn();
          if (inner(i) !== 2 * i + 1 || runtime.eval('held(' + i + ')') !== 2 * i) throw new Error('wrong');
        }
        console.log('held');
        runtime.close();
      })();
    `;
    await expectChild(script, ['held'], exposeGc);
  });
});
