import { describe, expect, it } from 'vitest';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

/** The value of a function body, as it arrives at the host. */
function returned<T>(body: string): T {
  return makeRuntime().eval<T>(`(() => { ${body} })()`);
}

describe('objects', () => {
  it.each<[body: string, value: unknown]>([
    ['return {}', {}],
    ['return { a: 1, b: { c: [undefined, null] } }', { a: 1, b: { c: [undefined, null] } }],
    [
      'return { "": 1, "a b": 2, "日本": 3, 0: 4, "-1": 5, 4294967295: 6 }',
      { '': 1, 'a b': 2, 日本: 3, 0: 4, '-1': 5, 4294967295: 6 },
    ],
    ['return { x: undefined }', { x: undefined }],
    ['return new (class Point { x = 1; #hidden = 2; get y() { return 3; } z() {} })()', { x: 1 }],
    ['return Object.assign(Object.create(null), { a: 1 })', { a: 1 }],
    [
      'return Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true }, hidden: { value: 3 } })',
      { own: 2 },
    ],
    ['return { [Symbol("s")]: 1, [Symbol.iterator]: 2, a: 3 }', { a: 3 }],
    ['return Object.freeze({ a: Object.freeze([1]) })', { a: [1] }],
    [
      'return { constructor: 1, toString: 2, hasOwnProperty: 3, toJSON: 4 }',
      { constructor: 1, toString: 2, hasOwnProperty: 3, toJSON: 4 },
    ],
    ['return new Proxy({ a: 1, b: [2] }, {})', { a: 1, b: [2] }],
    [
      'return new Proxy([1, 2], { get: (target, key) => key === "1" ? "trapped" : target[key] })',
      [1, 'trapped'],
    ],
  ])('%s', (body, value) => {
    expect(returned(body)).toStrictEqual(value);
  });

  it('keep the order of their keys', () => {
    expect(Object.keys(returned<object>('return { b: 1, a: 2, 10: 3, 9: 4 }'))).toStrictEqual([
      '9',
      '10',
      'b',
      'a',
    ]);
  });

  it('of a proxy are what its traps say, each asked once', () => {
    const value = returned<{ data: object; asked: string[] }>(`
      const asked = [];
      const handler = {
        ownKeys: () => ['x', 'y'],
        getOwnPropertyDescriptor: () => ({ value: 0, enumerable: true, configurable: true }),
        get: (_, key) => { asked.push(key); return key + '!'; },
      };
      return { data: new Proxy({}, handler), asked };
    `);
    expect(value.data).toStrictEqual({ x: 'x!', y: 'y!' });
    expect(value.asked).toStrictEqual(['x', 'y']);
  });

  it('have each accessor read once', () => {
    const runtime = makeRuntime();
    runtime.eval('var reads = 0; var o = { get a() { reads += 1; return { n: reads }; } }; 0');
    expect(runtime.eval('({ first: o, again: o })')).toStrictEqual({
      first: { a: { n: 1 } },
      again: { a: { n: 1 } },
    });
    expect(runtime.eval('reads')).toBe(1);
  });

  it('never get a prototype from a property named __proto__', () => {
    const makers = [
      `return JSON.parse('{"__proto__": {"evil": true}, "a": 1}')`,
      'return Object.defineProperty({ a: 1 }, "__proto__", { value: { evil: true }, enumerable: true })',
      'return { a: 1, ["__proto__"]: { evil: true } }',
    ];
    for (const body of makers) {
      const value = returned<Record<string, unknown>>(body);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.getOwnPropertyDescriptor(value, '__proto__')).toStrictEqual({
        ...{ value: { evil: true }, writable: true, enumerable: true, configurable: true },
      });
      expect([value.a, value.evil]).toStrictEqual([1, undefined]);
    }
    const error = returned<Error>(
      'return Object.defineProperty(new Error("x"), "__proto__", { value: { evil: 1 }, enumerable: true })',
    );
    expect(Object.getPrototypeOf(error)).toBe(Error.prototype);
    expect(({} as { evil?: unknown }).evil).toBe(undefined);
  });

  it('cross whatever the plugin did to its prototypes', () => {
    const runtime = makeRuntime();
    runtime.eval(`
      var kept = { m: new Map([[1, new Set([2])]]), d: new Date(5), e: [new Uint8Array([1, 2]), , 'x'], r: /a/g };
      const bad = () => { throw new Error('patched'); };
      const types = [Object, Array, Map, Set, Date, RegExp, Uint8Array, Uint8Array.__proto__, ArrayBuffer, Function, Promise];
      for (let i = 0; i < types.length; i++) {
        const keys = Reflect.ownKeys(types[i].prototype);
        for (let j = 0; j < keys.length; j++) {
          try { Object.defineProperty(types[i].prototype, keys[j], { get: bad, set: bad }); } catch {}
        }
      }
      Object.defineProperty(Object.prototype, 'then', { get: bad });
      Object.defineProperty(Object.prototype, 'toJSON', { get: bad });
    `);
    expect(runtime.eval('kept')).toStrictEqual({
      ...{ m: new Map([[1, new Set([2])]]), d: new Date(5), r: /a/g },
      // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
      e: [new Uint8Array([1, 2]), , 'x'],
    });
  });

  it('belong to the host, not to the plugin', () => {
    const values = returned<object[]>(
      'return [{}, [], new Map, new Set, new Date, /a/, new Error, new Uint8Array(1), new ArrayBuffer(1)]',
    );
    const types = [Object, Array, Map, Set, Date, RegExp, Error, Uint8Array, ArrayBuffer];
    expect(values).toHaveLength(types.length);
    for (const [index, type] of types.entries()) {
      expect(Object.getPrototypeOf(values[index]) === type.prototype, type.name).toBe(true);
    }
  });
});

describe('arrays', () => {
  it('keep holes apart from undefined', () => {
    const value = returned<unknown[]>('return [1, , undefined, , 5]');
    expect(value).toHaveLength(5);
    expect(Object.keys(value)).toStrictEqual(['0', '2', '4']);
  });

  it.each([
    'Object.defineProperty(Array.prototype, i, { value: "patched" })',
    'Array.prototype[i] = "patched"',
    'Array.prototype[i] = undefined',
    'Object.prototype[i] = { patched: true }',
    'Object.defineProperty(Array.prototype, i, { get() { reads += 1; return () => "patched"; } })',
    'Object.defineProperty(Object.prototype, i, { get() { throw new Error("read"); }, enumerable: true })',
  ])('keep holes whatever they read as: %s', (patch) => {
    const runtime = makeRuntime();
    runtime.bindFunction('keysOf', (value: object) => Object.keys(value));
    runtime.eval(`
      var reads = 0;
      const long = Array.from({ length: 100 }, (_, i) => i);
      delete long[70];
      for (const i of [1, 70]) ${patch};
      0
    `);
    const list = runtime.eval<unknown[][]>(`[
      [0, , 2], [{}, , () => 1], [0, ,], new Array(2), class extends Array {}.from([0, 1, 2]).fill(3),
      long, Object.assign([0, , 2], { name: 'a' }),
    ]`);
    const keys = (length: number, ...holes: number[]) =>
      Array.from({ length }, (_, i) => i)
        .filter((i) => !holes.includes(i))
        .map(String);
    const wanted = [keys(3, 1), keys(3, 1), ['0'], [], keys(3), keys(100, 70), ['0', '2', 'name']];
    expect(list.map((value) => Object.keys(value))).toStrictEqual(wanted);
    expect(list.map((value) => value.length)).toStrictEqual([3, 3, 2, 2, 3, 100, 3]);
    expect(runtime.eval('keysOf([0, , 2])')).toStrictEqual(['0', '2']);
    expect(runtime.eval('keysOf(long)')).toStrictEqual(keys(100, 70));
    expect(runtime.eval('reads')).toBe(0);
  });

  it('keep holes that a getter makes while they are read', () => {
    const value = returned<unknown[]>(`
      const array = [0, 1, 2];
      Object.defineProperty(array, 0, { get() { delete array[1]; array.length = 2; return 'first'; } });
      return array;
    `);
    expect(value).toHaveLength(3);
    expect(Object.entries(value)).toStrictEqual([['0', 'first']]);
  });

  it('keep their length when nothing is in them', () => {
    const value = returned<unknown[]>('return new Array(100_000)');
    expect(value).toHaveLength(100_000);
    expect(Object.keys(value)).toStrictEqual([]);
  });

  it('keep a length far beyond what is in them', () => {
    const value = returned<unknown[]>('const a = []; a[4294967294 - 1] = "last"; return a');
    expect(value).toHaveLength(4294967294);
    expect(Object.entries(value)).toStrictEqual([['4294967293', 'last']]);
  });

  it('keep properties that are no elements', () => {
    const value = returned<unknown[] & { extra: unknown }>(
      'return Object.assign([1, 2], { extra: { deep: 1 } })',
    );
    expect([...value]).toStrictEqual([1, 2]);
    expect(value.extra).toStrictEqual({ deep: 1 });
  });

  it.each([
    ['small integers', 'i', (i: number) => i],
    ['doubles', 'i + 0.5', (i: number) => i + 0.5],
    ['strings', '"s" + i', (i: number) => `s${i}`],
    [
      'all sorts',
      '[i, i + 0.5, "s" + i, null, undefined, i % 2 === 0][i % 6]',
      (i: number) => [i, i + 0.5, `s${i}`, null, undefined, i % 2 === 0][i % 6],
    ],
  ])('of 200,000 %s', (_, element, wanted) => {
    const value = returned<unknown[]>(`return Array.from({ length: 200_000 }, (_, i) => ${element})`);
    expect(value).toHaveLength(200_000);
    expect(value.every((entry, i) => Object.is(entry, wanted(i)))).toBe(true);
  });

  it('of 10,000 records', () => {
    const value = returned<object[]>(
      'return Array.from({ length: 10_000 }, (_, id) => ({ id, name: "n" + id, tags: ["a", id] }))',
    );
    expect(value).toStrictEqual(
      Array.from({ length: 10_000 }, (_, id) => ({ id, name: `n${id}`, tags: ['a', id] })),
    );
  });
});

describe('references', () => {
  it('to one thing stay references to one thing, whatever it is', () => {
    const makers = [
      '{}',
      '[]',
      'new Map',
      'new Set',
      'new Date',
      '/a/',
      'new Error',
      'new ArrayBuffer(1)',
      'new Uint8Array(2)',
      'Object(1)',
      '() => 1',
    ];
    for (const maker of makers) {
      const [first, second, { third }, map] = returned<
        [object, object, { third: object }, Map<object, object>]
      >(`const x = ${maker}; return [x, x, { third: x }, new Map([[x, x]])]`);
      expect(second, maker).toBe(first);
      expect(third, maker).toBe(first);
      expect(map.get(first), maker).toBe(first);
    }
  });

  it('to equal things stay apart', () => {
    const [first, second] = returned<[object, object]>('return [{ a: 1 }, { a: 1 }]');
    expect(second).not.toBe(first);
  });

  it('may go round', () => {
    const loop = returned<{ self: unknown; list: unknown[] }>(
      'const o = { list: [] }; o.self = o; o.list.push(o, o.list); return o',
    );
    expect(loop.self).toBe(loop);
    expect(loop.list[0]).toBe(loop);
    expect(loop.list[1]).toBe(loop.list);
  });

  it('are not kept from one call to the next', () => {
    const runtime = makeRuntime();
    runtime.eval('var o = {}');
    expect(runtime.eval('o')).not.toBe(runtime.eval('o'));
  });
});
