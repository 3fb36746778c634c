import {
  HeapLimitError,
  JavaScriptError,
  RuntimeClosedError,
  type RuntimeConfig,
  SnapshotBuilder,
  type SnapshotBuilderOptions,
  SnapshotError,
  TimeoutError,
} from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf, expectInvalidArgument } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const mebibyte = 2 ** 20;
/** V8's own snapshots; on Node 20 it is scripts that run again. */
const isOfV8 = !process.version.startsWith('v20.');

function snapshotOf(source: string, options?: SnapshotBuilderOptions): Uint8Array {
  using builder = new SnapshotBuilder(options);
  builder.executeScript('prelude.js', source);
  return builder.build();
}

const runtimeOf = (source: string, config?: RuntimeConfig) =>
  makeRuntime({ timeout: 60_000, ...config, snapshot: snapshotOf(source) });

const configs: [string, RuntimeConfig][] = [
  ['without limits', {}],
  ['with limits', { maxHeapSize: 64 * mebibyte, maxSerializationDepth: 10 }],
  ['with everything', { maxHeapSize: 64 * mebibyte, enableTimers: true, enableConsole: true, name: 'all' }],
];

describe.each(configs)('a runtime from a snapshot, %s', (_, config) => {
  it('has what the scripts left: values, functions, classes, closures, identity', () => {
    const runtime = runtimeOf(
      `let count = 1; const shared = {}; var all = [shared, shared];
       class Counter { #n = 41; next() { return ++this.#n; } }
       const counter = new Counter(); function add(x) { return (count += x); }
       var map = new Map([[shared, new Set([1n, -0])]]), date = new Date(7), text = 'ü\\u{1F600}', pattern = /a(?<x>b)/g;
       var bytes = new Uint8Array([1, 2, 3]), symbol = Symbol.for('s'), later = Promise.resolve(5);
       var accessor = { get x() { return count; } }, hole = [, 1], error = new RangeError('kept');`,
      config,
    );
    expect(runtime.eval('all[0] === all[1] && map.get(shared).has(1n)')).toBe(true);
    expect(runtime.eval('[counter.next(), add(2), accessor.x, 0 in hole, bytes.join()]')).toStrictEqual([
      42,
      3,
      3,
      false,
      '1,2,3',
    ]);
    expect(
      runtime.eval('[date, text, pattern.exec("ab").groups.x, symbol === Symbol.for("s")]'),
    ).toStrictEqual([new Date(7), 'ü\u{1F600}', 'b', true]);
    expect(runtime.eval('later.then((n) => n + 1)')).toBe(6);
    expect(runtime.eval('error')).toMatchObject({ name: 'RangeError', message: 'kept' });
    expect(
      runtime.eval('[Math.E, [3, 1].sort().join(), typeof WebAssembly.Module, typeof SharedArrayBuffer]'),
    ).toEqual([Math.E, '1,3', 'function', 'function']);
    expectUsable(runtime);
  });

  it('has all that any runtime has', async () => {
    const runtime = runtimeOf('globalThis.kept = 1', config);
    runtime.bindFunction('twice', (n: number) => 2 * n);
    runtime.bindFunction('later', async (n: number) => n);
    expect(runtime.eval('twice(21)')).toBe(42);
    expect(await runtime.evalAsync('later(3).then((n) => n + kept)')).toBe(4);
    runtime.addStaticModule('m', 'await 1; export const x = kept;');
    expect(await runtime.evalModuleAsync('m')).toStrictEqual({ x: 1 });
    expect(runtime.eval('[...new Intl.Segmenter("en").segment("ab")].length')).toBe(2);
    const add = 'AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=';
    runtime.bindObject('wasm', { bytes: new Uint8Array(Buffer.from(add, 'base64')) });
    expect(
      runtime.eval('new WebAssembly.Instance(new WebAssembly.Module(wasm.bytes)).exports.add(2, 3)'),
    ).toBe(5);
    const words = runtime.eval<ReadableStream<string>>(
      '(async function* () { yield "one"; yield "two"; })()',
    );
    const read: string[] = [];
    for await (const word of words) read.push(word);
    expect(read).toEqual(['one', 'two']);
    const failure = errorOf(() => runtime.eval('null.x', { filename: 'f.js' }), JavaScriptError);
    expect(failure).toMatchObject({ name: 'TypeError', frames: [{ fileName: 'f.js', lineNumber: 1 }] });
    expect(failure.stack).toContain('f.js:1:');
    expect(runtime.eval('typeof setTimeout')).toBe(config.enableTimers ? 'function' : 'undefined');
    expect(runtime.eval('typeof console')).toBe(config.enableConsole ? 'object' : 'undefined');
    if (config.enableTimers) expect(runtime.eval('new Promise((done) => setTimeout(done, 1, 5))')).toBe(5);
  });
});

describe('a runtime from a snapshot', () => {
  it('shares nothing with others from the same', () => {
    const snapshot = snapshotOf('let n = 0; globalThis.list = [];');
    const [a, b] = [makeRuntime({ snapshot }), makeRuntime({ snapshot })];
    a.eval('n = 5; list.push(1)');
    expect(b.eval('[n, list.length]')).toStrictEqual([0, 0]);
    expect(makeRuntime({ snapshot }).eval('[n, list.length]')).toStrictEqual([0, 0]);
  });

  it('is held to its limits, also by what the scripts took aside', () => {
    const snapshot = snapshotOf(
      'globalThis.kept = { ArrayBuffer, parse: JSON.parse, eval: globalThis.eval, Intl };',
    );
    const codes = [
      'const all = []; for (;;) all.push(new kept.ArrayBuffer(1 << 20, { maxByteLength: 1 << 20 }));',
      'const all = []; for (;;) all.push({});',
      'const all = []; for (;;) all.push(new kept.Intl.DateTimeFormat("en"));',
      'const all = []; for (;;) all.push(new WebAssembly.Memory({ initial: 16 }));',
    ];
    for (const code of codes) {
      const runtime = makeRuntime({ snapshot, maxHeapSize: 32 * mebibyte });
      errorOf(() => runtime.eval(code), HeapLimitError);
    }
    const runtime = makeRuntime({ snapshot, maxHeapSize: 32 * mebibyte });
    errorOf(() => runtime.eval('for (;;);', { timeout: 50 }), TimeoutError);
    expectUsable(runtime);
    const long = '" ".repeat(20 << 20)';
    expect(runtime.eval(`try { kept.parse(${long}) } catch ({ name, message }) { name + message }`)).toMatch(
      /RangeError.*heap limit/,
    );
    expect(runtime.eval(`try { kept.eval(${long}) } catch ({ name }) { name }`)).toBe('EvalError');
    const free = makeRuntime({ snapshot });
    expect(free.eval(`kept.eval(${long} + "1")`)).toBe(1);
  });

  it('meters what its realm was given after the scripts had run', () => {
    const snapshot = snapshotOf('Intl.NumberFormat; globalThis.seen = 1;');
    const runtime = makeRuntime({ snapshot, maxHeapSize: 32 * mebibyte });
    const overridden = `[ArrayBuffer.prototype.resize, ArrayBuffer.prototype.transfer, SharedArrayBuffer.prototype.grow]
      .filter((method) => method !== undefined && 'prototype' in method).length`;
    expect(runtime.eval(overridden)).toBe(0);
    // A proxy prints without its name.
    const shown = '[SharedArrayBuffer, WebAssembly.Memory, Intl.DurationFormat].filter(Boolean).map(String)';
    expect(new Set(runtime.eval<string[]>(shown))).toEqual(new Set(['function () { [native code] }']));
    const growing = `const buffer = new ArrayBuffer(1, { maxByteLength: 1 << 30 });
      for (let size = 1; ; size += 1 << 20) buffer.resize(size);`;
    errorOf(() => runtime.eval(growing), HeapLimitError);
  });

  it('takes no less heap than it was made from', () => {
    const snapshot = snapshotOf('globalThis.kept = Array.from({ length: 1_000_000 }, (_, i) => ({ i }));');
    for (const maxHeapSize of [8 * mebibyte, 16 * mebibyte, 32 * mebibyte]) {
      expect(() => makeRuntime({ snapshot, maxHeapSize })).toThrow(SnapshotError);
    }
    expect(makeRuntime({ snapshot }).eval('kept.length')).toBe(1_000_000);
    const least = /at least ([\d.]+) MiB/.exec(
      errorOf(() => makeRuntime({ snapshot, maxHeapSize: 8 * mebibyte }), SnapshotError).message,
    );
    const enough = Math.ceil(Number(least?.[1]) + 1) * mebibyte;
    expect(makeRuntime({ snapshot, maxHeapSize: enough }).eval('kept.length')).toBe(1_000_000);
  });

  it('has random numbers of its own', () => {
    const snapshot = snapshotOf('Math.random(); var before = Math.random();');
    const numbers = Array.from({ length: 5 }, () => makeRuntime({ snapshot }).eval('Math.random()'));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('has names of the scripts in its stacks', () => {
    const runtime = runtimeOf('\n  function fail() { throw new Error("late"); }');
    const error = errorOf(() => runtime.eval('fail()'), JavaScriptError);
    expect(error.frames[0]).toMatchObject({ functionName: 'fail', fileName: 'prelude.js', lineNumber: 2 });
  });

  it('may have patched all of its globals', async () => {
    const runtime = runtimeOf(
      `for (const name of Object.getOwnPropertyNames(globalThis)) {
         if (!['undefined', 'NaN', 'Infinity', 'globalThis'].includes(name)) globalThis[name] = { patched: name };
       }`,
    );
    expect(runtime.eval('[Map.patched, 6 * 7, [1].concat(2)]')).toStrictEqual(['Map', 42, [1, 2]]);
    runtime.bindFunction('fails', () => {
      throw new RangeError('host');
    });
    expect(runtime.eval('(() => { try { fails() } catch (e) { return e.name + e.message } })()')).toBe(
      'RangeErrorhost',
    );
    expect(await runtime.evalAsync('(async () => 5)()')).toBe(5);
  });

  it.each([
    'Object.freeze(Error)',
    'Object.freeze(Math)',
    'Object.freeze(Promise)',
    'Object.freeze(RegExp)',
    'Object.freeze(Map.prototype)',
    'Object.freeze(Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype))',
    'for (const name of Object.getOwnPropertyNames(globalThis)) Object.freeze(globalThis[name])',
    'Object.seal(Uint8Array.prototype)',
    'Uint8Array = {}',
    'Uint8Array = 1',
    'delete globalThis.Uint8Array',
    'delete globalThis.Math',
    'Math = 1',
    'Atomics = class {}',
    'delete globalThis.Atomics',
    'Object.defineProperty(globalThis, "Uint8Array", { get: () => ({}), configurable: true })',
    'RegExp.escape = 1; Error.isError = 1; Map.prototype.getOrInsert = 1; Uint8Array.fromBase64 = 1',
    'Object.freeze(globalThis)',
    'Object.preventExtensions(globalThis)',
    'WebAssembly = {}',
    'globalThis.WebAssembly = {}',
    'Object.defineProperty(globalThis, "WebAssembly", { get() { throw 1; }, configurable: true })',
    'globalThis.SharedArrayBuffer = 1',
    'globalThis.Float16Array = class {}',
    'Reflect.ownKeys = Reflect.isExtensible = Reflect.getOwnPropertyDescriptor = () => []; Object.freeze(Error)',
  ])('may have changed what V8 adds to: %s', (code) => {
    const runtime = runtimeOf(`globalThis.kept = [1]; ${code}`);
    expect(runtime.eval('kept[0] + 1')).toBe(2);
    expect(errorOf(() => runtime.eval('null.x'), JavaScriptError).name).toBe('TypeError');
    expectUsable(runtime);
  });

  it('may have left a global object that nothing can be added to', () => {
    const snapshot = snapshotOf('globalThis.kept = [1]; Object.freeze(globalThis);');
    const runtime = makeRuntime({ snapshot, enableConsole: () => undefined, enableTimers: true });
    expect(runtime.eval('kept[0] + 1')).toBe(2);
    expect(errorOf(() => runtime.bindFunction('late', () => 1), JavaScriptError).name).toBe('TypeError');
    expectUsable(runtime);
  });

  // On Node 20 the scripts would print again, and need a console.
  it.runIf(isOfV8)('keeps the console of the builder, mute where the runtime has none', () => {
    const said: unknown[][] = [];
    const sink = (level: string, args: unknown[]) => said.push([level, ...args]);
    const snapshot = snapshotOf('const { log } = console; log("built"); function say(x) { log(x); }', {
      enableConsole: sink,
    });
    expect(said.splice(0)).toEqual([['log', 'built']]);
    makeRuntime({ snapshot, enableConsole: sink }).eval('say(1)');
    expect(said.splice(0)).toEqual([['log', 1]]);
    makeRuntime({ snapshot }).eval('say(2)');
    expect(said).toEqual([]);
  });
});

describe('SnapshotBuilder', () => {
  it('runs its bootstrap script first, and takes what throws for an error of that script', () => {
    using builder = new SnapshotBuilder({ bootstrap: 'let n = 1;' });
    const error = errorOf(() => builder.executeScript('bad.js', 'n = 2; null.x'), JavaScriptError);
    expect(error.frames[0]).toMatchObject({ fileName: 'bad.js', lineNumber: 1 });
    errorOf(() => builder.executeScript('worse.js', 'n ='), JavaScriptError);
    builder.executeScript('good.js', 'n += 10;');
    const n = makeRuntime({ snapshot: builder.build() }).eval('n');
    // What a script has done before it threw is not run again.
    expect(n).toBe(isOfV8 ? 12 : 11);
    errorOf(() => new SnapshotBuilder({ bootstrap: 'throw 1' }), JavaScriptError);
  });

  it('runs continuations, and gives no value to the host', () => {
    const snapshot = snapshotOf('var n = 0; Promise.resolve().then(() => n++); Symbol("can not cross")');
    expect(makeRuntime({ snapshot }).eval('n')).toBe(1);
  });

  it('holds scripts to its limits', () => {
    using slow = new SnapshotBuilder({ timeout: 50 });
    errorOf(() => slow.executeScript('loop.js', 'for (;;);'), TimeoutError);
    slow.executeScript('fine.js', 'var fine = 1;');
    expect(makeRuntime({ snapshot: slow.build() }).eval('fine')).toBe(1);
    using large = new SnapshotBuilder({ maxHeapSize: 16 * mebibyte });
    const grow = 'const all = []; for (;;) all.push({});';
    errorOf(() => large.executeScript('grow.js', grow), HeapLimitError);
    errorOf(() => large.build(), HeapLimitError);
    expect(large.isClosed()).toBe(true);
  });

  it('is closed by build and close, and what holds nothing can be made again', () => {
    const built = new SnapshotBuilder();
    const { length } = built.build();
    expect(length).toBeGreaterThan(0);
    const closed = new SnapshotBuilder();
    closed.close();
    closed.close();
    for (const builder of [built, closed]) {
      expect(builder.isClosed()).toBe(true);
      errorOf(() => builder.build(), RuntimeClosedError);
      errorOf(() => builder.executeScript('a.js', '1'), RuntimeClosedError);
    }
  });

  it('refuses wrong arguments before anything starts', () => {
    expectInvalidArgument(() => new SnapshotBuilder({ bootstrap: 1 as never }), /bootstrap/);
    expectInvalidArgument(() => new SnapshotBuilder({ timers: true } as never), /unknown option/);
    expect(() => new SnapshotBuilder({ maxHeapSize: 1 })).toThrow(RangeError);
    using builder = new SnapshotBuilder();
    expectInvalidArgument(() => builder.executeScript('', '1'), /name/);
    expectInvalidArgument(() => builder.executeScript('a', 1 as never), /source/);
    const snapshot = builder.build();
    expectInvalidArgument(() => makeRuntime({ snapshot, bootstrap: '1' }), /exclude/);
    expectInvalidArgument(() => makeRuntime({ snapshot: 'bytes' as never }), /Uint8Array/);
  });
});

describe('bytes that are no snapshot of this build', () => {
  it('are a SnapshotError, wherever they are cut or changed', () => {
    const good = snapshotOf('var x = 1;');
    const wrong: Uint8Array[] = [new Uint8Array(), new Uint8Array(100), Buffer.from('isolet snapshot\n')];
    for (let i = 0; i <= 40; i++) wrong.push(good.subarray(0, Math.floor((good.length - 1) * (i / 40))));
    for (let i = 0; i < 200; i++) {
      const changed = good.slice();
      const place = Math.floor(((good.length - 1) * i) / 199);
      changed.set([(changed[place] ?? 0) ^ (1 << (i % 8))], place);
      wrong.push(changed);
    }
    for (const snapshot of wrong) {
      expect(errorOf(() => makeRuntime({ snapshot }), SnapshotError).code).toBe('ERR_SNAPSHOT');
    }
    expect(makeRuntime({ snapshot: good }).eval('x')).toBe(1);
  });

  it('may be changed once a runtime has been made of them', () => {
    const snapshot = snapshotOf('var x = 1;');
    const runtime = makeRuntime({ snapshot });
    snapshot.fill(0);
    expect(runtime.eval('x')).toBe(1);
  });
});

it.skipIf(!isOfV8)("is V8's own also where the host has set flags since the package was loaded", async () => {
  const script = `
    live();
    require('node:v8').setFlagsFromString('--expose-gc');
    const builder = new isolet.SnapshotBuilder();
    builder.executeScript('a.js', 'globalThis.drawn = Math.random()');
    const snapshot = builder.build();
    builder.close();
    const drawn = [1, 2].map(() => {
      const runtime = new Runtime({ snapshot });
      const value = runtime.eval('drawn');
      runtime.close();
      return value;
    });
    console.log(drawn[0] === drawn[1]);
  `;
  await expectChild(script, ['true']);
});
