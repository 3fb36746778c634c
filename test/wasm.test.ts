import { DataCloneError, JavaScriptError, type JsFunction, type Runtime, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';
import { body, moduleOf, section, text, vector } from './support/wasm.js';

checkReleases();

const [i32, funcType, voidBlock, local] = [0x7f, 0x60, 0x40, 0x20];

/** Imports the function `host.f`; what each export does is next to its code. */
const bytes = moduleOf(
  section(
    1,
    vector([
      [funcType, 1, i32, 1, i32],
      [funcType, 0, 0],
      [funcType, 2, i32, i32, 1, i32],
    ]),
  ),
  section(2, vector([[...text('host'), ...text('f'), 0, 0]])),
  section(3, vector([[0], [1], [1], [2], [0], [1]])),
  section(5, vector([[0, 1]])),
  section(
    7,
    vector([
      [...text('callHost'), 0, 1],
      [...text('spin'), 0, 2],
      [...text('trap'), 0, 3],
      [...text('divide'), 0, 4],
      [...text('load'), 0, 5],
      [...text('recurse'), 0, 6],
      [...text('memory'), 2, 0],
    ]),
  ),
  section(
    10,
    vector([
      body([local, 0, 0x10, 0]), // f(x)
      body([0x03, voidBlock, 0x0c, 0, 0x0b]), // a loop without end
      body([0x00]), // unreachable
      body([local, 0, local, 1, 0x6d]), // x / y
      body([local, 0, 0x28, 2, 0]), // memory[x]
      body([0x10, 6]), // itself
    ]),
  ),
);
const damaged = bytes.slice(0, -3);

/** A runtime that has the bytes as `wasm.bytes`, a host function `f` that doubles, and an instance's exports as `x`. */
function makeWasmRuntime(timeout = 10_000): Runtime {
  const runtime = makeRuntime({ timeout, maxHeapSize: 64 * 1024 * 1024 });
  runtime.bindObject('wasm', { bytes });
  runtime.bindFunction('f', (x: number) => x * 2);
  runtime.eval(
    'const x = new WebAssembly.Instance(new WebAssembly.Module(wasm.bytes), { host: { f } }).exports',
    { timeout: 10_000 },
  );
  return runtime;
}

describe('a module is compiled and instantiated', () => {
  it.each<[how: string, code: string]>([
    [
      'sync',
      '(bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { f } }).exports.divide(84, 2)',
    ],
    [
      'by compile',
      '(bytes) => WebAssembly.compile(bytes).then((m) => new WebAssembly.Instance(m, { host: { f } }).exports.divide(84, 2))',
    ],
    [
      'by instantiate of bytes',
      '(bytes) => WebAssembly.instantiate(bytes, { host: { f } }).then(({ instance }) => instance.exports.divide(84, 2))',
    ],
    [
      'by instantiate of a module',
      '(bytes) => WebAssembly.instantiate(new WebAssembly.Module(bytes), { host: { f } }).then((i) => i.exports.divide(84, 2))',
    ],
  ])('%s, from bytes that were bound and from arguments', async (_, code) => {
    const runtime = makeWasmRuntime();
    expect(await runtime.evalAsync(`(${code})(wasm.bytes)`)).toBe(42);
    expect(runtime.eval(`(${code})(wasm.bytes)`)).toBe(42);
    const make = runtime.eval<JsFunction<[Uint8Array | ArrayBuffer], number>>(code);
    expect(await make.callAsync(bytes)).toBe(42);
    expect(await make.callAsync(bytes.buffer)).toBe(42);
    expect(await make.callAsync(Buffer.from(bytes))).toBe(42);
    expectUsable(runtime);
  });

  it('of which the plugin can tell imports and exports', () => {
    const runtime = makeWasmRuntime();
    runtime.eval('const module = new WebAssembly.Module(wasm.bytes)');
    expect(runtime.eval('WebAssembly.Module.imports(module)')).toEqual([
      { module: 'host', name: 'f', kind: 'function' },
    ]);
    expect(runtime.eval('WebAssembly.Module.exports(module).map((e) => e.name).join()')).toBe(
      'callHost,spin,trap,divide,load,recurse,memory',
    );
    expect(runtime.eval('typeof WebAssembly.instantiateStreaming')).toBe('undefined');
  });

  it('or is found to be none', () => {
    const runtime = makeWasmRuntime();
    const validate = runtime.eval<JsFunction<[unknown], boolean>>('(b) => WebAssembly.validate(b)');
    expect(runtime.eval('WebAssembly.validate(wasm.bytes)')).toBe(true);
    expect(validate(damaged)).toBe(false);
    expect(validate(new Uint8Array())).toBe(false);
    expect(errorOf(() => validate('text'), JavaScriptError).name).toBe('TypeError');
  });
});

describe('an import', () => {
  it('may be a host function', () => {
    const runtime = makeRuntime({ timeout: 10_000 });
    const seen: number[] = [];
    runtime.bindObject('host', {
      bytes,
      f: (x: number) => {
        seen.push(x);
        return x + 1;
      },
    });
    runtime.eval(
      'const { exports } = new WebAssembly.Instance(new WebAssembly.Module(host.bytes), { host })',
    );
    expect(runtime.eval('[exports.callHost(5), exports.callHost(-7)]')).toStrictEqual([6, -6]);
    expect(seen).toStrictEqual([5, -7]);
    expect(runtime.getStats().hostCallCount).toBe(2);
  });

  it('that throws at the host throws through the module, and is the cause', () => {
    const runtime = makeWasmRuntime();
    const failure = new RangeError('no luck');
    runtime.bindFunction('fails', () => {
      throw failure;
    });
    runtime.eval(
      'const y = new WebAssembly.Instance(new WebAssembly.Module(wasm.bytes), { host: { f: fails } }).exports',
    );
    expect(runtime.eval('try { y.callHost(1) } catch (e) { [e instanceof RangeError, e.message] }')).toEqual([
      true,
      'no luck',
    ]);
    const error = errorOf(() => runtime.eval('y.callHost(1)'), JavaScriptError);
    expect(error).toMatchObject({ name: 'RangeError', message: 'no luck' });
    expect(error.cause).toBe(failure);
    expectUsable(runtime);
  });

  it('may call the runtime, and the module, again', () => {
    const runtime = makeWasmRuntime();
    runtime.bindFunction('again', (n: number): number =>
      n === 0 ? 0 : runtime.eval<number>(`z.callHost(${n - 1})`) + 1,
    );
    runtime.eval(
      'const z = new WebAssembly.Instance(new WebAssembly.Module(wasm.bytes), { host: { f: again } }).exports',
    );
    expect(runtime.eval('z.callHost(5)')).toBe(5);
  });
});

describe('an export', () => {
  it('is a function of the plugin at the host', async () => {
    const runtime = makeWasmRuntime();
    const { divide, callHost } = runtime.eval<Record<'divide' | 'callHost', JsFunction<number[], number>>>(
      '({ divide: x.divide, callHost: x.callHost })',
    );
    expect(divide(7, 2)).toBe(3);
    expect(callHost(4)).toBe(8);
    expect(await callHost.callAsync(21)).toBe(42);
  });

  it('is bytes, if it is the buffer of a memory; memories and modules cannot cross', () => {
    const runtime = makeWasmRuntime();
    const buffer = runtime.eval<ArrayBuffer>('new Uint8Array(x.memory.buffer)[3] = 7; x.memory.buffer');
    expect([buffer.byteLength, new Uint8Array(buffer)[3]]).toStrictEqual([65_536, 7]);
    expect(errorOf(() => runtime.eval('x.memory'), DataCloneError).path).toBe('result');
    errorOf(() => runtime.eval('new WebAssembly.Module(wasm.bytes)'), DataCloneError);
    expectUsable(runtime);
  });
});

describe('errors', () => {
  it.each<[name: string, code: string]>([
    ['CompileError', 'new WebAssembly.Module(wasm.bytes.slice(0, -3))'],
    ['CompileError', 'WebAssembly.compile(wasm.bytes.slice(0, -3))'],
    ['CompileError', 'WebAssembly.instantiate(new Uint8Array(8))'],
    ['LinkError', 'new WebAssembly.Instance(new WebAssembly.Module(wasm.bytes), { host: { f: 1 } })'],
    ['LinkError', 'WebAssembly.instantiate(wasm.bytes, { host: {} })'],
    ['TypeError', 'WebAssembly.instantiate(wasm.bytes)'],
    ['RuntimeError', 'x.trap()'],
    ['RuntimeError', 'x.divide(1, 0)'],
    ['RuntimeError', 'x.load(1e9)'],
    ['RangeError', 'x.recurse()'],
  ])('are JavaScriptErrors by their name: %s of %s', async (name, code) => {
    const runtime = makeWasmRuntime();
    for (const error of [
      errorOf(() => runtime.eval(code), JavaScriptError),
      await rejectionOf(runtime.evalAsync(code), JavaScriptError),
    ]) {
      expect(error).toMatchObject({ name, code: 'ERR_JAVASCRIPT' });
      expect(error.message).not.toBe('');
    }
    expect(runtime.eval(`(async () => ${code})().catch((e) => e.name)`)).toBe(name);
    expectUsable(runtime);
  });

  it('are told of what is no bytes', async () => {
    const runtime = makeWasmRuntime();
    for (const code of [
      'WebAssembly.compile("text")',
      'WebAssembly.instantiate()',
      'WebAssembly.validate(5)',
    ]) {
      expect(await rejectionOf(runtime.evalAsync(code), JavaScriptError)).toMatchObject({
        name: 'TypeError',
      });
    }
    expectUsable(runtime);
  });

  it('have frames of the module in their stack', () => {
    const runtime = makeWasmRuntime();
    const error = errorOf(() => runtime.eval('x.trap()', { filename: 'plugin.js' }), JavaScriptError);
    expect(error.frames.map(({ fileName }) => fileName)).toStrictEqual([
      expect.stringMatching(/^wasm:/),
      'plugin.js',
    ]);
    expect(error.stack).toContain('wasm-function');
  });
});

describe('a loop without end in a module', () => {
  it.each<[what: string, run: (runtime: Runtime) => Promise<unknown>]>([
    ['a script', async (runtime) => runtime.eval('x.spin()')],
    ['an async script', (runtime) => runtime.evalAsync('x.spin()')],
    ['a continuation', (runtime) => runtime.evalAsync('(async () => { await null; x.spin(); })()')],
    ['a function', async (runtime) => runtime.eval<JsFunction>('() => x.spin()')()],
    ['an export itself', (runtime) => runtime.eval<JsFunction>('x.spin').callAsync()],
  ])('ends with the timeout of %s', async (_, run) => {
    const runtime = makeWasmRuntime(100);
    const error = await rejectionOf(run(runtime), TimeoutError);
    expect(error).toMatchObject({ kind: 'wall', limit: 100 });
    expectUsable(runtime);
    expect(runtime.eval('x.divide(84, 2)')).toBe(42);
  });

  it('ends with the limit of the CPU, too', () => {
    const runtime = makeWasmRuntime();
    const error = errorOf(() => runtime.eval('x.spin()', { cpuTimeout: 50 }), TimeoutError);
    expect(error).toMatchObject({ kind: 'cpu', limit: 50 });
    expectUsable(runtime);
  });
});
