import { DataCloneError, JavaScriptError, type JsFunction, SerializationLimitError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';
import { pulledStream, readAll } from './support/streams.js';

checkReleases();

const config = { timeout: 10_000 };
const limited = { ...config, maxSerializationBytes: 1000 };

describe("a plugin's stream", () => {
  it.each<[what: string, code: string]>([
    [
      'ReadableStream',
      'new ReadableStream({ start(c) { c.enqueue(1); c.enqueue("two"); c.enqueue({ three: [3] }); c.close(); } })',
    ],
    [
      'subclass of ReadableStream',
      'new (class extends ReadableStream {})({ start(c) { [1, "two", { three: [3] }].forEach((v) => c.enqueue(v)); c.close(); } })',
    ],
    ['async generator', '(async function* () { yield 1; yield "two"; yield { three: [3] }; })()'],
    [
      'object with Symbol.asyncIterator',
      '({ async *[Symbol.asyncIterator]() { yield 1; yield "two"; yield { three: [3] }; } })',
    ],
    [
      'instance of a class with Symbol.asyncIterator',
      'new (class { async *[Symbol.asyncIterator]() { yield 1; yield "two"; yield { three: [3] }; } })()',
    ],
    [
      'iterator that gives results without promises',
      '{ const list = [1, "two", { three: [3] }]; ({ [Symbol.asyncIterator]: () => ({ next: () => ({ done: list.length === 0, value: list.shift() }) }) }) }',
    ],
    [
      'side of a TransformStream',
      '{ const { readable, writable } = new TransformStream(); const w = writable.getWriter(); for (const v of [1, "two", { three: [3] }]) w.write(v); w.close(); readable }',
    ],
  ])('is a web ReadableStream: %s', async (_, code) => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream>(code);
    expect(stream).toBeInstanceOf(ReadableStream);
    expect(stream.locked).toBe(false);
    expect(await readAll(stream)).toStrictEqual([1, 'two', { three: [3] }]);
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });

  it('is read by a reader, to the end and beyond', async () => {
    const runtime = makeRuntime(config);
    const reader = runtime.eval<ReadableStream>('(async function* () { yield 1; })()').getReader();
    expect(await reader.read()).toStrictEqual({ done: false, value: 1 });
    expect(await reader.read()).toStrictEqual({ done: true, value: undefined });
    expect(await reader.read()).toStrictEqual({ done: true, value: undefined });
    expect(await reader.closed).toBe(undefined);
  });

  it('gives reads that were asked for together in order', async () => {
    const reader = makeRuntime(config).eval<ReadableStream>(pulledStream).getReader();
    const reads = await Promise.all(Array.from({ length: 20 }, () => reader.read()));
    expect(reads.map(({ value }) => value)).toStrictEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('may be anywhere in a value, and stays one where it was one', async () => {
    const runtime = makeRuntime(config);
    const value = runtime.eval<{
      list: ReadableStream[];
      map: Map<string, ReadableStream>;
      again: ReadableStream;
    }>(`{
      const stream = (async function* () { yield 'shared'; })();
      ({ list: [stream, (async function* () { yield 'own'; })()], map: new Map([['key', stream]]), again: stream })
    }`);
    expect(value.map.get('key')).toBe(value.list[0]);
    expect(value.again).toBe(value.list[0]);
    expect(runtime.getStats().totalJsStreams).toBe(2);
    const streams = value.list.map((stream) => readAll(stream));
    expect(await Promise.all(streams)).toStrictEqual([['shared'], ['own']]);
  });

  it('comes from async calls and functions, too', async () => {
    const runtime = makeRuntime(config);
    const count = runtime.eval<JsFunction<[number], ReadableStream<number>>>(
      'async function* count(n) { for (let i = 0; i < n; i++) yield i; } count',
    );
    expect(await readAll(count(3))).toStrictEqual([0, 1, 2]);
    expect(await readAll(await count.callAsync(2))).toStrictEqual([0, 1]);
    expect(await readAll(await runtime.evalAsync<ReadableStream>('count(1)'))).toStrictEqual([0]);
    expect(await readAll(await runtime.evalAsync<ReadableStream>('(async () => count(1))()'))).toStrictEqual([
      0,
    ]);
  });

  it('is an argument of a host function', async () => {
    const runtime = makeRuntime(config);
    let reading: Promise<unknown> | undefined;
    runtime.bindFunction('take', (options: { body: ReadableStream }, more: ReadableStream) => {
      reading = Promise.all([readAll(options.body), readAll(more)]);
    });
    runtime.bindFunction('drain', async (stream: ReadableStream) => (await readAll(stream)).length);
    runtime.eval('async function* letters(text) { yield* text; }');
    runtime.eval('take({ body: letters("ab") }, letters("c"))');
    expect(await reading).toStrictEqual([['a', 'b'], ['c']]);
    expect(await runtime.evalAsync('drain(letters("abcd"))')).toBe(4);
  });
});

describe('chunks', () => {
  it('are values, of every kind', async () => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream>(`(async function* () {
      yield undefined; yield null; yield -0; yield 5n; yield 'text'; yield new Date(5); yield new Map([[1, new Set([2])]]);
      yield new Uint8Array([1, 2]); yield new Uint16Array([3]).buffer; yield Object.assign(new RangeError('r'), { code: 1 });
    })()`);
    const error: unknown = expect.objectContaining({ name: 'RangeError', message: 'r', code: 1 });
    expect(await readAll(stream)).toEqual([
      ...[undefined, null, -0, 5n, 'text', new Date(5), new Map([[1, new Set([2])]])],
      ...[new Uint8Array([1, 2]), new Uint16Array([3]).buffer, error],
    ]);
  });

  it('may be functions and streams', async () => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream>(
      '(async function* () { yield (x) => x + 1; yield (async function* () { yield 7; })(); })()',
    );
    const [fn, inner] = (await readAll(stream)) as [JsFunction, ReadableStream];
    expect(fn(1)).toBe(2);
    expect(await readAll(inner)).toStrictEqual([7]);
  });

  it('of a byte stream are bytes', async () => {
    const stream = makeRuntime(config).eval<ReadableStream>(
      'new ReadableStream({ type: "bytes", pull(c) { c.enqueue(new Uint8Array([1, 2, 3])); c.close(); } })',
    );
    expect(await readAll(stream)).toStrictEqual([new Uint8Array([1, 2, 3])]);
  });

  it('obey the limits of values, each for itself', async () => {
    const runtime = makeRuntime(limited);
    const small = runtime.eval<ReadableStream>(
      '(async function* () { for (let i = 0; i < 50; i++) yield "x".repeat(500); })()',
    );
    expect((await readAll(small)).join('')).toHaveLength(25_000);
    const large = runtime.eval<ReadableStream>('(async function* () { yield "x".repeat(5000); })()');
    expect(await rejectionOf(readAll(large), SerializationLimitError)).toMatchObject({ limit: 'bytes' });
    const symbol = runtime.eval<ReadableStream>('(async function* () { yield [Symbol()]; })()');
    expect((await rejectionOf(readAll(symbol), DataCloneError)).path).toMatch(/\[0\]$/);
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });
});

describe('backpressure', () => {
  it('asks the plugin for a chunk only when the host reads', async () => {
    const runtime = makeRuntime(config);
    const reader = runtime.eval<ReadableStream<number>>(pulledStream).getReader();
    const pulls = () => runtime.evalAsync('(async () => { await null; return pulls; })()');
    expect(await pulls()).toBe(0);
    for (let i = 0; i < 5; i++) {
      expect(await reader.read()).toStrictEqual({ done: false, value: i });
      expect(await pulls()).toBe(i + 1);
    }
    await reader.cancel();
    expect(await pulls()).toBe(5);
  });

  it('advances a generator only when the host reads', async () => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream<number>>(
      'var reached = "not started"; (async function* () { for (let i = 0; ; i++) { reached = i; yield i; } })()',
    );
    expect(await runtime.evalAsync('reached')).toBe('not started');
    for await (const chunk of stream) {
      expect(await runtime.evalAsync('reached')).toBe(chunk);
      if (chunk === 3) break;
    }
    expect(await runtime.evalAsync('reached')).toBe(3);
  });
});

describe('cancel', () => {
  it('reaches the plugin, with its reason', async () => {
    const runtime = makeRuntime(config);
    await runtime.eval<ReadableStream>(pulledStream).cancel({ why: ['enough'] });
    expect(runtime.eval('reason')).toStrictEqual({ why: ['enough'] });
    await runtime.eval<ReadableStream>(pulledStream).cancel(new RangeError('stop'));
    expect(runtime.eval('[reason instanceof RangeError, reason.message]')).toStrictEqual([true, 'stop']);
    expect(runtime.getStats().activeJsStreams).toBe(0);
  });

  it('ends a read that is waiting', async () => {
    const runtime = makeRuntime(config);
    const reader = runtime
      .eval<ReadableStream>('var reason; new ReadableStream({ cancel(why) { reason = why; } })')
      .getReader();
    const waiting = reader.read();
    await reader.cancel('enough');
    expect(await waiting).toStrictEqual({ done: true, value: undefined });
    expect(runtime.eval('reason')).toBe('enough');
  });

  it.each(['break', 'throw'])('is what %s in a loop does', async (how) => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream>(
      'var log = []; (async function* () { try { yield 1; yield 2; } finally { log.push("ended"); } })()',
    );
    const loop = async () => {
      for await (const _ of stream) {
        if (how === 'break') break;
        throw new Error('thrown');
      }
      throw new Error('broken off');
    };
    expect(await reasonOf(loop())).toMatchObject({ message: how === 'break' ? 'broken off' : 'thrown' });
    expect(runtime.eval('log')).toStrictEqual(['ended']);
  });

  it('is rejected with what the plugin throws', async () => {
    const runtime = makeRuntime(config);
    const stream = runtime.eval<ReadableStream>(
      'new ReadableStream({ cancel() { throw new RangeError("no"); } })',
    );
    const error = await rejectionOf(stream.cancel('why'), JavaScriptError);
    expect(error).toMatchObject({ name: 'RangeError', message: 'no' });
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });
});

describe('errors', () => {
  it.each<[code: string, name: string, message: string]>([
    ['(async function* () { yield 1; throw new RangeError("bad"); })()', 'RangeError', 'bad'],
    ['new ReadableStream({ start(c) { c.error(new TypeError("bad")); } })', 'TypeError', 'bad'],
    [
      'new ReadableStream({ pull() { return Promise.reject(new SyntaxError("bad")); } })',
      'SyntaxError',
      'bad',
    ],
    ['({ [Symbol.asyncIterator]: () => ({ next() { throw new EvalError("bad"); } }) })', 'EvalError', 'bad'],
  ])('cross as JavaScriptError: %s', async (code, name, message) => {
    const runtime = makeRuntime(config);
    const reader = runtime.eval<ReadableStream>(code, { filename: 'plugin.js' }).getReader();
    const error = await rejectionOf(
      (async () => {
        while (!(await reader.read()).done);
      })(),
      JavaScriptError,
    );
    expect(error).toMatchObject({ name, message, code: 'ERR_JAVASCRIPT' });
    expect(error.stack).toContain('plugin.js');
    expect(await reasonOf(reader.closed)).toBe(error);
    expect(await reasonOf(reader.read())).toBe(error);
    expect(runtime.getStats()).toMatchObject({ activeJsStreams: 0, unhandledRejectionCount: 0 });
    expectUsable(runtime);
  });

  it('that are none cross as value', async () => {
    const stream = makeRuntime(config).eval<ReadableStream>('(async function* () { throw { a: 1 }; })()');
    expect((await rejectionOf(readAll(stream), JavaScriptError)).value).toStrictEqual({ a: 1 });
  });
});

describe('a stream that is locked', () => {
  it('cannot cross, nor one that has crossed already', async () => {
    const runtime = makeRuntime(config);
    const locked = errorOf(
      () => runtime.eval('const locked = new ReadableStream(); locked.getReader(); locked'),
      JavaScriptError,
    );
    expect(locked.name).toBe('TypeError');
    const stream = runtime.eval<ReadableStream>('var once = new ReadableStream(); once');
    expect(runtime.eval('once.locked')).toBe(true);
    expect(errorOf(() => runtime.eval('once'), JavaScriptError).name).toBe('TypeError');
    await stream.cancel();
    expect(runtime.getStats()).toMatchObject({ activeJsStreams: 0, totalJsStreams: 1 });
    expectUsable(runtime);
  });
});
