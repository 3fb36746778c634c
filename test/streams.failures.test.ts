import { JavaScriptError } from 'isolet';
import { describe, expect, it, vi } from 'vitest';
import { expectChild } from './support/child.js';
import { rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';
import { makeReadingRuntime, readAll } from './support/streams.js';

checkReleases();

describe('a stream of the host’s that fails to end', () => {
  it('with its runtime, ends nothing else', async () => {
    const script = `
      (async () => {
        process.on('unhandledRejection', (reason) => console.log('unhandled', reason.message));
        const runtime = new Runtime({ timeout: 60_000 });
        let controller;
        const errored = new ReadableStream({ start(own) { controller = own; } });
        runtime.eval('(s) => {}')(errored);
        controller.error(new Error('reset'));
        const refusing = { [Symbol.asyncIterator]: () => ({ next: async () => ({ value: 1 }), return: async () => { throw new Error('no end'); } }) };
        runtime.eval('(s) => {}')(refusing);
        runtime.close();
        await turn();
        await turn();
        console.log('done', runtime.getStats().activeHostStreams);
      })();
    `;
    await expectChild(script, ['done 0']);
  });
});

describe('a chunk that can’t cross', () => {
  it('to the plugin ends the host’s iterator', async () => {
    const runtime = makeReadingRuntime();
    let ended = (): void => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    async function* source() {
      try {
        yield 1;
        yield Symbol('never');
      } finally {
        ended();
      }
    }
    runtime.bindFunction('source', source);
    await rejectionOf(runtime.evalAsync('readAll(source())'), JavaScriptError);
    await end;
    expect(runtime.getStats().activeHostStreams).toBe(0);
    expectUsable(runtime);
  });

  it('to the host ends the plugin’s iterator', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const stream = runtime.eval<AsyncIterable<unknown>>(
      'var ended = false; (async function* () { try { yield 1; yield Symbol("never"); } finally { ended = true; } })()',
    );
    await expect(readAll(stream)).rejects.toMatchObject({ code: 'ERR_DATA_CLONE' });
    expect(await runtime.evalAsync('ended')).toBe(true);
    expect(runtime.getStats().activeJsStreams).toBe(0);
    expectUsable(runtime);
  });
});

describe('a cancel whose reason can’t cross', () => {
  const limits = { maxSerializationDepth: 20, maxSerializationBytes: 10_000 };
  const nested = (depth: number): unknown[] => (depth === 0 ? [] : [nested(depth - 1)]);

  it.each<[what: string, reason: unknown]>([
    ['a symbol', Symbol('why')],
    ['a WeakMap', { in: [new WeakMap()] }],
    ['too deep a value', nested(30)],
    ['too large a value', 'x'.repeat(20_000)],
  ])('ends the plugin’s source without it: %s', async (_, reason) => {
    const runtime = makeRuntime({ timeout: 60_000, ...limits });
    const streams = runtime.eval<ReadableStream[]>(`
      var reasons = [];
      const cancel = (...why) => { reasons.push(...why); };
      const next = () => ({ done: false, value: 1 });
      [new ReadableStream({ cancel }), { [Symbol.asyncIterator]: () => ({ next, return: cancel }) }]`);
    for (const stream of streams) await stream.cancel(reason);
    expect(runtime.eval('reasons')).toStrictEqual([undefined, undefined]);
    expect(runtime.getStats()).toMatchObject({ activeJsStreams: 0, openResources: 0 });
    expectUsable(runtime);
  });

  it.each<[what: string, reason: string]>([
    ['a symbol', 'Symbol("why")'],
    ['a WeakMap', '({ in: [new WeakMap()] })'],
    ['too deep a value', '(function nested(depth) { return depth === 0 ? [] : [nested(depth - 1)]; })(30)'],
    ['too large a value', '"x".repeat(20_000)'],
  ])('ends the host’s source without it: %s', async (_, reason) => {
    const runtime = makeReadingRuntime(limits);
    const reasons: unknown[] = [];
    const take = async (...why: unknown[]) => {
      reasons.push(...why);
      return { done: true as const, value: undefined };
    };
    const next = async () => ({ done: false, value: 1 });
    const sources = [
      new ReadableStream({ cancel: async (...why) => void (await take(...why)) }),
      { [Symbol.asyncIterator]: () => ({ next, return: take }) },
    ];
    runtime.bindFunction('get', () => sources.shift());
    await runtime.evalAsync(`get().cancel(${reason})`);
    await runtime.evalAsync(`get().getReader().cancel(${reason})`);
    expect(reasons).toStrictEqual([undefined, undefined]);
    expect(runtime.getStats()).toMatchObject({ activeHostStreams: 0, totalHostStreams: 2 });
    expectUsable(runtime);
  });

  it('is rejected with what the plugin’s source throws', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const stream = runtime.eval<ReadableStream>(
      'var calls = 0; new ReadableStream({ cancel() { calls++; throw new RangeError("no"); } })',
    );
    const error = await rejectionOf(stream.cancel(Symbol('why')), JavaScriptError);
    expect(error).toMatchObject({ name: 'RangeError', message: 'no' });
    expect(runtime.eval('calls')).toBe(1);
    expect(runtime.getStats().activeJsStreams).toBe(0);
  });

  it('is rejected with what the host’s source throws', async () => {
    const runtime = makeReadingRuntime();
    const cancel = vi.fn(() => Promise.reject(new RangeError('no')));
    runtime.bindFunction('get', () => new ReadableStream({ cancel }));
    const error = await rejectionOf(runtime.evalAsync('get().cancel(Symbol("why"))'), JavaScriptError);
    expect(error).toMatchObject({ name: 'RangeError', message: 'no' });
    expect(cancel).toHaveBeenCalledTimes(1);
    expect(runtime.getStats().activeHostStreams).toBe(0);
  });

  it('tells the source once, if it is the source that throws such an error', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const stream = runtime.eval<ReadableStream>(`
      var reasons = [];
      new ReadableStream({ cancel(why) {
        reasons.push(why);
        throw Object.assign(new Error("own"), { name: "DataCloneError", code: "ERR_DATA_CLONE" });
      } })`);
    expect((await rejectionOf(stream.cancel('why'), JavaScriptError)).message).toBe('own');
    expect(runtime.eval('reasons')).toStrictEqual(['why']);
    expect(runtime.getStats().activeJsStreams).toBe(0);
  });
});

describe('an iterator whose result is no object', () => {
  it('is an error to the host', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const stream = runtime.eval<AsyncIterable<unknown>>(
      '({ [Symbol.asyncIterator]: () => ({ next: () => 5 }) })',
    );
    expect((await rejectionOf(readAll(stream), JavaScriptError)).name).toBe('TypeError');
    expectUsable(runtime);
  });

  it('is an error to the plugin', async () => {
    const runtime = makeReadingRuntime();
    runtime.bindFunction('source', () => ({ [Symbol.asyncIterator]: () => ({ next: () => 5 }) }));
    const error = await rejectionOf(runtime.evalAsync('readAll(source())'), JavaScriptError);
    expect(error.name).toBe('TypeError');
    expectUsable(runtime);
  });
});
