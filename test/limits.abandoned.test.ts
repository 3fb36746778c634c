import { describe, it } from 'vitest';
import { expectChild } from './support/child.js';
import { deaf, isPatient, stuck } from './support/deaf.js';

// In children: a thread that is left behind keeps a core busy, and counts, until its process ends.

describe('a built-in that never looks whether it is to stop', () => {
  it('is given up by a sync call with a timeout: that is the reason for all calls, and the runtime is closed', async () => {
    const script = `
      (async () => {
        const runtime = new Runtime();
        const fn = runtime.eval('() => ${stuck}');
        let first;
        try {
          fn.with({ timeout: 50 })();
        } catch (error) {
          first = error;
          console.log(error instanceof isolet.TimeoutError, error.kind, error.limit, error.elapsed >= 50);
        }
        console.log(codeOf(() => runtime.eval('1')), codeOf(() => fn()), codeOf(() => runtime.bindObject('o', {})));
        console.log(runtime.isClosed(), live().runtimes, live().threads);
        console.log(await runtime.evalAsync('1').catch((error) => [error.code, error.limit].join(' ')));
        console.log(runtime.getStats().cpuTimeMs >= 50);
        runtime.close();
        runtime.terminate();
        console.log(codeOf(() => runtime.eval('1')));
        const next = new Runtime();
        console.log(next.eval('6 * 7'));
        next.close();
      })();
    `;
    await expectChild(script, [
      'true wall 50 true',
      'ERR_TIMEOUT ERR_TIMEOUT ERR_TIMEOUT',
      'true 0 1',
      'ERR_TIMEOUT 50',
      'true',
      'ERR_TIMEOUT',
      '42',
    ]);
  });

  it('frees its thread when it comes to its end after all', async () => {
    const script = `
      const runtime = new Runtime();
      runtime.bindFunction('host', () => console.log('went on'));
      const codes = new Set();
      while (!runtime.isClosed()) codes.add(codeOf(() => runtime.eval('${deaf}; host()', { timeout: 20 })));
      console.log(...codes, codeOf(() => runtime.eval('1')), live().threads);
      console.log(awaitThreads(0), JSON.stringify(live()));
    `;
    await expectChild(script, [
      'ERR_TIMEOUT ERR_TIMEOUT 1',
      'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
    ]);
  });

  it.runIf(isPatient)('keeps its runtime where it comes to its end soon', async () => {
    const soon = 'Array.prototype.lastIndexOf.call({ length: 6e7 }, 1)';
    const script = `
      (async () => {
        const runtime = new Runtime();
        runtime.bindFunction('host', () => console.log('went on'));
        runtime.bindFunction('nested', () => codeOf(() => runtime.eval('${soon}; host()', { cpuTimeout: 20 })));
        for (const option of ['timeout', 'cpuTimeout']) {
          runtime.eval('0');
          console.log(codeOf(() => runtime.eval('${soon}; host()', { [option]: 100 })));
          console.log(codeOf(() => runtime.eval('host()', { timeout: 20 })), runtime.eval('6 * 7'));
          const calls = [runtime.evalAsync('${soon}; host()', { [option]: 100 }), runtime.evalAsync('"behind it"')];
          console.log(...(await Promise.all(calls.map((call) => call.catch((error) => error.code)))));
        }
        console.log(runtime.eval('nested()'), codeOf(() => runtime.eval('nested(); host()', { timeout: 100 })));
        console.log(runtime.eval('6 * 7'), runtime.isClosed());
        runtime.close();
        console.log(awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    const each = ['ERR_TIMEOUT', 'ERR_TIMEOUT 42', 'ERR_TIMEOUT behind it'];
    await expectChild(script, [
      ...each,
      ...each,
      'ERR_TIMEOUT ERR_TIMEOUT',
      '42 false',
      'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
    ]);
  });

  it('is given up in a nested call, too, and no level goes on', async () => {
    const script = `
      const runtime = new Runtime();
      runtime.bindFunction('nested', () => {
        console.log(codeOf(() => runtime.eval('${stuck}', { timeout: 20 })));
        return 'returned';
      });
      console.log(codeOf(() => runtime.eval('nested(); nested()')));
      console.log(runtime.isClosed(), live().runtimes);
    `;
    await expectChild(script, ['ERR_TIMEOUT', 'ERR_TIMEOUT', 'true 0']);
  });

  it.runIf(isPatient)('leaves nothing of a host call that it was in the way of', async () => {
    const soon = 'Array.prototype.lastIndexOf.call({ length: 2e7 }, 1)';
    const script = `
      const runtime = new Runtime();
      runtime.bindFunction('host', () => console.log('called'));
      for (let i = 0; i < 5; i++) {
        console.log(codeOf(() => runtime.eval('host(() => 1, { get late() { return ${soon}; } })', { timeout: 20 })));
        runtime.eval('1');
      }
      console.log(runtime.getStats().openResources);
      runtime.close();
      console.log(awaitThreads(0), JSON.stringify(live()));
    `;
    await expectChild(script, [
      ...Array(5).fill('ERR_TIMEOUT'),
      '1',
      'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
    ]);
  });

  it.each([
    ['close', 'ERR_CLOSED'],
    ['terminate', 'ERR_TERMINATED'],
  ])('does not hold up %s, nor what is pending, nor the end of the process', async (end, code) => {
    const script = `
      (async () => {
        const runtime = new Runtime();
        const started = new Promise((resolve) => runtime.bindFunction('started', () => resolve()));
        const calls = [runtime.evalAsync('started(); ${stuck}'), runtime.evalAsync('"behind it"')];
        const codes = Promise.all(calls.map((call) => call.catch((error) => error.code)));
        await started;
        runtime.${end}();
        console.log(runtime.isClosed(), ...(await codes), live().runtimes);
      })();
    `;
    await expectChild(script, [`true ${code} ${code} 0`]);
  });

  it('in a hook ends that plugin, which can be loaded again', async () => {
    const script = `
      const { mkdtempSync, writeFileSync, rmSync } = require('node:fs');
      const pluginDir = mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'isolet-stuck-'));
      writeFileSync(pluginDir + '/one.js', 'const plugin = { stick: () => ${stuck}, ok: () => 1 };');
      const manager = new isolet.PluginManager({ pluginDir, timeout: 50 });
      manager.loadPlugin('one');
      for (const hook of ['stick', 'ok']) {
        try {
          manager.callHook('one', hook);
        } catch (error) {
          console.log(error.code, error.plugin, error.hook, error.limit);
        }
      }
      manager.loadPlugin('one');
      console.log(manager.callHook('one', 'ok'));
      manager.closeAll();
      rmSync(pluginDir, { recursive: true });
    `;
    await expectChild(script, ['ERR_TIMEOUT one stick 50', 'ERR_TIMEOUT one ok 50', '1']);
  });
});
