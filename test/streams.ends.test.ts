import {
  HeapLimitError,
  type IsoletError,
  type Runtime,
  RuntimeClosedError,
  RuntimeTerminated,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild, packagePath } from './support/child.js';
import { giveUp } from './support/deaf.js';
import { type ErrorClass, errorOf, reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, makeRuntime } from './support/runtimes.js';
import { makeReadingRuntime, readAll } from './support/streams.js';

checkReleases();

const config = { timeout: 10_000, maxHeapSize: 32 * 1024 * 1024 };
const hog = 'const kept = []; for (;;) kept.push(new Array(100_000).fill(1.5));';

const ends: [how: string, end: (runtime: Runtime) => unknown, reason: ErrorClass<IsoletError>][] = [
  ['close', (runtime) => runtime.close(), RuntimeClosedError],
  ['terminate', (runtime) => runtime.terminate(), RuntimeTerminated],
  ['its heap limit', (runtime) => errorOf(() => runtime.eval(hog), HeapLimitError), HeapLimitError],
  [
    'its heap limit, in an async call',
    (runtime) => rejectionOf(runtime.evalAsync(hog), HeapLimitError),
    HeapLimitError,
  ],
  ['a timeout that it does not heed', giveUp, TimeoutError],
];

describe.each(ends)('when a runtime is ended by %s', (_, end, type) => {
  it('a read that waits on its stream gets that reason, and so do those after', async () => {
    const runtime = makeRuntime(config);
    const reader = runtime.eval<ReadableStream>('new ReadableStream()').getReader();
    const waiting = reasonOf(reader.read());
    await end(runtime);
    const reason = await waiting;
    expect((reason as Error).constructor).toBe(type);
    expect(await reasonOf(reader.read())).toMatchObject({ constructor: type });
    expect(await reasonOf(reader.closed)).toMatchObject({ constructor: type });
    expect(runtime.getStats().activeJsStreams).toBe(0);
    errorOf(() => runtime.eval('1'), type);
  });

  it('a stream that nobody reads fails with it, at once', async () => {
    const runtime = makeRuntime(config);
    const unread = runtime.eval<ReadableStream>('(async function* () { yield 1; })()');
    const begun = runtime.eval<ReadableStream>('(async function* () { yield 1; yield 2; })()').getReader();
    expect(await begun.read()).toStrictEqual({ done: false, value: 1 });
    const closed = reasonOf(begun.closed);
    await end(runtime);
    expect((await closed) as Error).toMatchObject({ constructor: type });
    await rejectionOf(begun.read(), type);
    await rejectionOf(readAll(unread), type);
    expect(runtime.getStats().activeJsStreams).toBe(0);
  });

  it('the iterators of its host streams are returned', async () => {
    const runtime = makeRuntime(config);
    const returned = new Promise((resolve) => {
      const source = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<IteratorResult<number>>(() => {}),
          return: async (reason: unknown) => {
            resolve(reason);
            return { done: true as const, value: undefined };
          },
        }),
      };
      runtime.eval<(s: unknown) => void>('(s) => { s.getReader().read(); }')(source);
    });
    expect(runtime.getStats().activeHostStreams).toBe(1);
    await end(runtime);
    expect(await returned).toMatchObject({ constructor: type });
    expect(runtime.getStats().activeHostStreams).toBe(0);
  });
});

describe('a stream of a runtime that has ended', () => {
  it('has nothing left to cancel', async () => {
    const runtime = makeRuntime(config);
    const streams = runtime.eval<ReadableStream[]>('[new ReadableStream(), new ReadableStream()]');
    const reader = streams[1]?.getReader();
    runtime.close();
    await rejectionOf(Promise.resolve(streams[0]?.cancel('late')), RuntimeClosedError);
    await rejectionOf(Promise.resolve(reader?.cancel('late')), RuntimeClosedError);
  });

  it('was read to its end before: it stays ended', async () => {
    const runtime = makeRuntime(config);
    const reader = runtime.eval<ReadableStream>('(async function* () { yield 1; })()').getReader();
    await reader.read();
    await reader.read();
    runtime.close();
    expect(await reader.read()).toStrictEqual({ done: true, value: undefined });
    expect(await reader.closed).toBe(undefined);
  });

  it('may be ended by who reads it', async () => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream>('(async function* () { for (;;) yield 1; })()');
    let chunks = 0;
    const reading = (async () => {
      for await (const _ of stream) if (++chunks === 3) runtime.close();
    })();
    await rejectionOf(reading, RuntimeClosedError);
    expect(chunks).toBe(3);
  });
});

describe('a generator of the host', () => {
  it('runs its finally block when the runtime that reads it is closed', async () => {
    const runtime = makeReadingRuntime();
    let onEnd = (): void => {};
    const ended = new Promise<void>((resolve) => {
      onEnd = resolve;
    });
    async function* numbers() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        onEnd();
      }
    }
    const first = runtime.eval<(s: unknown) => Promise<unknown>>(
      'var reader; (s) => { reader = s.getReader(); return reader.read(); }',
    );
    expect(await first(numbers())).toStrictEqual({ done: false, value: 0 });
    runtime.close();
    await ended;
    expect(runtime.getStats().activeHostStreams).toBe(0);
  });
});

describe('streams that are open', () => {
  const open = `
    const silent = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
    const openStreams = (runtime) => [
      runtime.eval('new ReadableStream()'),
      runtime.eval('(async function* () { yield 1; })()').getReader(),
      runtime.eval('var kept; (s) => { kept = s; }')(silent()),
      runtime.eval('var reader; (s) => { reader = s.getReader(); reader.read(); }')(silent()),
    ];
  `;

  it('do not keep the process from ending', () =>
    expectChild(
      `${open} const runtime = new Runtime(); const streams = openStreams(runtime); console.log('last line');`,
      ['last line'],
    ));

  it.each<[how: string, inWorker: string, inMain: string, code: number]>([
    ['that comes to its end', '', '', 0],
    ['that is terminated', 'setInterval(() => {}, 100_000);', 'worker.terminate();', 1],
    ['that exits', 'setImmediate(() => process.exit(3));', '', 3],
  ])('go with a worker %s', (_, inWorker, inMain, code) => {
    const worker = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { Runtime } = require(workerData);
      ${open}
      const streams = openStreams(new Runtime({ timeout: 60_000 }));
      const waiting = ${inWorker === ''} ? undefined : streams[0].getReader().read();
      parentPort.postMessage('open');
      ${inWorker}
    `;
    const script = `
      const { Worker } = require('node:worker_threads');
      const { once } = require('node:events');
      (async () => {
        for (let i = 0; i < 5; i++) {
          const worker = new Worker(${JSON.stringify(worker)}, { eval: true, workerData: ${JSON.stringify(packagePath)} });
          worker.on('message', () => { ${inMain} });
          const [code] = await once(worker, 'exit');
          if (code !== ${code}) throw new Error('exit code ' + code);
        }
        console.log(awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    return expectChild(script, ['true {"runtimes":0,"threads":0,"handles":0,"lost":0}']);
  });
});
