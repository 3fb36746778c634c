import { HeapLimitError, JavaScriptError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild, runChild } from './support/child.js';
import { errorOf, reasonOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** What the engine and ICU hold outside the heap, or once for the process: found by attacks, each in the way it was found. */

const maxHeapSize = 32 << 20;

describe('a WebAssembly memory whose size is no number', () => {
  it.each([
    ['a text', '{ initial: 0, maximum: "10000" }'],
    ['an object', '{ initial: 0, maximum: { valueOf: () => 10000 } }'],
    ['a text, shared', '{ initial: 0, maximum: "10000", shared: {} }'],
  ])('is bounded as any other: %s', (_, descriptor) => {
    const runtime = makeRuntime({ maxHeapSize, timeout: 5000 });
    runtime.eval(`var memory = new WebAssembly.Memory(${descriptor})`);
    expect(errorOf(() => runtime.eval('memory.grow(9000)'), JavaScriptError).name).toBe('RangeError');
    expect(runtime.eval('memory.grow(1)')).toBe(0);
    expectUsable(runtime);
  });

  it('is refused where it starts too large', () => {
    const runtime = makeRuntime({ maxHeapSize, timeout: 5000 });
    const make = () => runtime.eval('new WebAssembly.Memory({ initial: "10000", maximum: "10000" })');
    expect(errorOf(make, JavaScriptError).name).toBe('RangeError');
    expectUsable(runtime);
  });

  it('is what it says, converted once', () => {
    const runtime = makeRuntime({ maxHeapSize, timeout: 5000 });
    const code =
      'let read = 0; const m = new WebAssembly.Memory({ get initial() { read++; return "1"; }, maximum: "3", shared: 1 }); [read, m.buffer.byteLength, m.buffer instanceof SharedArrayBuffer, m.grow(2)]';
    expect(runtime.eval(code)).toStrictEqual([1, 65_536, true, 1]);
    expect(errorOf(() => runtime.eval('m.grow(1)'), JavaScriptError).name).toBe('RangeError');
  });
});

describe('objects of Intl that hold much outside the heap', () => {
  it.each([
    ['names of fields', 'new Intl.DisplayNames("en", { type: "dateTimeField" })'],
    [
      'formats of ranges',
      '(() => { const f = new Intl.NumberFormat("en", { style: "unit", unit: "liter", unitDisplay: "long" }); f.formatRange(1, 2); return f; })()',
    ],
  ])('end the runtime that keeps them: %s', (_, make) => {
    const runtime = makeRuntime({ maxHeapSize, timeout: 20_000 });
    const keep = `const kept = []; for (let i = 0; i < 700; i++) kept.push(${make}); kept.length`;
    expect(errorOf(() => runtime.eval(keep), HeapLimitError).limit).toBe(maxHeapSize);
  });

  it('may have any name of a locale, but not all of them', async () => {
    const script = `
      const endless = 'let i = 0; try { for (;;) new Intl.Locale("en-x2" + (i++).toString(36).padStart(6, "0")); } catch (e) { [e.name, i] }';
      let last = Infinity;
      for (let round = 0; round < 3; round++) {
        const runtime = new Runtime({ maxHeapSize: ${maxHeapSize}, timeout: 60_000 });
        const [name, count] = runtime.eval(endless.replace('x2', 'x' + round));
        console.log(name, count > 1000, count < last);
        last = count;
        const honest = new Runtime({ maxHeapSize: ${maxHeapSize}, timeout: 60_000 });
        console.log(honest.eval('new Intl.Locale("en-US").toString() + new Intl.Locale("en", { region: "US" }).region'));
        runtime.close();
        honest.close();
      }
    `;
    await expectChild(script, Array(3).fill(['RangeError true true', 'en-USUS']).flat());
  });
});

it('a stack trace without end is one of as many frames as there are', async () => {
  const script = `
    for (const limit of ['Infinity', '2 ** 31 - 1', '1.43e9', '7e8', '-Infinity', 'NaN']) {
      const runtime = new Runtime({ timeout: 60_000 });
      console.log(runtime.eval('Error.stackTraceLimit = ' + limit + '; function f() { return new Error("x"); } typeof f().stack'));
      console.log(codeOf(() => runtime.eval('null.x')), codeOf(() => runtime.eval('(')), codeOf(() => runtime.eval('(function g() { g(); })()')));
      runtime.close();
    }
  `;
  const lines = ['string', 'ERR_JAVASCRIPT ERR_JAVASCRIPT ERR_JAVASCRIPT'];
  const { stdout, code, signal } = await runChild(script);
  expect({ code, signal }).toStrictEqual({ code: 0, signal: null });
  const seen = stdout.split('\n').slice(0, -1);
  expect(seen.filter((_, i) => i % 2 === 1)).toStrictEqual(Array(6).fill(lines[1]));
});

describe('memory that ends while WebAssembly is instantiated', () => {
  // (module (import "m" "m" (global i32))), and one that has a start function.
  const module =
    'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 2, 8, 1, 1, 109, 1, 109, 3, 127, 0]))';

  it('ends the runtime, and the process ends by itself', async () => {
    const script = `
      const runtime = new Runtime({ maxHeapSize: ${maxHeapSize}, timeout: 60_000 });
      const code = ${JSON.stringify(`const m = ${module}; new WebAssembly.Instance(m, { m: { get m() { const a = []; for (;;) a.push(new Array(1000).fill(1)); } } })`)};
      console.log(codeOf(() => runtime.eval(code)));
      console.log(new Runtime().eval('1 + 1'));
      process.exitCode = 5;
    `;
    await expectChild(script, ['ERR_HEAP_LIMIT', '2'], { code: 5 });
  });
});

it.each([
  [
    'of Atomics.waitAsync',
    'Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(8)), 0, 0, 1).value.then(grow); new Promise(() => {})',
  ],
  [
    'of finalization',
    'const f = new FinalizationRegistry(grow); for (let i = 0; i < 1e4; i++) f.register({}, 1); (async () => { for (;;) { await later(); new Array(1e5).fill(1.1); } })()',
  ],
])('memory that ends in a task of the engine, %s, ends the runtime with its thread', async (_, code) => {
  for (let round = 0; round < 30; round++) {
    const runtime = makeRuntime({ maxHeapSize: 16 << 20, timeout: 60_000 });
    runtime.bindFunction('later', () => new Promise<void>((resolve) => setImmediate(resolve)));
    runtime.eval('const grow = () => { const a = []; for (;;) a.push(new Array(1000).fill(1.1)); };');
    expect(await reasonOf(runtime.evalAsync(code, { timeout: 2000 }))).toMatchObject({
      code: expect.stringMatching(/^ERR_(HEAP_LIMIT|TIMEOUT)$/),
    });
    runtime.close();
  }
});

describe('a module that makes the compilers hold gigabytes', () => {
  const making = `
    const leb = (n) => { const out = []; do { out.push((n & 127) | (n > 127 ? 128 : 0)); n >>>= 7; } while (n); return out; };
    const section = (id, content) => [id, ...leb(content.length), ...content];
    const repeated = (n, part) => new Array(n).fill(part).flat();
    const ifs = (n) => repeated(n, [0x20, 0, 0x04, 0x40, 0x0b]);
    const moduleOf = (variables, code) => {
      const body = [1, ...leb(variables), 0x7f, ...code, 0x0b];
      return new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, ...section(1, [1, 0x60, 0, 0]), ...section(3, [1, 0]),
        ...section(7, [1, 1, 102, 0, 0]), ...section(10, [1, ...leb(body.length), ...body])]);
    };`;
  const running = 'new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f()';

  it.each([
    ['variables and blocks', 'moduleOf(49_000, ifs(20_000))'],
    [
      'values on the stack and blocks',
      'moduleOf(1, [...repeated(20_000, [0x41, 0]), ...ifs(15_000), ...repeated(20_000, [0x1a])])',
    ],
    // Their optimization, which takes minutes, would hold up the end of the process.
    [
      'loops in loops',
      'moduleOf(1, [...repeated(2_000, [0x03, 0x40]), ...repeated(2_000, [0x20, 0, 0x0d, 0, 0x0b])])',
    ],
  ])('is refused: %s', (_, bytes) => {
    const runtime = makeRuntime({ maxHeapSize, timeout: 60_000 });
    expect(
      errorOf(() => runtime.eval(`{${making} const bytes = ${bytes}; ${running} }`), JavaScriptError).name,
    ).toBe('RangeError');
    expect(runtime.eval(`{${making} WebAssembly.validate(${bytes}) }`)).toBe(false);
    expectUsable(runtime);
  });

  it('is not one of a few hundred variables and thousands of blocks', () => {
    const runtime = makeRuntime({ maxHeapSize, timeout: 60_000 });
    expect(runtime.eval(`{${making} const bytes = moduleOf(300, ifs(5_000)); ${running}; 'ran' }`)).toBe(
      'ran',
    );
  });
});

it('a module of large structures counts with the code that they make', () => {
  const runtime = makeRuntime({ maxHeapSize, timeout: 20_000 });
  const code = `
    const leb = (n) => { const out = []; do { out.push((n & 127) | (n > 127 ? 128 : 0)); n >>>= 7; } while (n); return out; };
    const section = (id, content) => [id, ...leb(content.length), ...content];
    const fields = 2000, made = 5000;
    const types = [2, 0x5f, ...leb(fields), ...new Array(fields).fill([0x7e, 1]).flat(), 0x60, 0, 0];
    const body = [0, ...new Array(made).fill([0xfb, 1, 0, 0x1a]).flat(), 0x0b];
    const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, ...section(1, types), ...section(3, [1, 1]),
      ...section(7, [1, 1, 102, 0, 0]), ...section(10, [1, ...leb(body.length), ...body])]);
    new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f()`;
  // Where the engine has no structures, it can't read the module.
  expect(['RangeError', 'CompileError']).toContain(errorOf(() => runtime.eval(code), JavaScriptError).name);
  expectUsable(runtime);
});
