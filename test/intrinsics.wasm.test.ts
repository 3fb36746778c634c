import { HeapLimitError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const MiB = 2 ** 20;
const empty = 'new Uint8Array([0,97,115,109,1,0,0,0])';
/** Defines a memory of 8 MiB, "m", and a function, "f", that does nothing. */
const withMemory =
  'new Uint8Array([0,97,115,109,1,0,0,0, 1,4,1,96,0,0, 3,2,1,0, 5,4,1,0,128,1, 7,9,2,1,109,2,0,1,102,0,0, 10,4,1,2,0,11])';
/** The same memory; puts a function into an imported table, "a.t", and then traps in its start function. */
const thatTraps =
  'new Uint8Array([0,97,115,109,1,0,0,0, 1,4,1,96,0,0, 2,9,1,1,97,1,116,1,112,0,1, 3,2,1,0, 5,4,1,0,128,1, 8,1,0, 9,7,1,0,65,0,11,1,0, 10,5,1,3,0,0,11])';

describe('what asynchronous compilation settles to', () => {
  // A value put in the place of the module or the instance had been taken for it, which ended the host.
  it.each([
    [
      'module on the prototype of modules',
      `WebAssembly.Module.prototype.module = 1; WebAssembly.compile(${empty})`,
    ],
    ['module on Object.prototype', `Object.prototype.module = 1; WebAssembly.compile(${empty})`],
    ['instance on Object.prototype', `Object.prototype.instance = 1; WebAssembly.instantiate(${withMemory})`],
    [
      'then of modules',
      `WebAssembly.Module.prototype.then = (r) => r({ module: 1 }); WebAssembly.compile(${empty})`,
    ],
    [
      'then of all objects',
      `Object.prototype.then = function (r) { delete Object.prototype.then; r({ module: 1, instance: 2 }); }; WebAssembly.instantiate(${withMemory})`,
    ],
    [
      'a proxy',
      `WebAssembly.Module.prototype.then = (r) => r(new Proxy({}, { get() { throw null; } })); WebAssembly.compile(${empty})`,
    ],
    [
      'the class of promises',
      `Promise.prototype.constructor = { get [Symbol.species]() { throw null; } }; WebAssembly.compile(${empty})`,
    ],
  ])('may be changed by %s, and the runtime goes on', (_, code) => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    expect(runtime.eval(`${code}; 1`)).toBe(1);
    expectUsable(runtime);
  });

  it('is there for a sync call, after the code that asked for it', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    expect(
      runtime.eval(`(async () => {
        const order = [];
        const module = WebAssembly.compile(${withMemory}).then((m) => { order.push('compiled'); return m; });
        order.push('asked');
        const bytes = ${withMemory};
        const both = WebAssembly.instantiate(bytes, {});
        bytes.fill(0);
        const { instance } = await both;
        const second = await WebAssembly.instantiate(await module);
        return [...order, instance.exports.f(), second instanceof WebAssembly.Instance, Object.keys(await both).join()];
      })()`),
    ).toEqual(['asked', 'compiled', undefined, true, 'module,instance']);
  });

  it('is an error of the right class', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    expect(
      runtime.eval(`Promise.all([
        WebAssembly.compile(new Uint8Array(8)).catch((e) => e instanceof WebAssembly.CompileError),
        WebAssembly.instantiate(${thatTraps}, {}).catch((e) => e instanceof TypeError),
        WebAssembly.instantiate(${thatTraps}, { a: { t: 1 } }).catch((e) => e instanceof WebAssembly.LinkError),
        WebAssembly.instantiate(${thatTraps}, { a: { t: new WebAssembly.Table({ initial: 1, element: 'anyfunc' }) } })
          .catch((e) => e instanceof WebAssembly.RuntimeError),
        WebAssembly.instantiate(${empty}, 1).catch((e) => e instanceof TypeError),
        WebAssembly.instantiate(${empty}, { get a() { throw null; } }).then(() => 'not read'),
      ])`),
    ).toEqual([true, true, true, true, true, 'not read']);
  });
});

describe('the memory of an instance counts', () => {
  const touch =
    'const b = new Uint8Array(exports.m.buffer); for (let j = 0; j < b.length; j += 4096) b[j] = 1;';

  it.each([
    ['its memory', `${touch} kept.push(exports.m);`],
    ['the buffer of its memory', `${touch} kept.push(exports.m.buffer);`],
    ['a function of it', `${touch} kept.push(exports.f);`],
  ])('as long as %s is kept', (_, keep) => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    const code = `const kept = [], bytes = ${withMemory};
      for (let i = 0; i < 60; i++) { const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes)); ${keep} }`;
    errorOf(() => runtime.eval(code), HeapLimitError);
  });

  it.each([
    ['instantiate', `${touch} kept.push(exports.m);`],
    [
      'instantiate, with a getter in the way',
      `Object.defineProperty(Object.prototype, 'instance', { get: () => ({}), configurable: true }); ${touch} kept.push(exports.m);`,
    ],
  ])('where it comes from %s', (_, keep) => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    const code = `(async () => { const kept = [], bytes = ${withMemory};
      for (let i = 0; i < 60; i++) { const { exports } = (await WebAssembly.instantiate(bytes)).instance; ${keep} } })()`;
    errorOf(() => runtime.eval(code), HeapLimitError);
  });

  it('where its instantiation fails after a function of it has got out', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    const code = `const kept = [], module = new WebAssembly.Module(${thatTraps});
      for (let i = 0; i < 60; i++) {
        const t = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
        kept.push(t);
        try { new WebAssembly.Instance(module, { a: { t } }); } catch (e) { if (!(e instanceof WebAssembly.RuntimeError)) throw e; }
      }`;
    errorOf(() => runtime.eval(code), HeapLimitError);
  });

  it('no longer once nothing of it is kept', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    const code = `for (let i = 0; i < 100; i++) { const { exports } = new WebAssembly.Instance(new WebAssembly.Module(${withMemory})); ${touch} } 1`;
    expect(runtime.eval(code)).toBe(1);
    expectUsable(runtime);
  });
});

it('modules without end are a RangeError before the process has no mappings left', () => {
  const runtime = makeRuntime({ timeout: 60_000 });
  const code = `{
    const kept = [];
    const bytes = (i) => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 0, 6, 1, 110, i, i >> 8, i >> 16, i >> 24]);
    let thrown;
    try { for (let i = 0; i < 10_000; i++) kept.push(new WebAssembly.Module(bytes(i))); } catch (error) { thrown = error; }
    [thrown?.name, kept.length > 500];
  }`;
  expect(runtime.eval(code)).toStrictEqual(['RangeError', true]);
  expectUsable(runtime);
});
