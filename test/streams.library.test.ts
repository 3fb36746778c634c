import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectChild } from './support/child.js';
import { makeFolder } from './support/cli.js';

const library = createRequire(join(__dirname, '../dist/index.js')).resolve('web-streams-polyfill');
const folder = makeFolder({});

/** Has the package be found at the path in `found`, or not at all. Runtimes are made later. */
const finding = `
  const modules = require('node:module');
  const { copyFileSync, rmSync } = require('node:fs');
  const resolve = modules._resolveFilename;
  let found;
  modules._resolveFilename = function (name, ...rest) {
    if (name !== 'web-streams-polyfill') return resolve.call(this, name, ...rest);
    if (found === undefined) throw new Error('not found');
    return found;
  };
  const tell = (call) => { try { return call(); } catch (error) { return error.name + ': ' + error.message; } };
`;
const absent = "Error: there are no streams: the package web-streams-polyfill can't be read";

describe('where the package of streams is not found', () => {
  const attempts = `
    const runtime = new Runtime({ timeout: 60_000, maxHeapSize: 2 ** 25 });
    const own = (async function* () {})();
    console.log(runtime.eval('6 * 7'));
    console.log(tell(() => runtime.eval('new ReadableStream()')));
    console.log(tell(() => runtime.eval('try { TransformStream } catch (error) { error instanceof Error }')));
    console.log(tell(() => runtime.eval('(stream) => typeof stream')(own)));
    console.log(tell(() => runtime.eval('(async function* () {})()')));
    runtime.bindFunction('open', () => own);
    console.log(tell(() => runtime.eval('open()')));
    console.log(runtime.eval('7 * 8'));
    runtime.close();
    console.log(runtime.getStats().activeHostStreams, runtime.getStats().activeJsStreams);
  `;
  const lines = ['42', absent, 'true', absent, absent, absent, '56', '0 0'];

  it('each use of one is an error, and everything else works', async () => {
    await expectChild(`${finding}${attempts}`, lines);
  });

  it.each([
    ['a folder', JSON.stringify(folder)],
    ['a number, as bundlers have it', '4711'],
  ])('the same if it is %s', async (_, found) => {
    await expectChild(`${finding} found = ${found}; ${attempts}`, lines);
  });
});

describe('the package of streams', () => {
  const path = JSON.stringify(join(folder, 'bücher.js'));
  const stream = 'new ReadableStream({ start(own) { own.enqueue(1); own.close(); } })';
  const read = `(async () => { for await (const chunk of ${stream}) return chunk; })()`;

  it('is read when the first runtime needs it, and once', async () => {
    const script = `${finding}
      found = ${path};
      const runtimes = [1, 2, 3].map(() => new Runtime({ timeout: 60_000 }));
      console.log(runtimes.map((runtime) => runtime.eval('1 + 1')).join());
      console.log(tell(() => runtimes[0].eval('ReadableStream')));
      copyFileSync(${JSON.stringify(library)}, found);
      console.log(runtimes.slice(0, 2).map((runtime) => runtime.eval(${JSON.stringify(read)})).join());
      rmSync(found);
      console.log(runtimes[2].eval(${JSON.stringify(read)}));
    `;
    await expectChild(script, ['2,2,2', absent, '1,1', '1']);
  });

  it('is read by runtimes of several threads at once, also of workers', async () => {
    const inWorker = `
      const { Runtime } = require(process.env.ISOLET_TESTED);
      const runtimes = Array.from({ length: 8 }, () => new Runtime({ timeout: 60_000 }));
      Promise.all(runtimes.map((runtime) => runtime.evalAsync(${JSON.stringify(read)}))).then((chunks) => {
        for (const runtime of runtimes) runtime.close();
        require('node:worker_threads').parentPort.postMessage(chunks.join());
      });
    `;
    const script = `
      const { Worker } = require('node:worker_threads');
      const { once } = require('node:events');
      process.env.ISOLET_TESTED = require.resolve(${JSON.stringify(join(__dirname, '../dist/index.js'))});
      const answerOf = async () => {
        const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true });
        const [[answer]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
        return answer;
      };
      Promise.all([answerOf(), answerOf()]).then(async (answers) => {
        console.log(answers.join(' '));
        console.log(await new Runtime({ timeout: 60_000 }).evalAsync(${JSON.stringify(read)}));
      });
    `;
    await expectChild(script, ['1,1,1,1,1,1,1,1 1,1,1,1,1,1,1,1', '1']);
  });
});
