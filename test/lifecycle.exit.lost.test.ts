import { describe, expect, it } from 'vitest';
import { packagePath, runChild } from './support/child.js';

// What parks a thread where V8 gives up in a place that can't be left: until V8 of Node 26, a pattern nested too deep to
// compile; from there on, the zone of JSON.stringify, at 400 MB.
const [major = 0] = process.versions.node.split('.').map(Number);
const loses =
  major < 26
    ? `new RegExp('(?:a|'.repeat(1e5) + ')'.repeat(1e5)).test('a')`
    : `let s = '\\\\u0001'; for (;;) s = JSON.stringify(s)`;

/** Loses a thread and its memory beside so many runtimes, and prints how many are lost once it has come to that. */
const loseBeside = (others: number) => `
  const runtime = new Runtime();
  const code = codeOf(() => runtime.eval(${JSON.stringify(loses)}));
  awaitThreads(${others});
  console.log(code, isolet.getProcessStats().lostThreads, live().runtimes);
`;
const lose = loseBeside(0);
const lost = 'ERR_HEAP_LIMIT 1 0\n';

/** V8 prints traces of collections on stderr. */
async function endOf(script: string) {
  const { code, signal, stdout } = await runChild(script);
  return { code, signal, stdout };
}

describe('a process with a lost thread', () => {
  it('ends by itself at the end of its script', async () => {
    expect(await endOf(lose)).toEqual({ code: 0, signal: null, stdout: lost });
  });

  it('ends by process.exit with its code, all output written', async () => {
    const script = `${lose} console.log('x'.repeat(50_000)); process.exit(7);`;
    expect(await endOf(script)).toEqual({ code: 7, signal: null, stdout: `${lost}${'x'.repeat(50_000)}\n` });
  });

  it('ends by an uncaught error with 1', async () => {
    expect(await endOf(`${lose} throw new Error('uncaught');`)).toEqual({
      code: 1,
      signal: null,
      stdout: lost,
    });
  });

  it('goes on, with its other runtimes and new ones, and its worker pool', async () => {
    const script = `
      const before = new Runtime();
      before.eval('var x = 41');
      ${loseBeside(1)}
      const after = new Runtime();
      console.log(before.eval('x + 1'), after.eval('6 * 7'));
      require('node:fs').readFile(__filename, () => {
        require('node:zlib').deflate('text', (error) => {
          console.log(error);
          before.close();
          after.close();
          awaitThreads(0);
          console.log(live().runtimes, live().handles, live().threads);
        });
      });
    `;
    expect(await endOf(script)).toEqual({
      code: 0,
      signal: null,
      stdout: 'ERR_HEAP_LIMIT 1 1\n42 42\nnull\n0 0 0\n',
    });
  });

  it('ends when it was lost by a worker that has ended, too', async () => {
    const inner = `
      const { Runtime } = require(${JSON.stringify(packagePath)});
      try { new Runtime().eval(${JSON.stringify(loses)}); } catch {}
    `;
    const script = `
      const { Worker } = require('node:worker_threads');
      new Worker(${JSON.stringify(inner)}, { eval: true }).on('exit', (code) => {
        awaitThreads(0);
        console.log(code, isolet.getProcessStats().lostThreads, new Runtime().eval('6 * 7'));
      });
    `;
    expect(await endOf(script)).toEqual({ code: 0, signal: null, stdout: '0 1 42\n' });
  });
});
