import { describe, it } from 'vitest';
import { expectChild } from './support/child.js';

// In children, because they need --expose-gc. `settle` collects until the runtimes are as few as wanted: what a
// collector frees in its first round is up to it, that it frees all in a hundred is not.
const settle = `
const settle = async (wanted) => {
  for (let round = 0; round < 100 && live().runtimes > wanted; round++) {
    gc();
    await turn();
  }
  return live().runtimes;
};
`;
const allReleased = 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}';

function expectCollected(body: string, lines: string[]): Promise<void> {
  const script = `${settle}
    (async () => {
      ${body}
      console.log(await settle(0));
      console.log(awaitThreads(0), JSON.stringify(live()));
    })();
  `;
  return expectChild(script, [...lines, '0', allReleased], { nodeArgs: ['--expose-gc'] });
}

describe('a runtime that nothing refers to', () => {
  it('is closed by garbage collection', async () => {
    // A host function keeps the scope that it was made in: these are made where no runtime is.
    const body = `
      const api = { f: (x) => x, data: [1] };
      const host = () => 1;
      (() => {
        for (let i = 0; i < 10; i++) new Runtime();
        for (let i = 0; i < 10; i++) if (new Runtime().eval('6 * 7') !== 42) throw new Error('wrong');
        for (let i = 0; i < 10; i++) {
          const runtime = new Runtime();
          runtime.bindObject('api', api);
          runtime.eval('(f) => f')(host);
          codeOf(() => runtime.eval('throw api.f(new Error())'));
        }
      })();
      console.log(live().runtimes);
    `;
    await expectCollected(body, ['30']);
  });

  it('but a function of it lives as long as that', async () => {
    const body = `
      let fn = (() => new Runtime().eval('let n = 0; () => ++n'))();
      for (let i = 0; i < 5; i++) { gc(); await turn(); }
      console.log(fn(), await fn.callAsync(), live().runtimes);
      fn = fn.with({ timeout: 60_000 });
      for (let i = 0; i < 5; i++) { gc(); await turn(); }
      console.log(fn(), live().runtimes);
      fn = undefined;
    `;
    await expectCollected(body, ['1 2 1', '3 1']);
  });

  it('also where a function of it has an object as `this` that has the function', async () => {
    const body = `
      (() => {
        for (let i = 0; i < 10; i++) {
          const api = { double: new Runtime().eval('(function () { return this.n * 2; })'), n: 21 };
          api.double = api.double.with({ this: { n: 21, api } }).with({ timeout: 60_000 });
          api.again = api.double;
        }
        const api = { n: 21 };
        api.double = new Runtime().eval('(function () { return this.n * 2; })').with({ this: { n: 21 } });
        console.log(api.double(), api.double.with({ timeout: 60_000 })());
      })();
      console.log(live().runtimes);
    `;
    await expectCollected(body, ['42 42', '11']);
  });

  it('but a call in flight lives until that has settled', async () => {
    const body = `
      const calls = (() => {
        const runtime = new Runtime();
        let open;
        runtime.bindFunction('gate', () => new Promise((resolve) => { open = resolve; }));
        const wait = runtime.eval('() => new Promise((resolve) => { globalThis.settle = resolve; })')();
        return [runtime.evalAsync('gate().then((v) => { settle(v + 1); return v; })'), wait, () => open];
      })();
      for (let i = 0; i < 5 || calls[2]() === undefined; i++) { gc(); await turn(); }
      console.log(live().runtimes);
      calls[2]()(1);
      console.log(await calls[0], await calls[1]);
      calls.length = 0;
    `;
    await expectCollected(body, ['1', '1 2']);
  });
});

describe('a runtime that has ended', () => {
  // Its host functions refer to it, as most do, and what they refer to besides is what shows whether they are gone.
  const collected = `
    const left = async (refs) => {
      for (let round = 0; round < 100 && refs.some((ref) => ref.deref()); round++) {
        // In this order: until the turn ends, what a WeakRef has given is kept.
        await turn();
        gc();
      }
      return refs.filter((ref) => ref.deref()).length;
    };
    const make = (config) => {
      const runtime = new Runtime(config);
      const held = {};
      runtime.bindFunction('use', () => [runtime, held].length);
      runtime.bindFunction('end', () => runtime.close());
      runtime.bindFunction('endLater', async () => runtime.close());
      runtime.bindFunction('fail', () => { throw Object.assign(new Error('no'), { runtime, held }); });
      runtime.eval('use()');
      return { runtime, ref: new WeakRef(held) };
    };
  `;

  it.each<[how: string, end: string]>([
    ['closed', 'runtime.close()'],
    ['terminated', 'runtime.terminate()'],
    ['closed after an error of the host', 'codeOf(() => runtime.eval("fail()")); runtime.close()'],
    ['closed by its own call', 'codeOf(() => runtime.eval("end()"))'],
    ['closed by its own call inside another', 'codeOf(() => runtime.eval("() => end()")())'],
    ['closed by its own async call', 'await runtime.evalAsync("end()").catch(() => {})'],
    ['closed by what its host function did later', 'await runtime.evalAsync("endLater()").catch(() => {})'],
    ['out of memory', 'codeOf(() => runtime.eval("const all = []; for (;;) all.push([all.length])"))'],
    [
      'out of memory, later',
      'await runtime.evalAsync("for (const all = [];;) all.push([1])").catch(() => {})',
    ],
  ])('keeps none of its host functions: %s', async (_, end) => {
    const body = `
      ${collected}
      const refs = [];
      for (let i = 0; i < 5; i++) {
        await (async () => {
          const { runtime, ref } = make({ maxHeapSize: 16 * 2 ** 20 });
          refs.push(ref);
          ${end};
        })();
      }
      awaitThreads(0);
      console.log(await left(refs));
    `;
    await expectCollected(body, ['0']);
  });
});

describe('a plugin manager that nothing refers to', () => {
  it('takes its plugins along', async () => {
    const body = `
      const { mkdtempSync, writeFileSync, rmSync } = require('node:fs');
      const pluginDir = mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'isolet-collected-'));
      writeFileSync(pluginDir + '/one.js', 'const plugin = { ok: () => 1 };');
      (() => {
        const manager = new isolet.PluginManager({ pluginDir });
        manager.loadPlugin('one', { log: () => undefined });
        console.log(manager.callHook('one', 'ok'), live().runtimes);
      })();
      rmSync(pluginDir, { recursive: true });
    `;
    await expectCollected(body, ['1 1']);
  });
});
