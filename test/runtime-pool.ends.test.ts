import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { expectChild, runChild, sanitized } from './support/child.js';
import { allReleased, workers } from './support/workers.js';

const hasPrlimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

/** `until(pool, wanted)` lets the event loop turn until the figures are so. */
const pools = `
const { RuntimePool } = isolet;
const until = async (pool, wanted) => {
  while (!wanted(pool.getStats())) await new Promise((resolve) => setImmediate(resolve));
};
const full = (size) => async (pool) => until(pool, ({ ready }) => ready === size);
`;

/** What a process may end with: each declares `pool`, in an async function. */
const states: [state: string, script: string][] = [
  ['that is new', 'const pool = new RuntimePool();'],
  [
    'whose runtimes start',
    'const pool = new RuntimePool(); await until(pool, ({ starting }) => starting === 1);',
  ],
  [
    'whose runtimes never start',
    'const pool = new RuntimePool({ runtime: { bootstrap: "for (;;);" } }); await until(pool, ({ starting }) => starting === 1);',
  ],
  [
    'whose runtimes fail',
    'const pool = new RuntimePool({ runtime: { bootstrap: "throw 1" } }); await until(pool, ({ failed }) => failed === 1);',
  ],
  ['that is full', 'const pool = new RuntimePool({ size: 4 }); await full(4)(pool);'],
  [
    'that was just asked',
    'const pool = new RuntimePool({ size: 4 }); await full(4)(pool); globalThis.held = pool.acquire(); held.eval("1");',
  ],
  ['that is closed', 'const pool = new RuntimePool({ size: 4 }); await full(4)(pool); pool.close();'],
];

describe('a process with a pool', () => {
  it.each(states.filter(([state]) => state !== 'whose runtimes never start'))(
    '%s ends by itself',
    (_, script) =>
      expectChild(`${pools} (async () => { ${script} console.log('last line'); })();`, ['last line']),
  );

  it.each(states)('%s ends by process.exit, with its code', (_, script) =>
    expectChild(
      `${pools} (async () => { ${script} console.log('last line'); process.exit(7); })();`,
      ['last line'],
      {
        code: 7,
      },
    ),
  );

  it.each(states)('%s ends with an uncaught error, which is told', async (_, script) => {
    const { code, signal, stderr } = await runChild(
      `${pools} (async () => { ${script} throw new Error('nobody catches this'); })();`,
    );
    expect({ code, signal }, stderr).toEqual({ code: 1, signal: null });
    expect(stderr).toContain('nobody catches this');
  });

  it('can ask it as it exits', () =>
    expectChild(
      `${pools} const pool = new RuntimePool(); process.on('exit', () => console.log(pool.acquire().eval('6 * 7')));`,
      ['42'],
    ));
});

describe('a pool that nothing refers to', () => {
  const collected = `
    for (let round = 0; round < 100 && live().runtimes > 0; round++) { gc(); await turn(); }
    console.log(live().runtimes, awaitThreads(0), JSON.stringify(live()));
  `;
  const released = '0 true {"runtimes":0,"threads":0,"handles":0,"lost":0}';

  it.each(states.filter(([state]) => state !== 'that is new' && state !== 'that was just asked'))(
    '%s is closed by garbage collection',
    (_, script) =>
      expectChild(
        `${pools} (async () => { await (async () => { ${script} })(); ${collected} })();`,
        [released],
        {
          nodeArgs: ['--expose-gc'],
        },
      ),
  );

  it('leaves what it has handed out', () => {
    const script = `${pools} (async () => {
      const runtime = await (async () => {
        const pool = new RuntimePool();
        await full(2)(pool);
        return pool.acquire();
      })();
      for (let round = 0; round < 100 && live().runtimes > 1; round++) { gc(); await turn(); }
      console.log(live().runtimes, runtime.eval('6 * 7'));
    })();`;
    return expectChild(script, ['1 42'], { nodeArgs: ['--expose-gc'] });
  });
});

describe('a pool in a worker', () => {
  const inWorker = (script: string, end: string) =>
    JSON.stringify(
      `${pools} (async () => { ${script} parentPort.postMessage(pool.getStats().failed); ${end} })();`,
    );

  it.each(states.filter(([state]) => state !== 'whose runtimes never start'))(
    '%s ends with it, beside one of the main thread',
    async (_, script) => {
      const failed = script.includes('throw') ? 1 : 0;
      const parent = `${workers}${pools}
        (async () => {
          const pool = new RuntimePool();
          await full(2)(pool);
          for (const end of ['', 'process.exit(3);']) {
            const source = end === '' ? ${inWorker(script, '')} : ${inWorker(script, 'process.exit(3);')};
            const ends = await Promise.all([run(source), run(source)]);
            console.log(ends.map(({ code, posted }) => code + ':' + posted).join(' '));
          }
          const runtime = pool.acquire();
          console.log(runtime.eval('6 * 7'), pool.getStats().coldStarts);
          runtime.close();
          pool.close();
          released();
        })();
      `;
      await expectChild(parent, [`0:${failed} 0:${failed}`, `3:${failed} 3:${failed}`, '42 0', allReleased]);
    },
  );

  it.each(states)('%s ends with worker.terminate', async (_, script) => {
    const source = inWorker(script, 'setInterval(() => {}, 1000);');
    const parent = `${workers}
      (async () => {
        for (let round = 0; round < 3; round++) {
          const worker = start(${source});
          await posts(worker);
          await worker.terminate();
        }
        released();
      })();
    `;
    await expectChild(parent, [allReleased]);
  });

  it('that is terminated at any moment of a life leaves nothing', async () => {
    const source = JSON.stringify(`${pools}
      const pool = new RuntimePool();
      parentPort.postMessage('up');
      const go = () => { const runtime = pool.acquire(); runtime.eval('6 * 7'); runtime.close(); setImmediate(go); };
      go();
    `);
    const parent = `${workers}
      (async () => {
        for (let round = 0; round < 20; round++) {
          const worker = start(${source});
          await posts(worker);
          for (let turns = 0; turns < round * 20; turns++) await turn();
          await worker.terminate();
        }
        released();
      })();
    `;
    await expectChild(parent, [allReleased]);
  });
});

// AddressSanitizer maps terabytes.
describe.runIf(hasPrlimit && !sanitized)('a pool in a process that has no address space left', () => {
  it('makes none, says why where one is asked for, and is full again once there is some', async () => {
    const script = `${pools}
      const { execFileSync } = require('node:child_process');
      const limit = (bytes) => execFileSync('prlimit', ['--pid', process.pid, '--as=' + bytes + ':']);
      let now = Math.ceil(performance.now());
      performance.now = () => now;
      (async () => {
        const pool = new RuntimePool({ size: 2 });
        await full(2)(pool);
        const size = Number(/^VmSize:\\s*(\\d+)/m.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]);
        limit(size * 1024 + (64 << 20));
        console.log(pool.acquire().eval('"ready"'), pool.acquire().eval('"ready"'));
        await until(pool, ({ failed }) => failed === 1);
        try { pool.acquire().eval('1'); } catch (error) { console.log(error.code, /^it could not start: /.test(error.reason)); }
        limit('unlimited');
        now += 1000;
        console.log(pool.acquire().eval('"made"'));
        await full(2)(pool);
        const { acquired, coldStarts, failed } = pool.getStats();
        console.log(acquired, coldStarts, failed);
      })();
    `;
    await expectChild(script, ['ready ready', 'ERR_TERMINATED true', 'made', '4 2 1']);
  });
});
