import * as isolet from 'isolet';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../lib/binding.js';
import {
  createError,
  DataCloneError,
  HeapLimitError,
  IsoletError,
  JavaScriptError,
  PendingPromiseError,
  PluginError,
  RuntimeClosedError,
  RuntimeTerminated,
  SerializationLimitError,
  TimeoutError,
} from '../lib/errors.js';
import { reasonOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const frame = { functionName: 'greet', fileName: 'greeter.js', lineNumber: 3, columnNumber: 11 };

function thrown(details: Partial<Extract<Failure, { kind: 'javascript' }>> = {}): Failure {
  return {
    kind: 'javascript',
    name: 'TypeError',
    message: 'Boom',
    stack: 'TypeError: Boom\n    at greet (greeter.js:3:11)',
    frames: [frame],
    ...details,
  };
}

const failures: [Failure, { type: unknown; code: string; message: string; fields?: object }][] = [
  [thrown(), { type: JavaScriptError, code: 'ERR_JAVASCRIPT', message: 'Boom', fields: { frames: [frame] } }],
  [
    { kind: 'timeout', clock: 'wall', limit: 100, elapsed: 100.126 },
    {
      type: TimeoutError,
      code: 'ERR_TIMEOUT',
      message: 'timed out after 100.13 ms of wall time (limit 100 ms)',
      fields: { kind: 'wall', limit: 100, elapsed: 100.126 },
    },
  ],
  [
    { kind: 'timeout', clock: 'cpu', limit: 5, elapsed: 6 },
    {
      type: TimeoutError,
      code: 'ERR_TIMEOUT',
      message: 'timed out after 6 ms of CPU time (limit 5 ms)',
      fields: { kind: 'cpu' },
    },
  ],
  [
    { kind: 'heapLimit', limit: 50 * 2 ** 20, used: 52.5 * 2 ** 20 },
    {
      type: HeapLimitError,
      code: 'ERR_HEAP_LIMIT',
      message: 'the runtime has ended: heap limit of 50 MiB reached (52.5 MiB in use)',
      fields: { limit: 50 * 2 ** 20, used: 52.5 * 2 ** 20 },
    },
  ],
  [
    { kind: 'terminated', reason: 'terminated by the host' },
    {
      type: RuntimeTerminated,
      code: 'ERR_TERMINATED',
      message: 'the runtime has ended: terminated by the host',
      fields: { reason: 'terminated by the host' },
    },
  ],
  [
    { kind: 'startFailed', message: 'no thread' },
    {
      type: RuntimeTerminated,
      code: 'ERR_TERMINATED',
      message: 'the runtime has ended: it could not start: no thread',
      fields: { reason: 'it could not start: no thread' },
    },
  ],
  [
    { kind: 'closed', what: 'the runtime', path: '' },
    { type: RuntimeClosedError, code: 'ERR_CLOSED', message: 'closed' },
  ],
  [
    { kind: 'pendingPromise' },
    { type: PendingPromiseError, code: 'ERR_PENDING_PROMISE', message: 'evalAsync' },
  ],
  [
    { kind: 'dataClone', path: 'result.items[3].fn', what: 'a Symbol' },
    {
      type: DataCloneError,
      code: 'ERR_DATA_CLONE',
      message: "result.items[3].fn: a Symbol can't cross",
      fields: { path: 'result.items[3].fn' },
    },
  ],
  [
    { kind: 'serializationLimit', limit: 'depth', max: 64, seen: 65, path: 'result.a' },
    {
      type: SerializationLimitError,
      code: 'ERR_SERIALIZATION_LIMIT',
      message: 'result.a: at least 65 levels deep, maxSerializationDepth is 64',
      fields: { limit: 'depth', max: 64, seen: 65, path: 'result.a' },
    },
  ],
  [
    { kind: 'serializationLimit', limit: 'bytes', max: 2 ** 20, seen: 3 * 2 ** 20, path: 'arguments[0]' },
    {
      type: SerializationLimitError,
      code: 'ERR_SERIALIZATION_LIMIT',
      message: 'arguments[0]: at least 3 MiB, maxSerializationBytes is 1 MiB',
      fields: { limit: 'bytes', max: 2 ** 20, seen: 3 * 2 ** 20 },
    },
  ],
  [
    { kind: 'invalidArgument', message: 'a function of another runtime' },
    { type: TypeError, code: 'ERR_INVALID_ARG', message: 'a function of another runtime' },
  ],
];

describe('createError', () => {
  it.each(failures)('$kind: %j', (failure, { type, code, message, fields = {} }) => {
    const error = createError(failure);
    expect(error.constructor).toBe(type);
    expect(error).toMatchObject({ code, ...fields });
    expect(error.message).toContain(message);
    expect(error.stack).toContain(error.message);
  });

  it('makes an Error whose name tells the abort that a signal stands for', () => {
    expect(createError({ kind: 'aborted' })).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
  });

  it('gives a failure of an unknown kind an error too', () => {
    expect(createError({ kind: 'news' } as unknown as Failure)).toBeInstanceOf(RuntimeTerminated);
  });

  const hostile = [
    '',
    '\0',
    '\ud800',
    '__proto__',
    '%s %o',
    '\n    at host (/etc/passwd:1:1)',
    'x'.repeat(2 ** 24),
  ];

  it.each(hostile.map((text) => [text.slice(0, 20), text]))('takes hostile text: %j', (_, text) => {
    for (const failure of [
      thrown({ name: text, message: text, stack: text, properties: { [text]: text } }),
      { kind: 'terminated', reason: text },
      { kind: 'dataClone', path: text, what: text },
      { kind: 'serializationLimit', limit: 'depth', max: 1, seen: 2, path: text },
      { kind: 'invalidArgument', message: text },
      { kind: 'startFailed', message: text },
    ] satisfies Failure[]) {
      const error = createError(failure);
      expect(error).toBeInstanceOf(Error);
      expect(typeof error.message).toBe('string');
    }
  });

  it('bounds the length of messages that it puts together', () => {
    const error = createError({ kind: 'dataClone', path: 'x'.repeat(2 ** 24), what: 'a Symbol' });
    expect(error.message.length).toBeLessThan(30_000);
    expect((error as DataCloneError).path).toHaveLength(2 ** 24);
  });
});

describe('JavaScriptError', () => {
  it("shows the plugin's name, message and stack, and nothing of the host", () => {
    const error = createError(thrown({ name: 'RangeError', stack: 'RangeError: Boom\n    at a.js:1:2' }));
    expect(error.name).toBe('RangeError');
    expect(error.stack).toBe('RangeError: Boom\n    at a.js:1:2');
    expect(String(error)).toBe('RangeError: Boom');
  });

  it('has cause, value and properties only if the plugin gave them', () => {
    const bare = createError(thrown());
    for (const key of ['cause', 'value', 'properties', 'plugin', 'hook'])
      expect(bare).not.toHaveProperty(key);
    const cause = new Error('host');
    const full = createError(thrown({ cause, value: undefined, properties: { status: 404 } }));
    expect(full.cause).toBe(cause);
    expect(Object.hasOwn(full, 'value')).toBe(true);
    expect(full).toMatchObject({ properties: { status: 404 } });
    expect(Object.hasOwn(createError(thrown({ cause: undefined })), 'cause')).toBe(true);
  });

  it('has a stack even if nothing with one was thrown', () => {
    const error = createError(thrown({ name: 'Error', message: '5', stack: '', frames: [], value: 5 }));
    expect(error).toMatchObject({ value: 5, stack: 'Error: 5', frames: [] });
  });

  it("keeps the plugin error's own properties apart from its own", () => {
    const properties = JSON.parse('{ "code": "EVIL", "plugin": "other", "__proto__": { "x": 1 } }');
    const error = createError(thrown({ properties }));
    expect(error).toMatchObject({ code: 'ERR_JAVASCRIPT' });
    expect(error).not.toHaveProperty('plugin');
    expect(error).toBeInstanceOf(JavaScriptError);
  });
});

describe('the classes', () => {
  const classes = [
    DataCloneError,
    HeapLimitError,
    JavaScriptError,
    PendingPromiseError,
    PluginError,
    RuntimeClosedError,
    RuntimeTerminated,
    SerializationLimitError,
    TimeoutError,
  ];

  it.each(classes.map((type) => [type.name, type] as const))(
    '%s extends IsoletError and is exported',
    (name, type) => {
      expect(type.prototype).toBeInstanceOf(IsoletError);
      expect(type.prototype).toBeInstanceOf(Error);
      expect(type.prototype.name).toBe(name);
      const exported: Record<string, unknown> = { ...isolet };
      expect((exported[name] as { name: string }).name).toBe(name);
    },
  );

  it('HeapLimitError is a RuntimeTerminated', () => {
    expect(HeapLimitError.prototype).toBeInstanceOf(RuntimeTerminated);
  });

  it("put the class's name in front of a stack", () => {
    expect(new TimeoutError('wall', 1, 2).stack).toMatch(/^TimeoutError: timed out/);
    expect(new HeapLimitError(1, 2).stack).toMatch(/^HeapLimitError: /);
  });

  it('PluginError has a cause only if there is one', () => {
    expect(new PluginError('no')).not.toHaveProperty('cause');
    expect(new PluginError('no', { cause: 1, plugin: 'a', hook: 'b' })).toMatchObject({
      code: 'ERR_PLUGIN',
      cause: 1,
      plugin: 'a',
      hook: 'b',
    });
  });
});

describe('the name of a runtime', () => {
  const grow = 'const all = []; for (;;) all.push([1]);';
  const survived: [code: string, fail: (runtime: isolet.Runtime) => unknown][] = [
    ['ERR_JAVASCRIPT', (runtime) => runtime.eval('throw new Error("x")')],
    ['ERR_TIMEOUT', (runtime) => runtime.eval('for (;;);', { timeout: 20 })],
    ['ERR_TIMEOUT', (runtime) => runtime.evalAsync('new Promise(() => {})', { timeout: 20 })],
    ['ERR_DATA_CLONE', (runtime) => runtime.eval('Symbol()')],
    ['ERR_DATA_CLONE', (runtime) => runtime.bindObject('o', { a: Symbol() })],
    ['ERR_SERIALIZATION_LIMIT', (runtime) => runtime.eval('[[[[[]]]]]')],
    ['ERR_SERIALIZATION_LIMIT', (runtime) => runtime.eval<isolet.JsFunction>('(x) => x')([[[[[]]]]])],
    ['ERR_PENDING_PROMISE', (runtime) => runtime.eval('new Promise(() => {})')],
    ['ERR_CLOSED', (runtime) => closed(runtime.eval<isolet.JsFunction>('() => 1'))()],
  ];
  const ended: typeof survived = [
    ['ERR_HEAP_LIMIT', (runtime) => runtime.eval(grow)],
    ['ERR_TERMINATED', (runtime) => terminated(runtime).eval('1')],
    ['ERR_CLOSED', (runtime) => closed(runtime).eval('1')],
  ];

  function closed<T extends { close(): void }>(closable: T): T {
    closable.close();
    return closable;
  }

  function terminated(runtime: isolet.Runtime): isolet.Runtime {
    runtime.terminate();
    return runtime;
  }

  it.each([...survived, ...ended])('is in its %s, if it has one: %s', async (code, fail) => {
    for (const name of ['tenant', undefined]) {
      const runtime = makeRuntime({ name, maxHeapSize: 32 * 2 ** 20, maxSerializationDepth: 4 });
      const error = (await reasonOf((async () => fail(runtime))())) as IsoletError;
      expect(error).toBeInstanceOf(isolet.IsoletError);
      expect([error.code, error.runtime, Object.hasOwn(error, 'runtime')]).toStrictEqual([
        code,
        name,
        name !== undefined,
      ]);
      if (survived.some((way) => way[1] === fail)) expectUsable(runtime);
      else expect(runtime.isClosed()).toBe(true);
    }
  });
});
