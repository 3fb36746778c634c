import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { once } from 'node:events';
import { Agent, createServer, get, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import * as isolet from 'isolet';
import {
  bindFunction,
  bindObject,
  closeDefaultRuntime,
  evaluate,
  evaluateAsync,
  getDefaultRuntime,
  JavaScriptError,
  type Runtime,
  RuntimeClosedError,
  RuntimeTerminated,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild, packagePath } from './support/child.js';
import { errorOf, expectInvalidArgument, reasonOf, rejectionOf } from './support/errors.js';
import { liveCounts } from './support/live.js';
import { checkReleases, expectUsable } from './support/runtimes.js';
import { readAll } from './support/streams.js';

checkReleases();

/** A test in an async context of its own, whose default runtime is closed at its end. */
function inOwnContext<T>(work: () => T | Promise<T>): Promise<T> {
  return new AsyncResource('test').runInAsyncScope(async () => {
    try {
      return await work();
    } finally {
      closeDefaultRuntime();
    }
  });
}

const test = (name: string, work: () => void | Promise<void>) => it(name, () => inOwnContext(work));

describe('evaluate', () => {
  test('runs in a runtime that is made on first use, and stays', () => {
    expect(liveCounts().runtimes).toBe(0);
    expect(evaluate<number>('let n = 1; n')).toBe(1);
    expect(evaluate('n += 1; [n, typeof process]')).toStrictEqual([2, 'undefined']);
    expect(liveCounts().runtimes).toBe(1);
    expect(getDefaultRuntime().eval('n')).toBe(2);
  });

  test('is also exported as eval, of both kinds of modules', () => {
    expect(isolet.eval).toBe(evaluate);
    const required = createRequire(__filename)(packagePath) as typeof isolet;
    expect(required.eval).toBe(evaluate);
    expect(required.getDefaultRuntime()).toBe(getDefaultRuntime());
  });

  test('takes the options of Runtime.eval', () => {
    const error = errorOf(() => evaluate('throw new RangeError("x")', { filename: 'a.js' }), JavaScriptError);
    expect(error.frames[0]?.fileName).toBe('a.js');
    errorOf(() => evaluate('for (;;);', { timeout: 20 }), TimeoutError);
    expectUsable(getDefaultRuntime());
  });

  test('refuses what Runtime.eval refuses', async () => {
    expectInvalidArgument(() => evaluate(5 as unknown as string));
    expectInvalidArgument(() => evaluate('1', { timeOut: 5 } as object));
    expect(await reasonOf(evaluateAsync(5 as unknown as string))).toMatchObject({ code: 'ERR_INVALID_ARG' });
    expectInvalidArgument(() => bindFunction('', () => 1));
    expectInvalidArgument(() => bindObject('o', 5 as unknown as object));
    expectUsable(getDefaultRuntime());
  });
});

describe('evaluateAsync, bindFunction and bindObject', () => {
  test('work on the same runtime', async () => {
    bindFunction('later', async (x: number) => x * 2);
    bindObject('config', { version: '1.0', add: (a: number, b: number) => a + b });
    expect(evaluate('config.add(1, 2) + config.version')).toBe('31.0');
    expect(await evaluateAsync<number>('later(21)')).toBe(42);
    expect(await evaluateAsync('var kept = later(1); kept')).toBe(2);
    expect(await evaluateAsync('kept')).toBe(2);
    expect(liveCounts().runtimes).toBe(1);
  });

  test('take a signal and a timeout', async () => {
    const controller = new AbortController();
    const running = evaluateAsync('for (;;);', { signal: controller.signal });
    controller.abort();
    expect(await reasonOf(running)).toBe(controller.signal.reason);
    await rejectionOf(evaluateAsync('new Promise(() => {})', { timeout: 20 }), TimeoutError);
    expectUsable(getDefaultRuntime());
  });

  test('take and give streams', async () => {
    bindFunction('numbers', async function* numbers() {
      yield* [1, 2];
    });
    const stream = evaluate<ReadableStream>(
      '(async function* () { for await (const n of numbers()) yield n * 2; })()',
    );
    expect(await readAll(stream)).toStrictEqual([2, 4]);
  });
});

describe('getDefaultRuntime', () => {
  test('is the same in one async context, whatever it awaits', async () => {
    const runtime = getDefaultRuntime();
    expect(getDefaultRuntime()).toBe(runtime);
    await null;
    expect(getDefaultRuntime()).toBe(runtime);
    await new Promise(setImmediate);
    expect(getDefaultRuntime()).toBe(runtime);
    await evaluateAsync('1');
    expect(getDefaultRuntime()).toBe(runtime);
  });

  test('is the same in what the context starts', async () => {
    const runtime = getDefaultRuntime();
    const child = async () => {
      await null;
      return getDefaultRuntime();
    };
    const timer = new Promise((resolve) => setTimeout(() => resolve(getDefaultRuntime()), 0));
    const tick = new Promise((resolve) => process.nextTick(() => resolve(getDefaultRuntime())));
    expect(await child()).toBe(runtime);
    expect(await timer).toBe(runtime);
    expect(await tick).toBe(runtime);
    expect(new AsyncResource('child').runInAsyncScope(getDefaultRuntime)).toBe(runtime);
    bindFunction('inside', () => getDefaultRuntime() === runtime);
    expect(evaluate('inside()')).toBe(true);
    expect(liveCounts().runtimes).toBe(1);
  });

  test('is the same under an AsyncLocalStorage of the program, and does not disturb it', () => {
    const storage = new AsyncLocalStorage<string>();
    const runtime = getDefaultRuntime();
    storage.run('mine', () => {
      expect(getDefaultRuntime()).toBe(runtime);
      expect(storage.getStore()).toBe('mine');
    });
  });

  it('is another in a context that knows nothing of the first', async () => {
    // Each scope is entered once: from Node 24 on it forgets what was set inside.
    const [one, other] = ['one', 'other'].map((name) =>
      new AsyncResource(name).runInAsyncScope(() => {
        const runtime = getDefaultRuntime();
        const seen = evaluate('typeof secret');
        evaluate('var secret = 1; 0');
        return { runtime, again: getDefaultRuntime(), seen };
      }),
    );
    expect(one?.again).toBe(one?.runtime);
    expect(other?.runtime).not.toBe(one?.runtime);
    expect([one?.seen, other?.seen]).toStrictEqual(['undefined', 'undefined']);
    expect(liveCounts().runtimes).toBe(2);
    for (const context of [one, other]) context?.runtime.close();
    expect(liveCounts().runtimes).toBe(0);
  });

  it('is another in async functions that run at the same time', async () => {
    const work = (n: number) =>
      inOwnContext(async () => {
        evaluate(`var n = ${n}; 0`);
        await evaluateAsync('(async () => { await null; })()');
        return [evaluate('n'), getDefaultRuntime()] as const;
      });
    const results = await Promise.all([1, 2, 3, 4].map(work));
    expect(results.map(([n]) => n)).toStrictEqual([1, 2, 3, 4]);
    expect(new Set(results.map(([, runtime]) => runtime)).size).toBe(4);
  });
});

describe('a server', () => {
  /** What requests are answered, one after the other and then two at a time. */
  async function answers(listener: RequestListener, agent: Agent | false): Promise<string[]> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = () =>
      new Promise<string>((resolve, reject) => {
        get({ port, host: '127.0.0.1', agent }, (response) => {
          readAll<Buffer>(response).then((chunks) => resolve(Buffer.concat(chunks).toString()), reject);
        }).on('error', reject);
      });
    const texts = [await ask(), await ask(), ...(await Promise.all([ask(), ask()]))];
    if (agent !== false) agent.destroy();
    server.close();
    await once(server, 'close');
    return texts;
  }

  const code = 'globalThis.requests = (globalThis.requests ?? 0) + 1';

  it.each<[what: string, agent: () => Agent | false]>([
    ['each on a connection of its own', () => false],
    ['all on one connection', () => new Agent({ keepAlive: true, maxSockets: 1 })],
  ])('has a runtime for each request, %s', async (_, agent) => {
    const seen = new Set<Runtime>();
    const listener: RequestListener = async (_request, response) => {
      await null;
      seen.add(getDefaultRuntime());
      const first = evaluate<number>(code);
      await new Promise(setImmediate);
      response.end(`${first} ${await evaluateAsync<number>(code)}`);
      closeDefaultRuntime();
    };
    expect(await answers(listener, agent())).toStrictEqual(Array.from({ length: 4 }, () => '1 2'));
    expect(seen.size).toBe(4);
  });
});

describe('closeDefaultRuntime', () => {
  test('closes it; the next use makes a new one', () => {
    const runtime = getDefaultRuntime();
    evaluate('var old = 1; 0');
    closeDefaultRuntime();
    expect(runtime.isClosed()).toBe(true);
    errorOf(() => runtime.eval('1'), RuntimeClosedError);
    expect(evaluate('typeof old')).toBe('undefined');
    expect(getDefaultRuntime()).not.toBe(runtime);
    expect(liveCounts().runtimes).toBe(1);
  });

  test('does nothing where there is none, and makes none', () => {
    closeDefaultRuntime();
    closeDefaultRuntime();
    expect(liveCounts().runtimes).toBe(0);
  });

  test('fails what is under way', async () => {
    const running = evaluateAsync('new Promise(() => {})');
    closeDefaultRuntime();
    await rejectionOf(running, RuntimeClosedError);
  });

  test('is needed after no other end: a new one is made by itself', () => {
    const runtime = getDefaultRuntime();
    runtime.terminate();
    errorOf(() => runtime.eval('1'), RuntimeTerminated);
    expect(evaluate('6 * 7')).toBe(42);
    getDefaultRuntime().close();
    expect(evaluate('6 * 7')).toBe(42);
  });

  test('of a context counts in those that share its runtime', () => {
    const runtime = getDefaultRuntime();
    const child = new AsyncResource('child');
    expect(child.runInAsyncScope(getDefaultRuntime)).toBe(runtime);
    closeDefaultRuntime();
    child.runInAsyncScope(() => {
      expect(getDefaultRuntime()).not.toBe(runtime);
      expect(evaluate('1')).toBe(1);
      closeDefaultRuntime();
    });
    expect(liveCounts().runtimes).toBe(0);
  });
});

describe('a process with a default runtime', () => {
  it.each(['isolet.evaluate("1")', 'isolet.getDefaultRuntime()', 'isolet.evaluateAsync("1").then(() => {})'])(
    'ends by itself after %s',
    (use) => expectChild(`${use}; console.log('last line');`, ['last line']),
  );

  it('releases those whose context nothing refers to', () => {
    const script = `
      const { AsyncResource } = require('node:async_hooks');
      (async () => {
        isolet.closeDefaultRuntime();
        (() => {
          for (let i = 0; i < 20; i++) new AsyncResource('context').runInAsyncScope(() => isolet.evaluate('var n = ' + i));
        })();
        console.log(live().runtimes);
        for (let round = 0; round < 100 && live().runtimes > 0; round++) { gc(); await turn(); }
        console.log(live().runtimes, awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    const released = '0 true {"runtimes":0,"threads":0,"handles":0,"lost":0}';
    return expectChild(script, ['20', released], { nodeArgs: ['--expose-gc'] });
  });
});
