import { DataCloneError, type JsFunction } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** Makes the element at `index` of `list` an accessor that changes the list, and gives 1. */
const onRead = `const onRead = (list, index, change) => Object.defineProperty(list, index,
  { enumerable: true, configurable: true, get() { change(list); return 1; } });`;
/** A property that makes the change when it is read, and gives 1. */
const reading = (change: string) => `get x() { ${change}; return 1; }`;

/** An array of a length with these elements; the rest are holes. */
const holey = (length: number, ...elements: unknown[]) => Object.assign(new Array(length), elements);

/** The body of a function that makes a value, and what crosses of it: the length is that of the beginning. */
const changing: [what: string, body: string, crossed: unknown][] = [
  ['an array that grows', 'return onRead([0, 2, 3], 0, (a) => a.push(4));', [1, 2, 3]],
  ['an array that grows without end', 'const more = (a) => onRead(a, a.length, more); return more([]);', [1]],
  ['an array that shrinks', 'return onRead([0, 2, 3], 0, (a) => { a.length = 1; });', holey(3, 1)],
  [
    'an array that shrinks while an object in it is read',
    `const a = [{ ${reading('a.length = 0')} }, 2, 3]; return a;`,
    holey(3, { x: 1 }),
  ],
  [
    'an array whose later elements are replaced',
    `const a = [{ ${reading('a[1] = [5]')} }, 2]; return a;`,
    [{ x: 1 }, [5]],
  ],
  [
    'a long array that grows',
    'return onRead(Array(100).fill(2), 0, (a) => { for (let i = 0; i < 1e5; i++) a.push(i); });',
    [1, ...Array(99).fill(2)],
  ],
  [
    'a long array that shrinks',
    'return onRead(Array(100).fill(2), 0, (a) => { a.length = 1; });',
    holey(100, 1),
  ],
  [
    'a sparse array that shrinks',
    'const a = onRead([], 0, (a) => { a.length = 1; }); a[1000] = 2; a.length = 5000; return a;',
    Object.assign(holey(5000, 1), { 1000: undefined }),
  ],
  [
    'a proxied array of growing length',
    'let n = 2; return new Proxy([1, 2], { get: (t, key) => (key === "length" ? n++ : t[key]) });',
    [1, 2],
  ],
  [
    'a map that is emptied and filled',
    `const m = new Map(); m.set({ ${reading('m.clear(); m.set(9, 9)')} }, 2).set(3, 4); return m;`,
    new Map<unknown, unknown>().set({ x: 1 }, 2).set(3, 4),
  ],
  [
    'a map that grows',
    `const m = new Map([[0, { ${reading('for (let i = 0; i < 1e5; i++) m.set(i, i)')} }]]); return m;`,
    new Map([[0, { x: 1 }]]),
  ],
  [
    'a set that is emptied and filled',
    `const s = new Set(); s.add({ ${reading('s.clear(); s.add(9)')} }).add(3); return s;`,
    new Set([{ x: 1 }, 3]),
  ],
  [
    'a set that grows',
    `const s = new Set([{ ${reading('for (let i = 0; i < 1e5; i++) s.add(i)')} }]); return s;`,
    new Set([{ x: 1 }]),
  ],
  [
    'an object that loses a key, and gets others',
    `const o = { ${reading('delete o.gone; o.more = 1; o.changed = 2')}, gone: 1, changed: 1 }; return o;`,
    { x: 1, gone: undefined, changed: 2 },
  ],
  [
    'a container that an inner value empties',
    `const o = { list: [{ ${reading('o.list = 0; o.map.clear()')} }, 2], map: new Map([[1, 2]]) }; return o;`,
    { list: [{ x: 1 }, 2], map: new Map() },
  ],
];

const bufferOf = (...bytes: number[]) => Uint8Array.from(bytes).buffer;

/** The same of buffers, which a value may show twice: as they are when each is met. */
const resizing: [what: string, body: string, crossed: unknown][] = [
  [
    'grows',
    `return { b, ${reading('b.resize(4)')}, v: new Uint8Array(b) };`,
    { b: bufferOf(7, 7), x: 1, v: Uint8Array.of(7, 7, 0, 0) },
  ],
  [
    'grows under a view of it',
    `return { v: new Uint8Array(b), ${reading('b.resize(4)')}, w: new Int8Array(b), b };`,
    { v: Uint8Array.of(7, 7), x: 1, w: Int8Array.of(7, 7, 0, 0), b: bufferOf(7, 7) },
  ],
  [
    'grows and is used further',
    `const v = new Uint8Array(b); return [b, { ${reading('b.resize(4)')} }, v, { v }, new DataView(b, 0, 1), 5];`,
    [
      ...[bufferOf(7, 7), { x: 1 }, Uint8Array.of(7, 7, 0, 0), { v: Uint8Array.of(7, 7, 0, 0) }],
      ...[new DataView(bufferOf(7, 7), 0, 1), 5],
    ],
  ],
  [
    'shrinks',
    `return { b, ${reading('b.resize(1)')}, v: new Uint8Array(b) };`,
    { b: bufferOf(7, 7), x: 1, v: Uint8Array.of(7) },
  ],
  [
    'shrinks away from under a view',
    `const v = new Uint8Array(b, 1, 1); return { ${reading('b.resize(0)')}, v, b };`,
    { x: 1, v: new Uint8Array(0), b: bufferOf() },
  ],
];
const resizable = 'const b = new ArrayBuffer(2, { maxByteLength: 4 }); new Uint8Array(b).fill(7);';

const all = [
  ...changing.map(([what, body, crossed]) => [what, `${onRead} ${body}`, crossed] as const),
  ...resizing.map(
    ([what, body, crossed]) => [`a buffer that ${what}`, `${resizable} ${body}`, crossed] as const,
  ),
];

describe('a value that changes while it is read', () => {
  it.each(all)('crosses to the host: %s', (_, body, crossed) => {
    const runtime = makeRuntime();
    const make = `(() => { ${body} })()`;
    const received: unknown[] = [];
    runtime.bindFunction('take', (...args: unknown[]) => void received.push(...args));
    expect(runtime.eval(make)).toStrictEqual(crossed);
    runtime.eval(`take(${make}, "last")`);
    expect(received).toStrictEqual([crossed, 'last']);
    expectUsable(runtime);
  });

  it.each(all)('crosses to the plugin: %s', (_, body, crossed) => {
    const runtime = makeRuntime();
    const make = new Function(body);
    expect(runtime.eval<JsFunction>('(...args) => args')(make(), 'last')).toStrictEqual([crossed, 'last']);
    runtime.bindFunction('give', () => make());
    expect(runtime.eval('give()')).toStrictEqual(crossed);
    expectUsable(runtime);
  });

  const detaching = `const memory = new WebAssembly.Memory({ initial: 1 });
    const v = new Uint8Array(memory.buffer, 0, 1); return { ${reading('memory.grow(1)')}, v };`;

  it('is refused once its buffer is detached', () => {
    const runtime = makeRuntime();
    const toHost = errorOf(() => runtime.eval(`(() => { ${detaching} })()`), DataCloneError);
    expect(toHost.path).toBe('result.v');
    const take = runtime.eval<JsFunction>('(value) => value');
    expect(errorOf(() => take(new Function(detaching)()), DataCloneError).path).toBe('arguments[0].v');
    expectUsable(runtime);
  });

  it('may be a later argument that an earlier one changes', () => {
    const runtime = makeRuntime();
    const make = `const list = [1], first = { ${reading('list.push(2)')} }; return [first, list];`;
    const received: unknown[] = [];
    runtime.bindFunction('take', (...args: unknown[]) => void received.push(...args));
    runtime.eval(`take(...(() => { ${make} })())`);
    expect(received).toStrictEqual([{ x: 1 }, [1, 2]]);
    const count = runtime.eval<JsFunction>('(...args) => args');
    expect(count(...new Function(make)())).toStrictEqual([{ x: 1 }, [1, 2]]);
  });
});
