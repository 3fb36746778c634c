// Functions of WebAssembly that end in a call of another (return_call): no loop, no growing stack.
import { JavaScriptError, type JsFunction, type Runtime, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime, toBegin } from './support/runtimes.js';
import { body, moduleOf, section, text, vector } from './support/wasm.js';

checkReleases();

const [i32, funcType, local, call, returnCall] = [0x7f, 0x60, 0x20, 0x10, 0x12];

/** Imports `host.f` and `host.start`; what each export does is next to its code. */
const bytes = moduleOf(
  section(
    1,
    vector([
      [funcType, 1, i32, 1, i32],
      [funcType, 0, 0],
      [funcType, 2, i32, i32, 1, i32],
    ]),
  ),
  section(
    2,
    vector([
      [...text('host'), ...text('f'), 0, 0],
      [...text('host'), ...text('start'), 3, i32, 0],
    ]),
  ),
  section(3, vector([[1], [1], [1], [1], [1], [2], [0], [1], [0]])),
  section(4, vector([[0x70, 0, 1]])),
  section(6, vector([[i32, 0, 0x41, 7, 0x0b]])),
  section(
    7,
    vector([
      [...text('self'), 0, 1],
      [...text('ping'), 0, 2],
      [...text('indirect'), 0, 4],
      [...text('unreached'), 0, 5],
      [...text('sum'), 0, 6],
      [...text('host'), 0, 7],
      [...text('globals'), 0, 9],
    ]),
  ),
  section(9, vector([[0, 0x41, 0, 0x0b, 1, 4]])),
  section(
    10,
    vector([
      body([returnCall, 1]),
      body([returnCall, 3]),
      body([returnCall, 2]),
      body([0x41, 0, 0x13, 1, 0]), // of what the table has: this
      body([returnCall, 5, call, 8]), // a call that nothing comes to
      // sum(n, total): n === 0 ? total : sum(n - 1, total + n)
      body([
        ...[local, 0, 0x45, 0x04, 0x40, local, 1, 0x0f, 0x0b],
        ...[local, 0, 0x41, 1, 0x6b, local, 1, local, 0, 0x6a, returnCall, 6],
      ]),
      body([local, 0, returnCall, 0]), // f(x)
      body([]),
      body([0x23, 0, 0x23, 1, 0x6a, local, 0, 0x6a]), // start + 7 + x
    ]),
  ),
);

/** Of functions without declared form: `return_call_ref`, of itself. */
const byReference = moduleOf(
  section(1, vector([[funcType, 0, 0]])),
  section(3, vector([[0]])),
  section(7, vector([[...text('f'), 0, 0]])),
  section(9, vector([[3, 0, 1, 0]])),
  section(10, vector([body([0xd2, 0, 0x15, 0])])),
);

function makeTailCaller(): Runtime {
  const runtime = makeRuntime({ timeout: 10_000 });
  runtime.bindObject('wasm', { bytes, byReference });
  runtime.bindFunction('f', (x: number) => x * 2);
  runtime.eval(`
    const module = new WebAssembly.Module(wasm.bytes);
    const x = new WebAssembly.Instance(module, { host: { f, start: 30 } }).exports`);
  return runtime;
}

describe('a function that ends in a call', () => {
  it('computes as ever, without a stack that grows', () => {
    const runtime = makeTailCaller();
    expect(runtime.eval('x.sum(1_000_000, 0)')).toBe(1_784_293_664);
    expect(runtime.eval('x.host(21)')).toBe(42);
    expect(runtime.eval('x.globals(5)')).toBe(42);
  });

  it('is in a module that shows no more than was written', () => {
    const runtime = makeTailCaller();
    expect(runtime.eval('WebAssembly.Module.exports(module).map(({ name }) => name)')).toStrictEqual([
      ...['self', 'ping', 'indirect', 'unreached', 'sum', 'host', 'globals'],
    ]);
    expect(runtime.eval('WebAssembly.Module.imports(module).length')).toBe(2);
    expect(runtime.eval('WebAssembly.validate(wasm.bytes)')).toBe(true);
  });

  it('is refused where a section comes twice', () => {
    const runtime = makeTailCaller();
    const twice = moduleOf(
      section(1, vector([[funcType, 0, 0]])),
      section(3, vector([[0]])),
      section(10, [1, 1, 0x0b]),
      section(10, vector([body([returnCall, 0])])),
    );
    expect(runtime.eval<JsFunction>('(bytes) => WebAssembly.validate(bytes)')(twice)).toBe(false);
    expectUsable(runtime);
  });

  it('is refused with the rest of a module that is malformed', () => {
    const runtime = makeTailCaller();
    const damaged = 'const damaged = wasm.bytes.slice(); damaged[11] = 0x33;';
    const code = `{ ${damaged} new WebAssembly.Module(damaged); }`;
    expect(errorOf(() => runtime.eval(code), JavaScriptError).name).toBe('CompileError');
    expect(runtime.eval(`{ ${damaged} WebAssembly.validate(damaged); }`)).toBe(false);
    expectUsable(runtime);
  });
});

describe('a circle of calls', () => {
  it.each(['self', 'ping', 'indirect', 'unreached'])('ends with its timeout: %s', (name) => {
    const runtime = makeTailCaller();
    const error = errorOf(() => runtime.eval(`x.${name}()`, { timeout: toBegin }), TimeoutError);
    expect(error).toMatchObject({ kind: 'wall', limit: toBegin });
    expectUsable(runtime);
  });

  it.each<[what: string, module: Uint8Array]>([
    [
      'behind a select of 257 types, which are one to V8',
      moduleOf(
        section(1, vector([[funcType, 0, 0]])),
        section(3, vector([[0]])),
        section(7, vector([[...text('f'), 0, 0]])),
        section(10, [
          ...[1, 0x8c, 2, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x1c, 0x81, 2, i32, 0x1a, returnCall, 0],
          ...Array<number>(253).fill(1),
          0x0b,
        ]),
      ),
    ],
    [
      'behind the import of a tag, with numbers that are longer than they need to be',
      moduleOf(
        section(1, vector([[funcType, 0, 0]])),
        section(
          2,
          vector([
            [...text('host'), ...text('tag'), 4, 0x80, 0, 0],
            [...text('host'), ...text('run'), 0, 0],
          ]),
        ),
        section(3, vector([[0], [0]])),
        section(7, vector([[...text('f'), 0, 1]])),
        section(10, vector([body([returnCall, 1]), body([])])),
      ),
    ],
  ])('ends with its timeout %s', (_, bytes) => {
    const runtime = makeRuntime({ timeout: toBegin });
    runtime.eval('const host = { tag: new WebAssembly.Tag({ parameters: [] }), run() {} }');
    const run = runtime.eval<JsFunction>(
      '(bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes), { host }).exports.f()',
    );
    errorOf(() => run(bytes), TimeoutError);
    expectUsable(runtime);
  });

  it('by reference ends, too, where there are references', () => {
    const runtime = makeTailCaller();
    if (!runtime.eval('WebAssembly.validate(wasm.byReference)')) return;
    const code = 'new WebAssembly.Instance(new WebAssembly.Module(wasm.byReference)).exports.f()';
    errorOf(() => runtime.eval(code, { timeout: toBegin }), TimeoutError);
    expectUsable(runtime);
  });
});
