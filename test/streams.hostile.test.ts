import { HeapLimitError, IsoletError, JavaScriptError, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';
import { readAll } from './support/streams.js';

checkReleases();

const config = { timeout: 10_000, maxHeapSize: 64 * 1024 * 1024 };

/** Code for an async iterable whose iterator is `iterator`. */
const iterable = (iterator: string) => `({ [Symbol.asyncIterator]() { return ${iterator}; } })`;

describe("a plugin's iterator", () => {
  it.each<[what: string, iterator: string, name: string]>([
    ['that is no object', '5', 'TypeError'],
    ['that is null', 'null', 'TypeError'],
    ['without next', '{}', 'TypeError'],
    ['with a next that is no function', '{ next: 5 }', 'TypeError'],
    ['with a next that throws on access', '{ get next() { throw new RangeError("x"); } }', 'RangeError'],
    ['with a next that throws', '{ next() { throw new RangeError("x"); } }', 'RangeError'],
    ['with a next that rejects', '{ next: () => Promise.reject(new RangeError("x")) }', 'RangeError'],
    ['that gives null', '{ next: () => null }', 'TypeError'],
    ['that gives undefined', '{ next() {} }', 'TypeError'],
    [
      'with a done that throws',
      '{ next: () => ({ get done() { throw new RangeError("x"); } }) }',
      'RangeError',
    ],
    [
      'with a value that throws',
      '{ next: () => ({ done: false, get value() { throw new RangeError("x"); } }) }',
      'RangeError',
    ],
    [
      'that gives a proxy that throws',
      '{ next: () => new Proxy({}, { get() { throw new RangeError("x"); } }) }',
      'RangeError',
    ],
    [
      'that gives a thenable that throws',
      '{ next: () => ({ get then() { throw new RangeError("x"); } }) }',
      'RangeError',
    ],
    ['that recurses', '{ next() { return this.next(); } }', 'RangeError'],
  ])('%s fails the read, and nothing else', async (_, iterator, name) => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream>(iterable(iterator));
    expect(await rejectionOf(readAll(stream), JavaScriptError)).toMatchObject({ name });
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });

  it.each<[what: string, code: string]>([
    ['is no function', '({ [Symbol.asyncIterator]: 5 })'],
    ['throws', '({ [Symbol.asyncIterator]() { throw new TypeError("x"); } })'],
    ['throws on access', '({ get [Symbol.asyncIterator]() { throw new TypeError("x"); } })'],
  ])('cannot be had, as Symbol.asyncIterator %s', (_, code) => {
    const runtime = makeRuntime(config);
    expect(errorOf(() => runtime.eval(code), JavaScriptError).name).toBe('TypeError');
    expect(runtime.getStats().totalJsStreams).toBe(0);
    expectUsable(runtime);
  });

  it('ends when done is anything true', async () => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream>(iterable('{ next: () => ({ done: "yes", value: 5 }) }'));
    expect(await readAll(stream)).toStrictEqual([]);
  });

  it('that fails to return is an error of cancel alone', async () => {
    const runtime = makeRuntime(config);
    const next = 'next: () => ({ done: false, value: 1 })';
    const stream = runtime.eval<ReadableStream>(
      iterable(`{ ${next}, return() { throw new RangeError("no"); } }`),
    );
    expect(await rejectionOf(stream.cancel(), JavaScriptError)).toMatchObject({ name: 'RangeError' });
    const without = runtime.eval<ReadableStream>(iterable(`{ ${next} }`));
    await without.cancel();
    const odd = runtime.eval<ReadableStream>(iterable(`{ ${next}, return: 5 }`));
    await odd.cancel();
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });
});

describe('under a timeout', () => {
  const short = { ...config, timeout: 100 };
  // For what is none of the test's: a busy machine takes its time to load the streams library.
  const patient = { timeout: 30_000 };

  it.each<[what: string, code: string]>([
    ['never settles', iterable('{ next: () => new Promise(() => {}) }')],
    ['computes for ever', iterable('{ next() { for (;;); } }')],
    ['computes for ever, after a while', iterable('{ async next() { await null; for (;;); } }')],
    ['feeds itself microtasks', iterable('{ async next() { for (;;) await null; } }')],
    ['has an endless getter', iterable('{ next: () => ({ get done() { for (;;); } }) }')],
    ['has an endless thenable', iterable('{ next: () => ({ then() { for (;;); } }) }')],
    ['never fulfils a pull', 'new ReadableStream({ pull() { return new Promise(() => {}); } })'],
    ['never ends a pull', 'new ReadableStream({ pull() { for (;;); } }, { highWaterMark: 0 })'],
  ])('a stream that %s fails the read that waits', async (_, code) => {
    const runtime = makeRuntime(short);
    const reader = runtime.eval<ReadableStream>(code, patient).getReader();
    const error = await rejectionOf(reader.read(), TimeoutError);
    expect(error).toMatchObject({ kind: 'wall', limit: 100 });
    expect(await reasonOf(reader.closed)).toBe(error);
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });

  it('cancel may take no longer either', async () => {
    const runtime = makeRuntime(short);
    const stream = runtime.eval<ReadableStream>('new ReadableStream({ cancel() { for (;;); } })', patient);
    await rejectionOf(stream.cancel(), TimeoutError);
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });

  it.each<[what: string, code: string]>([
    ['Symbol.asyncIterator', '({ [Symbol.asyncIterator]() { for (;;); } })'],
    ['a getter of it', '({ get [Symbol.asyncIterator]() { for (;;); } })'],
    ['a first pull', 'new ReadableStream({ pull() { for (;;); } })'],
  ])('a value ends that holds the call up by %s', (_, code) => {
    const runtime = makeRuntime(short);
    errorOf(() => runtime.eval(code), TimeoutError);
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });

  it('the CPU limit holds for a pull', async () => {
    const runtime = makeRuntime({ ...config, cpuTimeout: 50 });
    const reader = runtime.eval<ReadableStream>(iterable('{ next() { for (;;); } }')).getReader();
    expect(await rejectionOf(reader.read(), TimeoutError)).toMatchObject({ kind: 'cpu', limit: 50 });
    expectUsable(runtime);
  });

  it("holds for a host's stream that never gives anything", async () => {
    const runtime = makeRuntime(short);
    const first = runtime.eval<(s: unknown) => unknown>('(s) => s.getReader().read()');
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const calling = (first as unknown as { callAsync(s: unknown): Promise<unknown> }).callAsync(silent);
    await rejectionOf(calling, TimeoutError);
    expectUsable(runtime);
  });
});

describe('a plugin that has changed what streams are made of', () => {
  it.each<[what: string, code: string]>([
    ['getReader', 'ReadableStream.prototype.getReader = () => { throw new Error("patched"); }'],
    ['the global', 'globalThis.ReadableStream = undefined'],
    ['Symbol and Reflect, after streams were used', 'ReadableStream; Symbol = null; Reflect = null'],
    ['Symbol and Reflect, before streams were used', 'Symbol = null; Reflect = null'],
    ['Promise', 'Promise = undefined'],
    ['then', 'Promise.prototype.then = () => { throw new Error("patched"); }'],
    ['Object.prototype', 'Object.prototype.done = true; Object.prototype.value = "polluted"'],
    [
      'setters',
      'Object.defineProperty(Object.prototype, "value", { set() { throw 1; }, get() { throw 2; } })',
    ],
    ['the iterator of arrays', 'Array.prototype[Symbol.iterator] = null'],
  ])('gets streams or an error, and harms nobody else: %s', async (_, change) => {
    const runtime = makeRuntime({ ...config, timeout: 500 });
    const other = makeRuntime(config);
    runtime.eval(`${change}; 0`);
    const use = async () => {
      const stream = runtime.eval<ReadableStream>('(async function* () { yield 1; })()');
      await readAll(stream);
      await runtime.evalAsync('(async function* () { yield 1; })()');
    };
    const outcome: unknown = await use().then(
      () => 'read',
      (error: unknown) => error,
    );
    if (outcome !== 'read') expect(outcome).toBeInstanceOf(IsoletError);
    expect(runtime.eval('6 * 7')).toBe(42);
    expect(await readAll(other.eval<ReadableStream>('(async function* () { yield 1; })()'))).toEqual([1]);
  });
});

describe('a reason to cancel that has a then', () => {
  it.each<[what: string, then: string]>([
    ['that never calls back', '() => {}'],
    ['that never returns', '() => { for (;;); }'],
    ['that throws', '() => { throw 1; }'],
  ])("does not keep a host's generator from its end: %s", async (_, then) => {
    const runtime = makeRuntime(config);
    let ended = 0;
    runtime.bindFunction('rows', async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        ended++;
      }
    });
    const read = `(async () => { const reader = rows().getReader(); await reader.read(); return reader.cancel({ then: ${then} }); })()`;
    expect(await runtime.evalAsync(read)).toBeUndefined();
    expect(ended).toBe(1);
    expect(runtime.getStats().activeHostStreams).toBe(0);
    expectUsable(runtime);
  });
});

describe('the heap limit', () => {
  it.each<[what: string, code: string]>([
    ['start fills', 'new ReadableStream({ start(c) { for (;;) c.enqueue(new Array(10_000).fill(1.5)); } })'],
    [
      'the first pull fills',
      'new ReadableStream({ pull(c) { for (;;) c.enqueue(new Uint8Array(100_000)); } }, { highWaterMark: 1 })',
    ],
  ])('holds for a queue that %s', (_, code) => {
    const runtime = makeRuntime({ ...config, timeout: 60_000 });
    errorOf(() => runtime.eval(code), HeapLimitError);
    expect(runtime.getStats().activeJsStreams).toBe(0);
  });

  it('holds for a chunk, and fails the read that waits for it', async () => {
    const runtime = makeRuntime({ ...config, timeout: 60_000 });
    const code =
      '(async function* () { const kept = []; for (;;) kept.push(new Array(10_000).fill(1.5)); })()';
    const reader = runtime.eval<ReadableStream>(code).getReader();
    await rejectionOf(reader.read(), HeapLimitError);
    expect(runtime.isClosed()).toBe(true);
    expect(runtime.getStats().activeJsStreams).toBe(0);
  });
});

describe('many streams', () => {
  it('that never end, and that nobody reads, take nothing but their place', async () => {
    const runtime = makeRuntime(config);
    const streams = runtime.eval<ReadableStream[]>(
      'Array.from({ length: 500 }, () => (async function* () { for (;;) yield "x"; })())',
    );
    expect(runtime.getStats()).toMatchObject({ activeJsStreams: 500, bytesStreamedJsToHost: 0 });
    await Promise.all(streams.map((stream) => stream.cancel()));
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });

  it('read at the same time do not mix', async () => {
    const runtime = makeRuntime(config);
    const streams = runtime.eval<ReadableStream<string>[]>(
      'Array.from({ length: 20 }, (_, n) => (async function* () { for (let i = 0; i < 20; i++) yield n + "." + i; })())',
    );
    const all = await Promise.all(streams.map((stream) => readAll(stream)));
    const row = (n: number) => Array.from({ length: 20 }, (_, i) => `${n}.${i}`);
    expect(all).toStrictEqual(Array.from({ length: 20 }, (_, n) => row(n)));
  });
});
