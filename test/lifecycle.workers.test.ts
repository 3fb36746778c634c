import { describe, it } from 'vitest';
import { bindingPath, expectChild, packagePath } from './support/child.js';
import { allReleased, workers } from './support/workers.js';

/** Evaluates, is called by the plugin, and calls it, many times; ends with the sum. */
const work = `
const work = (rounds) => {
  const runtime = new Runtime({ timeout: 600_000 });
  runtime.bindFunction('host', (x) => x + 1);
  const fn = runtime.eval('(x) => host(x) * 2');
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += fn(i) + runtime.eval('host(' + i + ')');
  runtime.close();
  return sum;
};
`;
/** What `work(rounds)` returns. */
const sumOf = (rounds: number) =>
  Array.from({ length: rounds }, (_, i) => 3 * (i + 1)).reduce((a, b) => a + b, 0);

describe('the addon', () => {
  it('works in the main thread and in four workers at once, and again after they ended', async () => {
    const script = `${workers}${work}
      (async () => {
        for (let round = 0; round < 3; round++) {
          const source = ${JSON.stringify(`${work} parentPort.postMessage(work(300));`)};
          const running = [1, 2, 3, 4].map(() => run(source));
          const own = work(300);
          const ends = await Promise.all(running);
          console.log(own, ends.map(({ code, posted }) => code + ':' + posted).join(' '));
        }
        released();
      })();
    `;
    const sum = sumOf(300);
    const line = `${sum} ${Array(4).fill(`0:${sum}`).join(' ')}`;
    await expectChild(script, [line, line, line, allReleased]);
  });

  it('works in a worker when the main thread has never loaded it', async () => {
    const source = `${work} parentPort.postMessage(work(10)); parentPort.postMessage(nativeBinding().awaitThreads(0, 60_000));`;
    const script = `
      const { Worker } = require('node:worker_threads');
      const prelude = 'const { parentPort } = require("node:worker_threads");'
        + 'const { Runtime } = require(' + ${JSON.stringify(JSON.stringify(packagePath))} + ');'
        + 'const { nativeBinding } = require(' + ${JSON.stringify(JSON.stringify(bindingPath))} + ');';
      const worker = new Worker(prelude + ${JSON.stringify(source)}, { eval: true });
      worker.on('message', (message) => console.log(message));
      worker.on('exit', (code) => console.log('exit', code));
    `;
    await expectChild(script, [String(sumOf(10)), 'true', 'exit 0'], { prelude: false });
  });

  it('keeps functions of different workers apart', async () => {
    const source = `
      const runtime = new Runtime();
      runtime.bindFunction('who', () => workerData);
      parentPort.postMessage(runtime.eval('who()'));
      runtime.close();
    `;
    const script = `${workers}
      (async () => {
        const ends = await Promise.all([1, 2, 3, 4].map((id) => run(${JSON.stringify(source)}, id)));
        console.log(ends.map(({ posted }) => posted).join());
        released();
      })();
    `;
    await expectChild(script, ['1,2,3,4', allReleased]);
  });
});

describe('a worker that ends', () => {
  it.each([
    ['by itself', 'runtime.eval("1"); parentPort.postMessage("up");', 0],
    ['by process.exit', 'runtime.eval("1"); parentPort.postMessage("up"); process.exit(3);', 3],
    [
      'by process.exit inside a host call',
      'runtime.bindFunction("bye", () => process.exit(4)); parentPort.postMessage("up"); runtime.eval("bye()");',
      4,
    ],
    ['with runtimes that never ran', 'new Runtime(); new Runtime(); parentPort.postMessage("up");', 0],
  ])('%s leaves nothing of its runtimes', async (_, code, exit) => {
    const source = `const runtime = new Runtime(); globalThis.kept = runtime.eval('[() => 1, () => 2]'); runtime.bindFunction('host', () => 1); ${code}`;
    const script = `${workers}
      (async () => {
        const bystander = new Runtime();
        for (let round = 0; round < 5; round++) {
          const ends = await Promise.all([run(${JSON.stringify(source)}), run(${JSON.stringify(source)})]);
          console.log(ends.map(({ code, posted }) => code + ':' + posted).join(' '), bystander.eval('1 + 1'));
        }
        bystander.close();
        released();
      })();
    `;
    await expectChild(script, [...Array(5).fill(`${exit}:up ${exit}:up 2`), allReleased]);
  });
});

describe('worker.terminate', () => {
  // The worker says 'in' from within the plugin: so it is stopped while its thread waits for the runtime.
  const stopped: [during: string, code: string][] = [
    ['an eval without timeout', 'runtime.eval("say(); for (;;);");'],
    ['an eval with a long timeout', 'runtime.eval("say(); for (;;);", { timeout: 600_000 });'],
    ['a plugin function', 'runtime.eval("() => { say(); for (;;); }")();'],
    [
      'a nested eval',
      'runtime.bindFunction("nested", () => runtime.eval("say(); for (;;);")); runtime.eval("nested()");',
    ],
    [
      'an eval in another runtime',
      'const other = new Runtime(); other.bindFunction("inner", () => runtime.eval("say(); for (;;);")); other.eval("inner()");',
    ],
    [
      'a loop that calls the host',
      'runtime.bindFunction("host", () => 1); runtime.eval("say(); for (;;) host();");',
    ],
    ['an evalAsync', 'runtime.evalAsync("say(); for (;;);");'],
    [
      'a host call that loops',
      'runtime.bindFunction("host", () => { for (;;); }); runtime.eval("say(); host();");',
    ],
    ['a result that is being read', 'runtime.eval("({ get x() { say(); for (;;); } })");'],
    [
      'an await in evalAsync',
      'runtime.bindFunction("never", () => new Promise(() => {})); runtime.evalAsync("say(); never()"); setInterval(() => {}, 1000);',
    ],
  ];

  it.each(stopped)('during %s ends it and releases its runtimes', async (_, code) => {
    const source = `const runtime = new Runtime(); runtime.bindFunction('say', () => parentPort.postMessage('in')); ${code}`;
    const script = `${workers}
      (async () => {
        const bystander = new Runtime();
        for (let round = 0; round < 5; round++) {
          const worker = start(${JSON.stringify(source)});
          await posts(worker);
          await worker.terminate();
          if (bystander.eval('1 + 1') !== 2) throw new Error('wrong');
        }
        bystander.close();
        released();
      })();
    `;
    await expectChild(script, [allReleased]);
  });

  it('at any moment of a life ends it and releases its runtimes', async () => {
    const source = `${work} parentPort.postMessage('up'); for (;;) work(3);`;
    const script = `${workers}
      (async () => {
        for (let round = 0; round < 30; round++) {
          const worker = start(${JSON.stringify(source)});
          await posts(worker);
          for (let turns = 0; turns < round * 20; turns++) await turn();
          await worker.terminate();
        }
        released();
      })();
    `;
    await expectChild(script, [allReleased]);
  });
});

describe('the end of the process', () => {
  it.each(['process.exit(6);', 'process.exitCode = 6; worker.unref();'])(
    'with a worker inside an eval: %s',
    async (end) => {
      const source = `const runtime = new Runtime(); runtime.bindFunction('say', () => parentPort.postMessage('in')); runtime.eval('say(); for (;;);');`;
      const script = `${workers}
      const worker = start(${JSON.stringify(source)});
      const runtime = new Runtime();
      posts(worker).then(() => { console.log(runtime.eval('"last"')); ${end} });
    `;
      await expectChild(script, ['last'], { code: 6 });
    },
  );
});

describe("the end of the host's own code", () => {
  // As worker.terminate() ends it, but each time in the same script, in any place: also while an error is made for it.
  it.each([
    ['a call that fails', `() => runtime.eval('throw new Error("x")')`],
    ['a call that the plugin makes and the host fails', `() => runtime.eval('fails()')`],
    [
      'a call with a host object that has a getter',
      `() => runtime.eval('(x) => x')({ get x() { return [1]; } })`,
    ],
  ])('is not lost in %s', async (_, call) => {
    const script = `
      const { Script } = require('node:vm');
      let runtime;
      const begin = () => {
        runtime = new Runtime();
        runtime.bindFunction('fails', () => { throw new Error('y'); });
      };
      begin();
      globalThis.call = ${call};
      const endless = new Script('for (;;) { try { call(); } catch {} }');
      const codes = new Set();
      for (let i = 0; i < 300; i++) {
        codes.add(codeOf(() => endless.runInThisContext({ timeout: 1 + (i % 5) })));
        // A host function that was ended has no answer: its runtime goes with it.
        if (runtime.isClosed()) begin();
      }
      console.log([...codes].join(), runtime.eval('6 * 7'));
      runtime.close();
      console.log(awaitThreads(0));
    `;
    await expectChild(script, ['ERR_SCRIPT_EXECUTION_TIMEOUT 42', 'true']);
  });
});
