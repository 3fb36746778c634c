import { HeapLimitError, JavaScriptError, type JsFunction, type Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const MiB = 2 ** 20;
const limit = 64 * MiB;
const limited = (): Runtime => makeRuntime({ maxHeapSize: limit, timeout: 20_000 });

/** A module that defines a memory of one page without a maximum, and exports `grow(pages)`. */
const growing =
  'new Uint8Array([0,97,115,109,1,0,0,0, 1,6,1,96,1,127,1,127, 3,2,1,0, 5,3,1,0,1, 7,8,1,4,103,114,111,119,0,0, 10,8,1,6,0,32,0,64,0,11])';

/** What the engine says when memory is refused, and the runtime lives on. */
function expectRefused(runtime: Runtime, code: string): void {
  const error = errorOf(() => runtime.eval(code), JavaScriptError);
  expect(error.name).toBe('RangeError');
  expectUsable(runtime);
}

describe('memory outside the heap ends a runtime that takes all of it', () => {
  it.each([
    ['resizable buffers', 'for (;;) all.push(new ArrayBuffer(1e6, { maxByteLength: 2e6 }))'],
    [
      'buffers that grow',
      'for (;;) { const b = new ArrayBuffer(1, { maxByteLength: 4e6 }); b.resize(4e6); all.push(b); }',
    ],
    ['shared buffers', 'for (;;) all.push(new SharedArrayBuffer(1e6))'],
    [
      'shared buffers that grow',
      'for (;;) { const b = new SharedArrayBuffer(1, { maxByteLength: 4e6 }); b.grow(4e6); all.push(b); }',
    ],
    ['WebAssembly memories', 'for (;;) all.push(new WebAssembly.Memory({ initial: 10, maximum: 10 }))'],
    [
      'WebAssembly instances',
      `const m = new WebAssembly.Module(${growing}); for (;;) all.push(new WebAssembly.Instance(m))`,
    ],
    [
      // With a section of 8 KiB that means nothing: small ones run out of reservations first.
      'WebAssembly modules',
      `const bytes = new Uint8Array([...${growing}, 0, 128, 64, 1, 110, ...new Array(8190).fill(0)]);
       for (;;) all.push(new WebAssembly.Module(bytes))`,
    ],
    ['date formats', 'for (;;) all.push(new Intl.DateTimeFormat("de", { dateStyle: "full" }))'],
    ['date formats made without new', 'for (;;) all.push(Intl.DateTimeFormat("de", { dateStyle: "full" }))'],
    ['date formats of a class', 'class F extends Intl.DateTimeFormat {} for (;;) all.push(new F("de"))'],
    [
      'segmented texts',
      'const s = new Intl.Segmenter(), t = "word ".repeat(2e5); for (;;) all.push(s.segment(t))',
    ],
    [
      'iterators of a segmented text',
      'const s = new Intl.Segmenter().segment("word ".repeat(2e5)); for (;;) all.push(s[Symbol.iterator]())',
    ],
  ])('%s', (_, code) => {
    const runtime = limited();
    const error = errorOf(() => runtime.eval(`const all = []; ${code}`), HeapLimitError);
    expect(error.limit).toBe(limit);
    expect(error.used).toBeLessThanOrEqual(2 * limit);
    expect(runtime.isClosed()).toBe(true);
  });

  it('WebAssembly instances made asynchronously', async () => {
    const runtime = limited();
    const code = `(async () => { const all = []; for (;;) all.push(await WebAssembly.instantiate(${growing})); })()`;
    await rejectionOf(runtime.evalAsync(code), HeapLimitError);
    expect(runtime.isClosed()).toBe(true);
  });
});

describe('memory outside the heap that is garbage', () => {
  it.each([
    ['resizable buffers', 'new ArrayBuffer(1e6, { maxByteLength: 2e6 })'],
    ['shared buffers that grow', 'new SharedArrayBuffer(1, { maxByteLength: 4e6 }).grow(4e6)'],
    ['WebAssembly memories', 'new WebAssembly.Memory({ initial: 10, maximum: 10 })'],
    ['WebAssembly instances', `new WebAssembly.Instance(new WebAssembly.Module(${growing})).exports.grow(9)`],
    ['date formats', 'new Intl.DateTimeFormat("de", { dateStyle: "full" }).formatRange(0, 1e12)'],
    ['segmented texts', 'new Intl.Segmenter().segment("word ".repeat(2e5))[Symbol.iterator]().next()'],
  ])('makes room for more: %s', (_, code) => {
    const runtime = limited();
    expect(runtime.eval(`for (let i = 0; i < 200; i++) ${code}; "all"`)).toBe('all');
    expectUsable(runtime);
  });
});

describe('one request that can’t fit', () => {
  it.each([
    ['a resizable buffer', 'new ArrayBuffer(1e8, { maxByteLength: 1e9 })'],
    ['a buffer that grows', 'new ArrayBuffer(1, { maxByteLength: 1e9 }).resize(1e8)'],
    ['a shared buffer that grows', 'new SharedArrayBuffer(1, { maxByteLength: 1e9 }).grow(1e8)'],
    ['a WebAssembly memory', 'new WebAssembly.Memory({ initial: 10_000 })'],
  ])('is refused: %s', (_, code) => {
    expectRefused(limited(), code);
  });

  it('WebAssembly memory can’t grow past its part of the limit, from inside or outside', () => {
    const runtime = limited();
    expect(
      runtime.eval(`{
        const { grow } = new WebAssembly.Instance(new WebAssembly.Module(${growing})).exports;
        [grow(100), grow(60_000), grow(1)];
      }`),
    ).toStrictEqual([1, -1, 101]);
    expectRefused(runtime, 'new WebAssembly.Memory({ initial: 1, maximum: 65536 }).grow(60_000)');
  });
});

describe('what stands for the engine’s own functions', () => {
  it('works as they do', () => {
    const runtime = limited();
    const code = `{
      class Sub extends ArrayBuffer { get twice() { return 2 * this.byteLength; } }
      const sub = new Sub(8, { maxByteLength: 16 });
      sub.resize(12);
      [
        sub instanceof Sub, sub.constructor === Sub, sub.twice, sub.resizable, sub.maxByteLength,
        new ArrayBuffer(5).slice(1).byteLength, new Uint8Array(3).buffer.constructor === ArrayBuffer,
        ArrayBuffer.name, ArrayBuffer.length, String(ArrayBuffer), ArrayBuffer[Symbol.species] === ArrayBuffer,
        Object.keys(ArrayBuffer), Reflect.ownKeys(ArrayBuffer).includes('isView'),
        new WebAssembly.Memory({ initial: 1 }).buffer.byteLength,
      ];
    }`;
    expect(runtime.eval(code)).toStrictEqual([
      ...[true, true, 24, true, 16, 4, true, 'ArrayBuffer', 1, 'function () { [native code] }'],
      ...[true, [], true, 65536],
    ]);
    for (const wrong of [
      'ArrayBuffer(8)',
      'new ArrayBuffer(-1)',
      'new ArrayBuffer(1, { maxByteLength: 0 })',
    ]) {
      const plain = errorOf(() => makeRuntime().eval(wrong), JavaScriptError);
      const error = errorOf(() => runtime.eval(wrong), JavaScriptError);
      expect([error.name, error.message]).toStrictEqual([plain.name, plain.message]);
    }
    expectUsable(runtime);
  });

  it('leaves no way to the originals', () => {
    const runtime = limited();
    const code = `{
      const found = [
        new Uint8Array(1).buffer.constructor, Object.getPrototypeOf(new ArrayBuffer(1)).constructor,
        structuredCloneLike(), ArrayBuffer.prototype.constructor,
      ];
      function structuredCloneLike() { return new DataView(new ArrayBuffer(1)).buffer.slice(0).constructor; }
      const wasm = [
        [WebAssembly.Memory, new WebAssembly.Memory({ initial: 1 })],
        [WebAssembly.Module, new WebAssembly.Module(${growing})],
      ];
      [found.every((f) => f === ArrayBuffer), wasm.every(([c, o]) => o.constructor === c && Object.getPrototypeOf(o) === c.prototype)];
    }`;
    expect(runtime.eval(code)).toStrictEqual([true, true]);
  });

  it('runs hostile getters and conversions like any code', () => {
    const runtime = limited();
    const spin = '{ get maxByteLength() { for (;;); } }';
    expect(() => runtime.eval(`new ArrayBuffer(1, ${spin})`, { timeout: 50 })).toThrow(
      /timed out|timeout|50 ms/,
    );
    expect(() =>
      runtime.eval('new WebAssembly.Memory({ get initial() { for (;;); } })', { timeout: 50 }),
    ).toThrow(/timed out|timeout|50 ms/);
    const error = errorOf(
      () => runtime.eval('new ArrayBuffer({ valueOf() { throw null; } }, { maxByteLength: 9 })'),
      JavaScriptError,
    );
    expect(error.value).toBe(null);
    expect(
      runtime.eval(`{
        const b = new ArrayBuffer(10, { maxByteLength: 1000 });
        b.resize({ valueOf() { b.resize(500); return 20; } });
        b.byteLength;
      }`),
    ).toBe(20);
    expectUsable(runtime);
  });
});

describe('WebAssembly under a limit', () => {
  it('compiles and runs, at once and later', async () => {
    const runtime = limited();
    const code = `(async () => {
      const module = await WebAssembly.compile(${growing});
      const one = await WebAssembly.instantiate(module);
      const { instance } = await WebAssembly.instantiate(${growing});
      return [module instanceof WebAssembly.Module, one.exports.grow(2), instance.exports.grow(3)];
    })()`;
    expect(await runtime.evalAsync(code)).toStrictEqual([true, 1, 1]);
    expectUsable(runtime);
  });

  it.each([
    ['noise', 'new Uint8Array([1, 2, 3])', 'CompileError'],
    ['an unknown section', 'new Uint8Array([0,97,115,109,1,0,0,0,77,1,0])', 'CompileError'],
    ['a cut module', `${growing}.slice(0, 25)`, 'CompileError'],
    ['no bytes', '5', 'TypeError'],
  ])('refuses %s', async (_, bytes, name) => {
    const runtime = limited();
    expect(errorOf(() => runtime.eval(`new WebAssembly.Module(${bytes})`), JavaScriptError).name).toBe(name);
    for (const call of ['compile', 'instantiate']) {
      const code = `WebAssembly.${call}(${bytes}).catch((e) => [e.name, e instanceof (WebAssembly[e.name] ?? globalThis[e.name])])`;
      expect(await runtime.evalAsync(code)).toStrictEqual([name, true]);
    }
    expectUsable(runtime);
  });

  it('may be left in the middle of compiling', async () => {
    await expectChild(
      `
      for (let i = 0; i < 200; i++) {
        const runtime = new Runtime(i % 2 ? { maxHeapSize: ${limit} } : {});
        runtime.evalAsync(\`WebAssembly.instantiate(${growing}).then(() => WebAssembly.compile(${growing}))\`).catch(() => {});
        if (i % 3) runtime.eval('1');
        runtime.close();
      }
      console.log('through', awaitThreads(0), JSON.stringify(live()));
      `,
      ['through true {"runtimes":0,"threads":0,"handles":0,"lost":0}'],
    );
  });
});

describe('code from strings', () => {
  it('is bounded under a heap limit, and stays what it was below the bound', async () => {
    const runtime = limited();
    expect(
      runtime.eval('[eval("1 + 1"), new Function("a", "return a * 2")(21), (0, eval)("typeof x")]'),
    ).toStrictEqual([2, 42, 'undefined']);
    expect(runtime.eval('eval("0" + "+1".repeat(9e5))')).toBe(9e5);
    const many = '"[" + "()=>1,".repeat(1e6) + "]"';
    for (const code of [
      `eval(${many})`,
      `(0, eval)(${many})`,
      `new Function(${many})`,
      `new (async () => {}).constructor(${many})`,
    ]) {
      expect(errorOf(() => runtime.eval(code), JavaScriptError).name).toBe('EvalError');
    }
    expect(runtime.eval('eval({ length: 1e9 }).length')).toBe(1e9);
    expectUsable(runtime);
  });

  it('is bounded for timers', () => {
    const runtime = makeRuntime({ maxHeapSize: limit, timeout: 20_000, enableTimers: true });
    const code = 'setTimeout("globalThis.ran = " + JSON.stringify("x".repeat(1e6)))';
    expect(runtime.eval(`${code}; new Promise((resolve) => setTimeout(() => resolve(ran.length)))`)).toBe(
      1e6,
    );
    for (const name of ['setTimeout', 'setInterval']) {
      const error = errorOf(() => runtime.eval(`${name}("[" + "()=>1,".repeat(1e6) + "]")`), JavaScriptError);
      expect(error.name).toBe('EvalError');
    }
    expectUsable(runtime);
  });

  it('is not bounded without one, nor is what the host runs', () => {
    const sum = `0${'+1'.repeat(2e6)}`;
    expect(makeRuntime().eval('eval("0" + "+1".repeat(2e6))')).toBe(2e6);
    expect(limited().eval(sum)).toBe(2e6);
  });
});

it('functions that hold memory keep it charged until they go', () => {
  const runtime = limited();
  const make = runtime.eval<JsFunction>(
    '() => { const b = new ArrayBuffer(1e7, { maxByteLength: 2e7 }); return () => b.byteLength; }',
  );
  const held = [1, 2, 3].map(() => make() as JsFunction);
  expect(held.map((size) => size())).toStrictEqual([1e7, 1e7, 1e7]);
  expect(runtime.getStats().externalMemoryBytes).toBeGreaterThanOrEqual(3e7);
  for (const size of held) size.close();
  // Room for as much again and more: what was held is garbage now.
  expect([1, 2, 3, 4, 5].map(() => (make() as JsFunction)())).toStrictEqual([1e7, 1e7, 1e7, 1e7, 1e7]);
  expectUsable(runtime);
});
