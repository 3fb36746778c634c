import { JavaScriptError, PendingPromiseError, RuntimeClosedError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, expectInvalidArgument, rejectionOf } from './support/errors.js';
import { notStrings } from './support/refusals.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const guarded = () => makeRuntime({ timeout: 60_000 });

describe('registerOp', () => {
  it('gives each op a number of its own, from 0 on, whatever its mode', () => {
    const runtime = guarded();
    const ids = [
      runtime.registerOp('a', () => 1),
      runtime.registerOp('b', () => 2, { mode: 'async' }),
      runtime.registerOp('c', () => 3, { mode: 'sync' }),
      runtime.registerOp('__proto__', () => 4, {}),
    ];
    expect(ids).toStrictEqual([0, 1, 2, 3]);
    expect(guarded().registerOp('a', () => 1)).toBe(0);
  });

  it('defines a global with the first op of its mode, none before', () => {
    const runtime = guarded();
    const types = () => runtime.eval('[typeof __host_op_sync__, typeof __host_op_async__]');
    expect(types()).toStrictEqual(['undefined', 'undefined']);
    runtime.registerOp('sync', () => 1);
    expect(types()).toStrictEqual(['function', 'undefined']);
    runtime.registerOp('async', () => 1, { mode: 'async' });
    expect(types()).toStrictEqual(['function', 'function']);
  });

  it('can be called at any time: the plugin finds the op from then on', () => {
    const runtime = guarded();
    runtime.registerOp('first', () => 1);
    runtime.eval('const { __host_op_sync__: call } = globalThis');
    const id = runtime.registerOp('second', () => 2);
    expect(runtime.eval(`[call(0), call(${id})]`)).toStrictEqual([1, 2]);
    runtime.registerOp('registers', () => runtime.registerOp('third', () => 3));
    expect(runtime.eval('call(call(2))')).toBe(3);
  });

  it('refuses wrong names, handlers and options, and then registers nothing', () => {
    const runtime = guarded();
    const handler = () => 1;
    runtime.registerOp('taken', handler);
    for (const name of [...notStrings, undefined, '', 'taken']) {
      expectInvalidArgument(() => runtime.registerOp(name as string, handler));
    }
    expectInvalidArgument(() => runtime.registerOp('taken', handler, { mode: 'async' }));
    for (const wrong of [undefined, null, 5, 'code', {}, [handler]]) {
      expectInvalidArgument(() => runtime.registerOp('new', wrong as never));
    }
    for (const options of [
      null,
      5,
      'sync',
      [],
      { mode: 'both' },
      { mode: 1 },
      { mode: null },
      { Mode: 'sync' },
    ]) {
      expectInvalidArgument(() => runtime.registerOp('new', handler, options as never));
    }
    expect(runtime.registerOp('new', handler, { mode: undefined })).toBe(1);
  });

  it('on a closed runtime says that it is closed', () => {
    const runtime = guarded();
    runtime.close();
    errorOf(() => runtime.registerOp('a', () => 1), RuntimeClosedError);
    expectInvalidArgument(() => runtime.registerOp('', () => 1));
  });
});

describe('a sync op', () => {
  it('gets the arguments by value and gives its value', () => {
    const runtime = guarded();
    const id = runtime.registerOp('collect', (...args: unknown[]) => ({ args }));
    expect(runtime.eval(`__host_op_sync__(${id})`)).toStrictEqual({ args: [] });
    expect(runtime.eval(`__host_op_sync__(${id}, 1, { a: [2n] }, undefined, new Date(0))`)).toStrictEqual({
      args: [1, { a: [2n] }, undefined, new Date(0)],
    });
    const call = runtime.registerOp('call', (fn: (x: number) => number) => fn(20) + 1);
    expect(runtime.eval(`__host_op_sync__(${call}, (x) => 2 * x)`)).toBe(41);
  });

  it('that returns a promise gives one', async () => {
    const runtime = guarded();
    runtime.registerOp('later', async () => 7);
    expect(await runtime.evalAsync('__host_op_sync__(0).then((x) => x + 1)')).toBe(8);
    errorOf(() => runtime.eval('__host_op_sync__(0)'), PendingPromiseError);
    expectUsable(runtime);
  });

  it('that throws, throws in the plugin; if it escapes, the very error is the cause', () => {
    const runtime = guarded();
    const failure = Object.assign(new RangeError('from the op'), { secret: 1 });
    runtime.registerOp('fails', () => {
      throw failure;
    });
    expect(
      runtime.eval(
        'try { __host_op_sync__(0); } catch (e) { [e instanceof RangeError, e.message, e.secret, /\\.ts/.test(e.stack)]; }',
      ),
    ).toStrictEqual([...[true, 'from the op', undefined, false]]);
    expect(errorOf(() => runtime.eval('__host_op_sync__(0)'), JavaScriptError).cause).toBe(failure);
    expectUsable(runtime);
  });
});

describe('an async op', () => {
  it('gives a promise of its value, also where the handler is not async', async () => {
    const runtime = guarded();
    runtime.registerOp('double', async (x: number) => 2 * x, { mode: 'async' });
    runtime.registerOp('plain', (...args: unknown[]) => args, { mode: 'async' });
    expect(runtime.eval('[0, 1].every((id) => __host_op_async__(id, 1) instanceof Promise)')).toBe(true);
    expect(
      await runtime.evalAsync('Promise.all([__host_op_async__(0, 4), __host_op_async__(1, "a", [2])])'),
    ).toStrictEqual([8, ['a', [2]]]);
  });

  it('rejects with what it throws or rejects with', async () => {
    const runtime = guarded();
    const failure = new RangeError('from the op');
    runtime.registerOp(
      'throws',
      () => {
        throw failure;
      },
      { mode: 'async' },
    );
    runtime.registerOp('rejects', () => Promise.reject(failure), { mode: 'async' });
    for (const id of [0, 1]) {
      expect(
        await runtime.evalAsync(
          `__host_op_async__(${id}).catch((e) => [e instanceof RangeError, e.message])`,
        ),
      ).toStrictEqual([true, 'from the op']);
      const error = await rejectionOf(runtime.evalAsync(`__host_op_async__(${id})`), JavaScriptError);
      expect(error.cause).toBe(failure);
    }
    expectUsable(runtime);
  });

  it('runs at the same time as others', async () => {
    const runtime = guarded();
    const waiting: ((value: unknown) => void)[] = [];
    runtime.registerOp('wait', () => new Promise((resolve) => waiting.push(resolve)), { mode: 'async' });
    const all = runtime.evalAsync('Promise.all([1, 2, 3].map((x) => __host_op_async__(0, x)))');
    expect(runtime.eval('"asked"')).toBe('asked');
    expect(waiting.length).toBe(3);
    for (const [i, resolve] of waiting.toReversed().entries()) resolve(i);
    expect(await all).toStrictEqual([2, 1, 0]);
  });
});

describe('a call of an op that is none', () => {
  const wrongIds = [
    '',
    '2',
    '-1',
    '0.5',
    'NaN',
    'Infinity',
    '"0"',
    'null',
    '{}',
    '[0]',
    '0n',
    '"length"',
    '() => 0',
  ];

  it.each(wrongIds)('throws a RangeError for (%s), which the plugin can catch', async (id) => {
    const runtime = guarded();
    runtime.registerOp('a', () => 1);
    runtime.registerOp('b', () => 1, { mode: 'async' });
    expect(
      runtime.eval(`try { __host_op_sync__(${id}); } catch (e) { [e instanceof RangeError, e.code]; }`),
    ).toStrictEqual([true, 'ERR_OUT_OF_RANGE']);
    expect(
      await runtime.evalAsync(`__host_op_async__(${id}).catch((e) => [e instanceof RangeError, e.code])`),
    ).toStrictEqual([true, 'ERR_OUT_OF_RANGE']);
    expectUsable(runtime);
  });

  it('of the other mode throws a TypeError that names the op and the right function', async () => {
    const runtime = guarded();
    let calls = 0;
    const count = () => {
      calls += 1;
    };
    runtime.registerOp('first', count);
    runtime.registerOp('second', count, { mode: 'async' });
    const describeError = '[e instanceof TypeError, e.code, e.message]';
    expect(runtime.eval(`try { __host_op_sync__(1); } catch (e) { ${describeError}; }`)).toStrictEqual([
      true,
      'ERR_INVALID_ARG',
      expect.stringMatching(/"second".*__host_op_async__/),
    ]);
    expect(await runtime.evalAsync(`__host_op_async__(0).catch((e) => ${describeError})`)).toStrictEqual([
      true,
      'ERR_INVALID_ARG',
      expect.stringMatching(/"first".*__host_op_sync__/),
    ]);
    expect(calls).toBe(0);
    expectUsable(runtime);
  });
});

describe('ops and the runtime', () => {
  it('count as host calls', () => {
    const runtime = guarded();
    runtime.registerOp('a', () => 1);
    const before = runtime.getStats().hostCallCount;
    runtime.eval('for (let i = 0; i < 10; i++) __host_op_sync__(0)');
    expect(runtime.getStats().hostCallCount).toBe(before + 10);
  });

  it('belong to it alone', () => {
    const [one, other] = [guarded(), guarded()];
    one.registerOp('a', () => 'one');
    other.registerOp('a', () => 'other');
    expect([one.eval('__host_op_sync__(0)'), other.eval('__host_op_sync__(0)')]).toStrictEqual([
      'one',
      'other',
    ]);
  });

  it('may call it again', () => {
    const runtime = guarded();
    runtime.registerOp('again', (n: number): unknown =>
      n === 0 ? 'end' : runtime.eval(`__host_op_sync__(0, ${n - 1})`),
    );
    expect(runtime.eval('__host_op_sync__(0, 20)')).toBe('end');
  });
});
