import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bindingPath, expectChild, runChildFile, sanitized } from './support/child.js';

const hasPrlimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
/** A user that owns no other process: the system counts threads per user, and holds all but root to a limit. */
const nobody = 1_000_000 + process.pid;
const canBeNobody =
  hasPrlimit &&
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['--eval', `require(${JSON.stringify(bindingPath)}).nativeBinding()`], {
    uid: nobody,
  }).status === 0;

const allReleased = '{"runtimes":0,"threads":0,"handles":0,"lost":0}';

/** `limit('as', bytes)` limits the process itself; `used(name)` is a figure of the system's about it. */
const limits = `
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const limit = (resource, value) => execFileSync('prlimit', ['--pid', process.pid, '--' + resource + '=' + value + ':']);
const used = (name) => Number(new RegExp('^' + name + ':\\\\s*(\\\\d+)', 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
/** What became of a call: its value, or the code of its error and the first words of the reason. */
const outcome = (call) => {
  try { return call(); } catch (error) { return error.code + ': ' + error.reason; }
};
`;
const noThread = 'ERR_TERMINATED: it could not start: the system refused a thread: ';

// The full flood, 2,000 at once and 100,000 one after another, is `npm run flood`.
describe('many runtimes', () => {
  it('at once, and one after another, work and leave nothing', async () => {
    const file = join(__dirname, 'floods/many-runtimes.mjs');
    const { code, signal, stdout, stderr } = await runChildFile(file, {
      args: ['300', '100'],
      nodeArgs: ['--expose-gc'],
    });
    const expected = ['true', allReleased, allReleased, ''].join('\n');
    expect({ code, signal, stdout }, stderr).toEqual({ code: 0, signal: null, stdout: expected });
  });
});

describe.runIf(canBeNobody)('a limit of threads', () => {
  it('refuses runtimes one by one, each with its reason, and the others go on', async () => {
    const script = `${limits}
      const first = new Runtime();
      first.bindFunction('host', (x) => x + 1);
      first.eval('1', { timeout: 60_000 });
      limit('nproc', used('Threads') + 5);
      for (let round = 0; round < 20; round++) {
        const more = Array.from({ length: 10 }, () => new Runtime());
        const outcomes = more.map((runtime) => outcome(() => runtime.eval('"up"')));
        const up = outcomes.filter((text) => text === 'up').length;
        const refused = outcomes.filter((text) => text.startsWith(${JSON.stringify(noThread)})).length;
        if (up < 1 || refused < 1 || up + refused !== 10) throw new Error(outcomes.join('\\n'));
        if (first.eval('host(1)', { timeout: 60_000 }) !== 2) throw new Error('wrong');
        for (const [i, runtime] of more.entries()) {
          if (runtime.isClosed() !== (outcomes[i] !== 'up')) throw new Error('wrong state');
          runtime.close();
        }
        if (!awaitThreads(1)) throw new Error('threads left');
      }
      console.log(first.eval('"unharmed"'));
      first.close();
      console.log(awaitThreads(0), JSON.stringify(live()));
    `;
    await expectChild(script, ['unharmed', `true ${allReleased}`], { uid: nobody });
  });

  it('that leaves none for the watchdog ends the runtime that asked for a deadline, and no other', async () => {
    const script = `${limits}
      const [timed, other] = [new Runtime(), new Runtime()];
      for (const runtime of [timed, other]) runtime.eval('1');
      const threads = used('Threads');
      limit('nproc', threads);
      console.log(outcome(() => timed.eval('for (;;);', { timeout: 50 })), timed.isClosed());
      console.log(other.eval('"unharmed"'));
      // The thread of the one that ended is one for the watchdog, as soon as the system counts it no more.
      if (!awaitThreads(1)) throw new Error('threads left');
      while (used('Threads') >= threads);
      console.log(outcome(() => other.eval('for (;;);', { timeout: 50 })).split(':')[0], other.isClosed());
      other.close();
      console.log(awaitThreads(0), JSON.stringify(live()));
    `;
    await expectChild(
      script,
      [
        'ERR_TERMINATED: the system has no thread left for the watchdog true',
        'unharmed',
        'ERR_TIMEOUT false',
        `true ${allReleased}`,
      ],
      { uid: nobody },
    );
  });
});

// AddressSanitizer maps terabytes.
describe.runIf(hasPrlimit && !sanitized)('a limit of address space', () => {
  it.each([
    ['of any size', '{}'],
    ['with a limit of their own', '{ maxHeapSize: 32 << 20 }'],
    ['with a large stack', '{ stackSize: 64 << 20 }'],
  ])(
    'wherever it lies refuses runtimes %s that it has no room for, and ends no process',
    async (_, config) => {
      const script = `${limits}
      const MiB = 2 ** 20;
      const started = new Set();
      const first = new Runtime();
      first.eval('var n = 0');
      for (let room = 64; room <= 2048; room += 64) {
        limit('as', used('VmSize') * 1024 + room * MiB);
        const more = Array.from({ length: 4 }, () => new Runtime(${config}));
        const outcomes = more.map((runtime) => outcome(() => runtime.eval('"up"')));
        for (const text of outcomes) {
          if (text !== 'up' && !text.startsWith('ERR_TERMINATED: it could not start: ')) throw new Error(text);
          started.add(text === 'up');
        }
        first.eval('n++');
        for (const runtime of more) runtime.close();
        if (!awaitThreads(1)) throw new Error('threads left');
        limit('as', 'unlimited');
      }
      console.log([...started].sort().join());
      console.log(first.eval('n'));
      first.close();
      const last = new Runtime();
      console.log(last.eval('"up again"'));
      last.close();
      console.log(awaitThreads(0), JSON.stringify(live()));
    `;
      await expectChild(script, ['false,true', '32', 'up again', `true ${allReleased}`]);
    },
  );
});
