import { Readable } from 'node:stream';
import {
  DataCloneError,
  HostStream,
  JavaScriptError,
  type JsFunction,
  RuntimeClosedError,
  RuntimeTerminated,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument, reasonOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';
import { counting, makeReadingRuntime, readAll } from './support/streams.js';

checkReleases();

type Read = JsFunction<[unknown], Promise<unknown>>;

/** How a host may have the numbers 0, 1, 2 as a stream. */
const sources: [what: string, make: () => unknown][] = [
  ['async generator', () => counting(3)],
  [
    'web ReadableStream',
    () =>
      new ReadableStream({
        start(controller) {
          for (const i of [0, 1, 2]) controller.enqueue(i);
          controller.close();
        },
      }),
  ],
  ['node:stream Readable', () => Readable.from([0, 1, 2])],
  ['object with Symbol.asyncIterator', () => ({ extra: 1, [Symbol.asyncIterator]: () => counting(3) })],
  ['HostStream', () => new HostStream(counting(3))],
  ['streamFromAsyncIterable', () => makeRuntime().streamFromAsyncIterable(counting(3))],
];

describe.each(sources)("a host's stream, as %s", (_, make) => {
  it('is a ReadableStream inside, of the plugin itself', async () => {
    const runtime = makeReadingRuntime();
    const look = runtime.eval<JsFunction>(`(s) => [
      s instanceof ReadableStream, Object.getPrototypeOf(s) === ReadableStream.prototype, Reflect.ownKeys(s).includes('extra'),
      s.locked, s.constructor.constructor('return typeof process')(),
    ]`);
    expect(look(make())).toStrictEqual([true, true, false, false, 'undefined']);
  });

  it('is read as an argument of a function', async () => {
    const runtime = makeReadingRuntime();
    const read = runtime.eval<Read>('readAll');
    expect(await read.callAsync(make())).toStrictEqual([0, 1, 2]);
    const nested = runtime.eval<Read>('(o) => readAll(o.body[0])');
    expect(await nested.callAsync({ body: [make()] })).toStrictEqual([0, 1, 2]);
    expect(await read(make())).toStrictEqual([0, 1, 2]);
    expect(runtime.getStats()).toMatchObject({ activeHostStreams: 0, totalHostStreams: 3 });
  });

  it('is read from a bound object', async () => {
    const runtime = makeReadingRuntime();
    runtime.bindObject('request', { body: make(), parts: [{ body: make() }] });
    expect(
      await runtime.evalAsync('Promise.all([readAll(request.body), readAll(request.parts[0].body)])'),
    ).toStrictEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  it('is read as the value of a host function', async () => {
    const runtime = makeReadingRuntime();
    runtime.bindFunction('open', make);
    runtime.bindFunction('openLater', async () => ({ body: make() }));
    expect(await runtime.evalAsync('readAll(open())')).toStrictEqual([0, 1, 2]);
    expect(await runtime.evalAsync('openLater().then((r) => readAll(r.body))')).toStrictEqual([0, 1, 2]);
  });
});

describe('in the plugin', () => {
  it('streams are piped through a TransformStream', async () => {
    const runtime = makeReadingRuntime();
    runtime.eval(
      'const double = () => new TransformStream({ transform(chunk, c) { c.enqueue(chunk * 2); }, flush(c) { c.enqueue("end"); } })',
    );
    const inside = runtime.eval<Read>('(s) => readAll(s.pipeThrough(double()))');
    expect(await inside.callAsync(counting(3))).toStrictEqual([0, 2, 4, 'end']);
    const through = runtime.eval<JsFunction<[unknown], ReadableStream>>('(s) => s.pipeThrough(double())');
    expect(await readAll(through(counting(3)))).toStrictEqual([0, 2, 4, 'end']);
  });

  it('streams are piped to a WritableStream, and split', async () => {
    const runtime = makeReadingRuntime();
    const pipe = runtime.eval<Read>(
      'async (s) => { const seen = []; await s.pipeTo(new WritableStream({ write(chunk) { seen.push(chunk); } })); return seen; }',
    );
    expect(await pipe.callAsync(counting(3))).toStrictEqual([0, 1, 2]);
    const split = runtime.eval<Read>('(s) => Promise.all(s.tee().map(readAll))');
    expect(await split.callAsync(counting(2))).toStrictEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('chunks are values, functions and streams, and bytes are Uint8Arrays', async () => {
    const runtime = makeReadingRuntime();
    async function* source() {
      yield Buffer.from('ab');
      yield (x: number) => x + 1;
      yield counting(2);
      yield new Map([[1, { a: undefined }]]);
    }
    const read = runtime.eval<Read>(`async (s) => {
      const [bytes, fn, stream, map] = await readAll(s);
      return [bytes.constructor === Uint8Array, [...bytes], fn(1), await readAll(stream), map.get(1)];
    }`);
    expect(await read.callAsync(source())).toStrictEqual([true, [97, 98], 2, [0, 1], { a: undefined }]);
  });

  it('a chunk that cannot cross fails the read', async () => {
    const runtime = makeReadingRuntime();
    async function* source() {
      yield 1;
      yield { bad: [Symbol('s')] };
    }
    const read = runtime.eval<Read>('(s) => readAll(s).catch((e) => [e.name, /bad\\[0\\]/.test(e.message)])');
    expect(await read.callAsync(source())).toStrictEqual(['DataCloneError', true]);
    expectUsable(runtime);
  });
});

describe('backpressure', () => {
  it('advances the iterator only when the plugin reads', async () => {
    const runtime = makeReadingRuntime();
    const log: unknown[] = [];
    runtime.eval<JsFunction>('var reader; (s) => { reader = s.getReader(); }')(counting(100, log));
    await runtime.evalAsync('1');
    expect(log).toStrictEqual([]);
    for (let i = 0; i < 4; i++) {
      expect(await runtime.evalAsync('reader.read()')).toStrictEqual({ done: false, value: i });
      // What the plugin had asked for meanwhile would come before this call's answer.
      await runtime.evalAsync('1');
      expect(log).toStrictEqual(Array.from({ length: i + 1 }, (_, n) => n));
    }
    await runtime.evalAsync('reader.cancel()');
    expect(log).toStrictEqual([0, 1, 2, 3, 'ended']);
  });
});

describe('a plugin that stops reading', () => {
  it.each<[how: string, code: string]>([
    ['break', 'async (s) => { for await (const chunk of s) if (chunk === 1) break; }'],
    ['return', 'async (s) => { for await (const chunk of s) if (chunk === 1) return; }'],
    [
      'throw',
      'async (s) => { try { for await (const chunk of s) if (chunk === 1) throw 1; } catch (e) { if (e !== 1) throw e; } }',
    ],
    [
      'cancel of a reader',
      'async (s) => { const r = s.getReader(); await r.read(); await r.read(); await r.cancel(); }',
    ],
  ])('by %s ends the generator', async (_, code) => {
    const runtime = makeReadingRuntime();
    const log: unknown[] = [];
    await runtime.eval<Read>(code).callAsync(counting(100, log));
    expect(log).toStrictEqual([0, 1, 'ended']);
    expect(runtime.getStats().activeHostStreams).toBe(0);
  });

  it('gives its reason to a ReadableStream and to return', async () => {
    const runtime = makeReadingRuntime();
    const cancel = runtime.eval<Read>('(s) => s.cancel({ why: ["enough"] })');
    const reasons: unknown[] = [];
    const take = async (reason?: unknown) => {
      reasons.push(reason);
      return { done: true as const, value: undefined };
    };
    await cancel.callAsync(new ReadableStream({ cancel: (reason) => void reasons.push(reason) }));
    await cancel.callAsync({
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }), return: take }),
    });
    expect(reasons).toStrictEqual([{ why: ['enough'] }, { why: ['enough'] }]);
  });

  it('hears of what return throws, and not of a missing one', async () => {
    const runtime = makeReadingRuntime();
    const cancel = runtime.eval<Read>('(s) => s.cancel().catch((e) => [e.name, e.message])');
    const next = async () => ({ done: false, value: 1 });
    const fails = {
      [Symbol.asyncIterator]: () => ({ next, return: () => Promise.reject(new RangeError('no')) }),
    };
    expect(await cancel.callAsync(fails)).toStrictEqual(['RangeError', 'no']);
    expect(await cancel.callAsync({ [Symbol.asyncIterator]: () => ({ next }) })).toBe(undefined);
    expect(runtime.getStats().activeHostStreams).toBe(0);
    expectUsable(runtime);
  });
});

describe('errors of the host', () => {
  class DatabaseError extends RangeError {
    override name = 'DatabaseError';
    readonly path = '/secret';
  }
  async function* failing(error: unknown) {
    yield 1;
    throw error;
  }

  it('cross by name and message, without stack and properties', async () => {
    const runtime = makeReadingRuntime();
    const look = runtime.eval<Read>(
      '(s) => readAll(s).catch((e) => [e instanceof Error, e.name, e.message, e.path, String(e.stack)])',
    );
    const seen = (await look.callAsync(failing(new DatabaseError('no luck')))) as unknown[];
    expect(seen.slice(0, 4)).toStrictEqual([true, 'DatabaseError', 'no luck', undefined]);
    expect(seen[4]).not.toMatch(/test|node|file:|\//);
    const built = runtime.eval<Read>('(s) => readAll(s).catch((e) => e instanceof TypeError)');
    expect(await built.callAsync(failing(new TypeError('t')))).toBe(true);
  });

  it('that escape from the plugin are the cause of what the host gets', async () => {
    const runtime = makeReadingRuntime();
    const error = new DatabaseError('no luck');
    const failed = await rejectionOf(
      runtime.eval<Read>('readAll').callAsync(failing(error)),
      JavaScriptError,
    );
    expect(failed).toMatchObject({ name: 'DatabaseError', message: 'no luck' });
    expect(failed.cause).toBe(error);
    expect(runtime.getStats().activeHostStreams).toBe(0);
    expectUsable(runtime);
  });

  it.each<[what: string, next: () => unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('now');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('now'))],
    ['gives null', () => null],
  ])('reach the plugin, too, of an iterator whose next %s', async (_, next) => {
    const runtime = makeReadingRuntime();
    const look = runtime.eval<Read>('(s) => readAll(s).then(() => "read", (e) => e instanceof Error)');
    expect(await look.callAsync({ [Symbol.asyncIterator]: () => ({ next }) })).toBe(true);
    expectUsable(runtime);
  });
});

describe('what is no stream', () => {
  it.each<[what: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a string', 'text'],
    ['an array', [1]],
    ['an object', {}],
    ['a sync iterator', [1].values()],
    ['a Symbol.asyncIterator that is no function', { [Symbol.asyncIterator]: 5 }],
    ['a function', () => counting(1)],
  ])('is refused: %s', (_, value) => {
    const runtime = makeRuntime();
    expectInvalidArgument(() => runtime.streamFromAsyncIterable(value as AsyncIterable<number>));
    expectInvalidArgument(() => new HostStream(value as AsyncIterable<number>));
    expectUsable(runtime);
  });

  it('is refused once the runtime has ended, with the reason', () => {
    const [closed, terminated] = [makeRuntime(), makeRuntime()];
    closed.close();
    terminated.terminate();
    errorOf(() => closed.streamFromAsyncIterable(counting(1)), RuntimeClosedError);
    errorOf(() => terminated.streamFromAsyncIterable(counting(1)), RuntimeTerminated);
  });

  it('is an iterable that fails when it is asked for its iterator', async () => {
    const runtime = makeReadingRuntime();
    const failure = new RangeError('no iterator');
    const fails = {
      [Symbol.asyncIterator]: () => {
        throw failure;
      },
    };
    expect(await reasonOf(runtime.eval<Read>('readAll').callAsync(fails))).toBe(failure);
    expectUsable(runtime);
  });

  it('is a HostStream that was passed before, and a ReadableStream that is locked', async () => {
    const runtime = makeReadingRuntime();
    const read = runtime.eval<Read>('readAll');
    const stream = runtime.streamFromAsyncIterable(counting(2));
    expect(await read.callAsync(stream)).toStrictEqual([0, 1]);
    expectInvalidArgument(() => read(stream));
    const locked = new ReadableStream();
    locked.getReader();
    errorOf(() => read(locked), TypeError);
    expectUsable(runtime);
  });

  it('is one stream when it is twice in a value', () => {
    const runtime = makeReadingRuntime();
    const stream = runtime.streamFromAsyncIterable(counting(2));
    expect(runtime.eval<JsFunction>('(o) => o.a === o.b')({ a: stream, b: stream })).toBe(true);
    errorOf(
      () => runtime.eval<JsFunction>('(o) => o')({ stream: counting(1), bad: Symbol('s') }),
      DataCloneError,
    );
    expectUsable(runtime);
  });
});
