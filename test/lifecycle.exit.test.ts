import { describe, expect, it } from 'vitest';
import { packagePath, runChild } from './support/child.js';
import { stuck } from './support/deaf.js';

/** How the process ended; `stderr` only helps to understand a failure. */
async function expectExit(script: string, wanted: { code: number; stdout: string }): Promise<string> {
  const { code, signal, stdout, stderr } = await runChild(script);
  expect({ code, signal, stdout }, stderr).toEqual({ signal: null, ...wanted });
  return stderr;
}

/** Its thread is left behind. */
const leave = `codeOf(() => runtime.eval("${stuck}", { timeout: 20 }));`;

/** The states in which a process can be left; each declares `runtime`. */
const states: [state: string, script: string][] = [
  ['a runtime that never ran', 'const runtime = new Runtime();'],
  ['an idle runtime', 'const runtime = new Runtime(); runtime.eval("1");'],
  [
    'twenty idle runtimes',
    'const all = Array.from({ length: 20 }, () => new Runtime()); for (const r of all) r.eval("var x = 1"); const runtime = all[0];',
  ],
  [
    'functions of both sides',
    'const runtime = new Runtime(); runtime.bindObject("api", { f: () => 1 }); globalThis.kept = runtime.eval("[() => api.f(), api.f]");',
  ],
  [
    'a runtime that timed out',
    'const runtime = new Runtime(); codeOf(() => runtime.eval("for (;;);", { timeout: 20 }));',
  ],
  ['a runtime that was abandoned', `const runtime = new Runtime(); ${leave}`],
  ['a closed runtime', 'const runtime = new Runtime(); runtime.eval("1"); runtime.close();'],
  ['a terminated runtime', 'const runtime = new Runtime(); runtime.eval("1"); runtime.terminate();'],
  [
    'a runtime that died of memory',
    'const runtime = new Runtime({ maxHeapSize: 32 << 20 }); codeOf(() => runtime.eval("const a = []; for (;;) a.push([1]);"));',
  ],
];

/** States in which code runs in the background when the process is told to end. */
const busy: [state: string, script: string][] = [
  ['an async loop', 'const runtime = new Runtime(); runtime.evalAsync("for (;;);").catch(() => {});'],
  [
    'several async loops',
    'const all = Array.from({ length: 6 }, () => new Runtime()); for (const r of all) r.evalAsync("for (;;);").catch(() => {}); const runtime = all[0];',
  ],
  [
    'an async loop that calls the host',
    'const runtime = new Runtime(); runtime.bindFunction("host", () => 1); runtime.evalAsync("for (;;) host();").catch(() => {});',
  ],
  [
    'an async call that waits for the host',
    'const runtime = new Runtime(); runtime.bindFunction("never", () => new Promise(() => {})); runtime.evalAsync("never()").catch(() => {});',
  ],
  ['a bootstrap loop', 'const runtime = new Runtime({ bootstrap: "for (;;);" });'],
];

describe('the end of the script', () => {
  it.each(states)('with %s ends the process', async (_, script) => {
    await expectExit(`${script} console.log('last line');`, { code: 0, stdout: 'last line\n' });
  });

  it('waits for async calls in flight, then ends the process', async () => {
    const script = `
      const runtime = new Runtime();
      runtime.bindFunction('later', () => new Promise((resolve) => setTimeout(resolve, 50, 'late')));
      runtime.evalAsync('later()').then(console.log);
      runtime.evalAsync('for (;;);', { timeout: 100 }).catch((error) => console.log(error.code));
    `;
    const { code, signal, stdout, stderr } = await runChild(script);
    const lines = stdout.trim().split('\n').sort();
    expect({ code, signal, lines }, stderr).toEqual({
      code: 0,
      signal: null,
      lines: ['ERR_TIMEOUT', 'late'],
    });
  });
});

describe('process.exit', () => {
  it.each([...states, ...busy])('with %s ends with its code, all output written', async (_, script) => {
    // What a pipe holds: beyond that Node 24.21 itself loses output in process.exit.
    const text = 'x'.repeat(50_000);
    await expectExit(`${script} console.log('x'.repeat(50_000)); process.exit(7);`, {
      code: 7,
      stdout: `${text}\n`,
    });
  });

  it.each(busy)('with %s, once it is under way', async (_, script) => {
    const later = `${script} setImmediate(() => setTimeout(() => { console.log('now'); process.exit(3); }, 20));`;
    await expectExit(later, { code: 3, stdout: 'now\n' });
  });

  it('as the runtime starts, again and again', async () => {
    const run = () =>
      expectExit('for (let i = 0; i < 8; i++) new Runtime(); process.exit(4);', { code: 4, stdout: '' });
    for (let round = 0; round < 5; round++) await Promise.all([run(), run(), run(), run()]);
  });

  it.each(['exit', 'beforeExit'])('lets a listener of %s still use the runtime', async (event) => {
    const script = `
      const runtime = new Runtime();
      process.on('${event}', () => console.log(runtime.eval('6 * 7')));
      runtime.eval('1');
    `;
    await expectExit(script, { code: 0, stdout: '42\n' });
  });
});

describe('inside a host call', () => {
  const calls: [how: string, script: string][] = [
    ['from eval', 'runtime.eval("bye()");'],
    ['from eval, in a try', 'runtime.eval("for (;;) { try { bye() } catch {} finally { bye() } }");'],
    [
      'from a nested eval',
      'runtime.bindFunction("nested", () => runtime.eval("bye()")); runtime.eval("nested()");',
    ],
    [
      'from another runtime',
      'const other = new Runtime(); other.bindFunction("inner", () => runtime.eval("bye()")); other.eval("inner()");',
    ],
    ['from a plugin function', 'runtime.eval("(f) => f()")(bye);'],
    ['from evalAsync', 'runtime.evalAsync("bye()");'],
    ['from a getter of the result', 'runtime.eval("({ get x() { return bye(); } })");'],
    ['under a timeout', 'runtime.eval("bye()", { timeout: 60_000 });'],
  ];

  it.each(calls)('process.exit ends the process: %s', async (_, call) => {
    const script = `
      const runtime = new Runtime();
      const bye = () => { console.log('bye'); process.exit(5); };
      runtime.bindFunction('bye', bye);
      process.on('exit', (code) => console.log('exit', code));
      ${call}
    `;
    await expectExit(script, { code: 5, stdout: 'bye\nexit 5\n' });
  });

  it('an error that nobody catches ends the process with 1 and is printed', async () => {
    const script = `
      const runtime = new Runtime();
      runtime.bindFunction('fails', () => { throw new Error('told on stderr'); });
      console.log('before');
      runtime.eval('fails()');
      console.log('not reached');
    `;
    expect(await expectExit(script, { code: 1, stdout: 'before\n' })).toContain('told on stderr');
  });
});

describe('an uncaught error', () => {
  it.each([...states, ...busy])('with %s ends the process with 1 and is printed', async (_, script) => {
    const stderr = await expectExit(
      `${script} console.log('before'); throw new Error('nobody catches this');`,
      {
        ...{ code: 1, stdout: 'before\n' },
      },
    );
    expect(stderr).toContain('nobody catches this');
  });

  it.each([
    ['of eval', 'runtime.eval("throw new RangeError(\'from the plugin\')");'],
    ['of evalAsync', 'runtime.evalAsync("throw new RangeError(\'from the plugin\')");'],
  ])('%s ends the process with 1 and shows what the plugin threw', async (_, call) => {
    const stderr = await expectExit(`const runtime = new Runtime(); ${call}`, { code: 1, stdout: '' });
    expect(stderr).toContain('from the plugin');
  });
});

describe('a signal', () => {
  const loop = 'const runtime = new Runtime(); runtime.evalAsync("for (;;);").catch(() => {});';
  const kill = "setImmediate(() => process.kill(process.pid, 'SIGTERM'));";
  const listener = "process.on('SIGTERM', () => { console.log('asked'); process.exit(0); });";

  it('of the user ends a process whose plugin loops, by default', async () => {
    const killed = await runChild(`${loop} ${kill}`);
    expect([killed.code, killed.signal]).toEqual([null, 'SIGTERM']);
  });

  it('whose listener exits just as the plugin begins to loop, again and again', async () => {
    const run = () => expectExit(`${loop} ${listener} ${kill}`, { code: 0, stdout: 'asked\n' });
    for (let round = 0; round < 20; round++) await Promise.all([run(), run(), run(), run()]);
  });
});

describe('the code of a process that leaves a thread behind', () => {
  const given = `const runtime = new Runtime(); ${leave}`;

  it.each([
    ['process.exit(7)', 'process.exit(7);', 7],
    ["process.exit('8')", "process.exit('8');", 8],
    ['process.exitCode', 'process.exitCode = 9;', 9],
    ['a listener of exit', "process.on('exit', () => { process.exitCode = 10; });", 10],
    ['an uncaught error', 'throw new Error();', 1],
    ['a rejection', 'Promise.reject(new Error());', 1],
    ['nothing', '', 0],
  ])('is that of %s', async (_, end, code) => {
    await expectExit(`${given} ${end}`, { code, stdout: '' });
  });

  it('is that of an await of the main module that never settles', async () => {
    const script = `
      import { createRequire } from 'node:module';
      const { Runtime } = createRequire(import.meta.url)(${JSON.stringify(packagePath)});
      const codeOf = (call) => { try { call(); } catch {} };
      ${given}
      await new Promise(() => {});
    `;
    const { code, signal, stderr } = await runChild(script, {
      prelude: false,
      nodeArgs: ['--input-type=module'],
    });
    expect({ code, signal }, stderr).toEqual({ code: 13, signal: null });
  });

  it('of a worker is that of process.exit', async () => {
    const script = `
      const { Worker } = require('node:worker_threads');
      const inner = \`
        const { Runtime } = require(\${JSON.stringify(${JSON.stringify(packagePath)})});
        try { new Runtime().eval('Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)', { timeout: 20 }); } catch {}
      \`;
      const worker = new Worker(inner, { eval: true });
      worker.on('exit', () => process.exit(3));
      new Runtime().eval('1');
    `;
    await expectExit(script, { code: 3, stdout: '' });
  });
});
