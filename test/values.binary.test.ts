import { DataCloneError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

type TypedArray = Uint8Array | Float64Array | BigInt64Array;
type TypedArrayConstructor = new (buffer: ArrayBuffer, offset?: number, length?: number) => TypedArray;

/** Every kind of typed array that this Node.js has: Float16Array is in newer ones only. */
const kinds = Reflect.ownKeys(globalThis)
  .map(String)
  .filter((name) => /^(Big)?(Int|Uint|Float)\d+(Clamped)?Array$/.test(name));

function constructorOf(kind: string): TypedArrayConstructor {
  return Reflect.get(globalThis, kind) as TypedArrayConstructor;
}

function bytesOf(view: ArrayBufferView): number[] {
  return [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
}

describe('typed arrays', () => {
  it('are of eleven kinds at least', () => {
    expect(kinds.length).toBeGreaterThanOrEqual(11);
  });

  const filled =
    'const b = new ArrayBuffer(64); const all = new Uint8Array(b); for (let i = 0; i < 64; i++) all[i] = i;';

  it.each(kinds)('%s reaches the host with its bytes', (kind) => {
    const view = makeRuntime().eval<TypedArray>(`${filled} new ${kind}(b, 16, 3)`);
    expect(Object.getPrototypeOf(view) === constructorOf(kind).prototype).toBe(true);
    expect(view).toHaveLength(3);
    expect(bytesOf(view)).toStrictEqual(Array.from({ length: view.byteLength }, (_, i) => 16 + i));
  });

  it.each(kinds)('%s reaches the host with its buffer, if that is in the value', (kind) => {
    const [buffer, view] = makeRuntime().eval<[ArrayBuffer, TypedArray]>(
      `${filled} [b, new ${kind}(b, 16, 3)]`,
    );
    expect([view.buffer === buffer, view.length, view.byteOffset]).toStrictEqual([true, 3, 16]);
    expect([...new Uint8Array(buffer)]).toStrictEqual(Array.from({ length: 64 }, (_, i) => i));
  });

  it.each(kinds)('%s reaches the plugin with its bytes, and its buffer if that is in the value', (kind) => {
    const buffer = Uint8Array.from({ length: 64 }, (_, i) => 255 - i).buffer;
    const view = new (constructorOf(kind))(buffer, 8, 2);
    const runtime = makeRuntime();
    const look = `Object.getPrototypeOf(view) === ${kind}.prototype, view.length,
      Array.from(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)).join()`;
    const bytes = bytesOf(view).join();
    expect(runtime.eval<(v: unknown) => unknown>(`(view) => [${look}]`)(view)).toStrictEqual([
      true,
      2,
      bytes,
    ]);
    const both = runtime.eval<(v: unknown) => unknown>(
      `([b, view]) => [${look}, view.buffer === b, view.byteOffset]`,
    );
    expect(both([buffer, view])).toStrictEqual([true, 2, bytes, true, 8]);
  });

  it.each(kinds)('%s may be empty', (kind) => {
    const runtime = makeRuntime();
    expect(runtime.eval<TypedArray>(`new ${kind}(0)`)).toHaveLength(0);
    expect(
      runtime.eval<(v: unknown) => number>('(v) => v.length')(
        new (constructorOf(kind))(new ArrayBuffer(8), 8),
      ),
    ).toBe(0);
  });

  it('keep values that are easily lost', () => {
    const runtime = makeRuntime();
    const floats = runtime.eval<Float64Array>('new Float64Array([-0, NaN, Infinity, 5e-324])');
    expect([...floats].map((x) => Object.is(x, -0))).toStrictEqual([true, false, false, false]);
    expect([...floats].slice(1)).toStrictEqual([Number.NaN, Number.POSITIVE_INFINITY, 5e-324]);
    expect([...runtime.eval<BigInt64Array>('new BigInt64Array([-1n, 2n ** 63n - 1n])')]).toStrictEqual([
      -1n,
      2n ** 63n - 1n,
    ]);
  });

  it('of a megabyte cross whole, both ways', () => {
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, i) => i * 7);
    const back = makeRuntime().eval<(v: Uint8Array) => Uint8Array>('(v) => v.map((byte) => byte ^ 255)')(
      bytes,
    );
    expect(back).toHaveLength(1 << 20);
    expect(back.every((byte, i) => byte === 255 - ((i * 7) & 255))).toBe(true);
  });
});

describe('a DataView', () => {
  it('keeps what it shows, both ways', () => {
    const runtime = makeRuntime();
    const view = runtime.eval<DataView>(
      'const b = new ArrayBuffer(16); new DataView(b, 4, 8).setInt16(2, -2); new DataView(b, 4, 8)',
    );
    expect(Object.getPrototypeOf(view) === DataView.prototype).toBe(true);
    expect([view.byteLength, view.getInt16(2)]).toStrictEqual([8, -2]);
    const look = runtime.eval<(v: DataView) => unknown>(
      '(v) => [v instanceof DataView, v.byteLength, v.getInt16(2)]',
    );
    expect(look(view)).toStrictEqual([true, 8, -2]);
  });
});

describe('one buffer under several views', () => {
  it('stays one buffer at the host', () => {
    const [buffer, bytes, words, view] = makeRuntime().eval<[ArrayBuffer, Uint8Array, Uint16Array, DataView]>(
      'const b = new ArrayBuffer(16); [b, new Uint8Array(b, 4, 8), new Uint16Array(b, 2, 2), new DataView(b, 6)]',
    );
    for (const each of [bytes, words, view]) expect(each.buffer).toBe(buffer);
    expect([bytes.byteOffset, words.byteOffset, view.byteOffset]).toStrictEqual([4, 2, 6]);
    bytes[2] = 9;
    expect(view.getUint8(0)).toBe(9);
  });

  it.each(['[b, w, v]', '[b, v, w]', '[f, b, w]', '[f, w, v]'])(
    'stays one buffer in either direction once it has crossed itself or under a view of all of it: %s',
    (order) => {
      const runtime = makeRuntime();
      const value = `const b = new ArrayBuffer(16), f = new Uint8Array(b), w = new Uint8Array(b, 4, 8), v = new DataView(b, 6); ${order}`;
      const check = `(list) => {
        const buffer = ArrayBuffer.isView(list[0]) ? list[0].buffer : list[0];
        const offset = (x) => (x instanceof DataView ? 6 : x.length === 8 ? 4 : 0);
        return list.every((x) => x === buffer || (x.buffer === buffer && x.byteOffset === offset(x)));
      }`;
      const list = runtime.eval<unknown[]>(value);
      expect((new Function(`return ${check}`)() as (list: unknown) => boolean)(list), 'at the host').toBe(
        true,
      );
      const own: unknown = new Function(value.replace(order, `return ${order}`))();
      expect(runtime.eval<(list: unknown) => boolean>(check)(own), 'in the plugin').toBe(true);
    },
  );

  // A Node Buffer is such a view, of a pool that holds what others wrote.
  it('is not taken along by a view that shows a part of it', () => {
    const [first, second] = makeRuntime().eval<[Uint8Array, Uint8Array]>(
      'const b = new Uint8Array([1, 2, 3, 4]).buffer; [new Uint8Array(b, 1, 2), new Uint8Array(b, 2, 2)]',
    );
    expect([...first], 'first').toStrictEqual([2, 3]);
    expect([...second], 'second').toStrictEqual([3, 4]);
    expect([first.buffer.byteLength, second.buffer.byteLength]).toStrictEqual([2, 2]);
    expect(first.buffer).not.toBe(second.buffer);
  });
});

describe('what crossed', () => {
  it('is a copy: neither side sees the writes of the other', () => {
    const runtime = makeRuntime();
    const bytes = new Uint8Array([1, 2, 3]);
    runtime.eval<(v: unknown) => void>('var kept; (v) => { kept = v; v[0] = 100; }')(bytes);
    expect([...bytes]).toStrictEqual([1, 2, 3]);
    bytes[1] = 200;
    const back = runtime.eval<Uint8Array>('kept');
    expect([...back]).toStrictEqual([100, 2, 3]);
    back[2] = 50;
    expect(runtime.eval('kept.join()')).toBe('100,2,3');
  });

  it('leaves the sender its buffer', () => {
    const runtime = makeRuntime();
    const buffer = new ArrayBuffer(8);
    runtime.eval<(v: unknown) => void>('(v) => {}')(buffer);
    expect(buffer.byteLength).toBe(8);
    runtime.eval('var own = new ArrayBuffer(8); own');
    expect(runtime.eval('own.byteLength')).toBe(8);
  });
});

describe('a Buffer of Node', () => {
  it('is a Uint8Array in the plugin, with no byte but its own', () => {
    const secret = Buffer.from('the neighbour in the pool');
    const buffer = Buffer.from('mine');
    expect(buffer.buffer.byteLength).toBeGreaterThan(buffer.length);
    const look = makeRuntime().eval<(v: unknown) => unknown>(`(v) => [
      Object.getPrototypeOf(v) === Uint8Array.prototype, String.fromCharCode(...v),
      String.fromCharCode(...new Uint8Array(v.buffer)),
    ]`);
    const [plain, text, everything] = look(buffer) as [boolean, string, string];
    expect([plain, text]).toStrictEqual([true, 'mine']);
    expect(everything).toBe('mine');
    expect(secret.toString()).toBe('the neighbour in the pool');
  });
});

describe('buffers that can change', () => {
  it('resizable ones cross as fixed-length copies', () => {
    const runtime = makeRuntime();
    const code =
      'const b = new ArrayBuffer(4, { maxByteLength: 64 }); new Uint8Array(b).fill(7); [b, new Uint8Array(b), new Uint8Array(b, 1, 2)]';
    const [buffer, tracking, window] = runtime.eval<[ArrayBuffer, Uint8Array, Uint8Array]>(code);
    expect(buffer.byteLength).toBe(4);
    expect(Reflect.get(buffer, 'resizable')).toBe(false);
    expect([...tracking]).toStrictEqual([7, 7, 7, 7]);
    expect([...window]).toStrictEqual([7, 7]);
    expect(tracking.buffer).toBe(buffer);

    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
    const look = runtime.eval<(v: unknown) => unknown>('(v) => [v.resizable, v.byteLength, v.maxByteLength]');
    expect(look(new Resizable(4, { maxByteLength: 64 }))).toStrictEqual([false, 4, 4]);
  });

  it.each(['buffer', 'bytes', 'view'])('detached ones do not cross to the host: %s', (name) => {
    const runtime = makeRuntime();
    // Growing a WebAssembly memory detaches its buffer, on every version of Node.
    runtime.eval(`
      const memory = new WebAssembly.Memory({ initial: 1 });
      const buffer = memory.buffer, bytes = new Uint8Array(buffer), view = new DataView(buffer);
      memory.grow(1);
    `);
    expect(errorOf(() => runtime.eval(`({ list: [0, ${name}] })`), DataCloneError).path).toBe(
      'result.list[1]',
    );
    expectUsable(runtime);
  });

  it('detached ones do not cross to the plugin', () => {
    const runtime = makeRuntime();
    const take = runtime.eval<(v: unknown) => number>('(v) => v.byteLength');
    const buffer = new ArrayBuffer(8);
    const view = new Uint8Array(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    expect(errorOf(() => take(buffer), DataCloneError).path).toBe('arguments[0]');
    expect(errorOf(() => take({ a: view }), DataCloneError).path).toBe('arguments[0].a');
    expectUsable(runtime);
  });

  it('WebAssembly memory crosses as a copy of its bytes', () => {
    const runtime = makeRuntime();
    const buffer = runtime.eval<ArrayBuffer>(
      'const m = new WebAssembly.Memory({ initial: 1 }); new Uint8Array(m.buffer)[5] = 9; m.buffer',
    );
    expect([buffer.byteLength, new Uint8Array(buffer)[5]]).toStrictEqual([65536, 9]);
    expect(runtime.eval('m.buffer.byteLength')).toBe(65536);
  });
});
