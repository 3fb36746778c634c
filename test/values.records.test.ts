import { HeapLimitError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

// Enough for whatever the decoder does with objects shaped alike.
const count = 400;

type Identity = <T>(value: T) => T;

/** There and back, so that both sides decode. */
function crossed<T>(value: T): T {
  const runtime = makeRuntime();
  const same = runtime.eval<Identity>('(value) => value');
  return same(value);
}

const ofEach = <T>(make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const kinds: [what: string, make: (i: number) => unknown][] = [
  ['integers', (i) => ({ id: i, next: i + 1 })],
  ['numbers with a fraction', (i) => ({ id: i + 0.5, half: i / 2 })],
  ['integers, then fractions', (i) => ({ id: i < count / 2 ? i : i + 0.5 })],
  ['fractions, then integers', (i) => ({ id: i < count / 2 ? i + 0.5 : i })],
  ['numbers, then something else', (i) => ({ id: i < count / 2 ? i / 3 : `${i}` })],
  ['-0, NaN and Infinity', (i) => ({ a: [-0, Number.NaN, Number.POSITIVE_INFINITY, i][i % 4] })],
  ['strings', (i) => ({ name: `name ${i}`, wide: `日本${i}` })],
  ['arrays', (i) => ({ id: i, tags: ['a', i, i / 2], none: [] })],
  ['objects', (i) => ({ id: i, inner: { id: i / 2, deep: { id: -i } } })],
  ['undefined and null', (i) => ({ a: undefined, b: i % 2 ? null : i })],
  ['bigints', (i) => ({ id: BigInt(i) })],
  ['dates', (i) => ({ at: new Date(i) })],
  ['two shapes in turns', (i) => (i % 2 ? { a: i, b: i / 2 } : { b: i, a: i / 2 })],
  ['a shape each', (i) => ({ [`key${i}`]: i / 2 })],
  ['no keys', () => ({})],
  ['indices', (i) => ({ 0: i, 1: i / 2, name: i })],
  ['reserved words', (i) => ({ class: i, return: i / 2, constructor: i, toString: 1, hasOwnProperty: 2 })],
  [
    'keys that are no identifiers',
    (i) => ({ 'a b': i, '"': i / 2, '': 3, '\n': 4, "'+x+'": 5, é: 6, 日本: 7 }),
  ],
  ['a key of that name', (i) => JSON.parse(`{"__proto__":${i}.5,"a":1}`)],
  ['a hundred keys', (i) => Object.fromEntries(Array.from({ length: 100 }, (_, k) => [`k${k}`, i + k / 2]))],
];

describe('many objects shaped alike', () => {
  it.each(kinds)('cross with %s', (_, make) => {
    const sent = ofEach(make);
    const received = crossed(sent);
    expect(received).toStrictEqual(sent);
    expect(received.map((one) => Object.keys(one as object))).toStrictEqual(
      sent.map((one) => Object.keys(one as object)),
    );
  });

  it('are each its own', () => {
    const received = crossed(ofEach((i) => ({ id: i, score: i + 0.5, inner: { score: i + 0.25 } })));
    for (const one of received.slice(1)) {
      one.score = 0.125;
      one.inner.score = 0.375;
    }
    expect(received[0]).toStrictEqual({ id: 0, score: 0.5, inner: { score: 0.25 } });
  });

  it('are each its own in the plugin', () => {
    const runtime = makeRuntime();
    const change = runtime.eval<(records: { score: number }[]) => number[]>(
      '(records) => { records[1].score = 7.5; return [records[0].score, records[2].score, records[399].score]; }',
    );
    expect(change(ofEach((i) => ({ score: i + 0.5 })))).toStrictEqual([0.5, 2.5, 399.5]);
  });

  it('refer to what is around them', () => {
    type Node = { id: number; parent?: Node; nodes: Node[] };
    const root: Node = { id: 0.5, nodes: [] };
    root.nodes = ofEach((i) => ({ id: i / 2, parent: root, nodes: [] }));
    const received = crossed(root);
    expect(received.nodes).toHaveLength(count);
    expect(received.nodes.every((one, i) => one.parent === received && one.id === i / 2)).toBe(true);
  });

  it('refer to themselves and to each other', () => {
    type Link = { id: number; self?: Link; last?: Link | undefined };
    const links: Link[] = [];
    for (let i = 0; i < count; i++) {
      const link: Link = { id: i / 2, last: links[i - 1] };
      link.self = link;
      links.push(link);
    }
    const received = crossed(links);
    expect(
      received.every((one, i) => one.self === one && one.last === received[i - 1] && one.id === i / 2),
    ).toBe(true);
  });

  it('are frozen where they are bound, and each its own', () => {
    const runtime = makeRuntime();
    runtime.bindObject('bound', { records: ofEach((i) => ({ id: i, score: i / 2 })) });
    expect(
      runtime.eval(
        'bound.records.every((one, i) => Object.isFrozen(one) && one.id === i && one.score === i / 2)',
      ),
    ).toBe(true);
  });

  it('are made of data alone, whatever the plugin has made of prototypes', () => {
    const runtime = makeRuntime();
    runtime.eval(`
      for (const name of ['id', 'score']) {
        Object.defineProperty(Object.prototype, name, { set() { throw new Error('ran'); }, get() { throw new Error('ran'); } });
      }
      Object.defineProperty(Array.prototype, '0', { set() { throw new Error('ran'); } });
    `);
    const sum = runtime.eval<(records: object[]) => number>(
      '(records) => records.reduce((sum, one) => sum + one.id, 0)',
    );
    expect(sum(ofEach((i) => ({ id: i, score: i / 2 })))).toBe((count * (count - 1)) / 2);
  });
});

describe('one object after another, shaped alike', () => {
  it.each(kinds)('crosses with %s', (_, make) => {
    const runtime = makeRuntime();
    const same = runtime.eval<Identity>('(value) => value');
    for (let i = 0; i < count; i++) {
      const sent = make(i);
      const received = same(sent);
      expect(received).toStrictEqual(sent);
      expect(Object.keys(received as object)).toStrictEqual(Object.keys(sent as object));
    }
  });

  it('crosses with more shapes than are kept', () => {
    const runtime = makeRuntime();
    const same = runtime.eval<Identity>('(value) => value');
    for (let i = 0; i < 40 * count; i++) {
      const sent = { [`a${i % 40}`]: i, b: i / 2 };
      expect(same(sent)).toStrictEqual(sent);
    }
  });

  it('crosses beside others in one value', () => {
    const runtime = makeRuntime();
    const same = runtime.eval<Identity>('(value) => value');
    for (let i = 0; i < count; i++) {
      const shared = { id: i, name: 'shared' };
      const received = same([shared, { id: -i, name: 'other' }, { shared, list: [i] }, shared] as const);
      expect(received).toStrictEqual([shared, { id: -i, name: 'other' }, { shared, list: [i] }, shared]);
      expect(received[3]).toBe(received[0]);
      expect(received[2].shared).toBe(received[0]);
    }
  });

  it('is each its own, and frozen where it is bound', () => {
    const runtime = makeRuntime();
    const kept = runtime.eval<(value: object) => void>(
      'globalThis.all = []; (value) => { all.push(value); }',
    );
    for (let i = 0; i < count; i++) kept({ id: i, half: i / 2 });
    expect(
      runtime.eval(
        'all[0].half = 7.5; all.every(({ id, half }, i) => id === i && (i === 0 || half === i / 2))',
      ),
    ).toBe(true);
    for (let i = 0; i < count; i++) runtime.bindObject(`bound${i}`, { id: i, half: i / 2 });
    const isRight = 'Object.isFrozen(globalThis["bound" + i]) && globalThis["bound" + i].half === i / 2';
    expect(runtime.eval(`Array.from({ length: ${count} }, (_, i) => ${isRight}).every(Boolean)`)).toBe(true);
  });

  it('is made of data alone, whatever the plugin has made of prototypes', () => {
    const runtime = makeRuntime();
    const same = runtime.eval<Identity>('(value) => value');
    for (let i = 0; i < count; i++) {
      if (i === count / 2) {
        runtime.eval(`
          for (const name of ['id', 'score', 'p0', 'p1']) {
            Object.defineProperty(Object.prototype, name, { set() { throw new Error('ran'); }, get() { throw new Error('ran'); } });
          }
          for (const of of [Function.prototype, Object.prototype]) for (const name of ['call', 'apply', 'valueOf']) of[name] = () => { throw new Error('ran'); };
        `);
      }
      expect(same({ id: i, score: i / 2 })).toStrictEqual({ id: i, score: i / 2 });
    }
  });

  it('ends in the heap limit where there is no room for more', () => {
    const runtime = makeRuntime({ maxHeapSize: 16 << 20 });
    const keep = runtime.eval<(value: object) => void>(
      'globalThis.all = []; (value) => { all.push(value); }',
    );
    const fill = () => {
      for (;;) keep({ id: 0.5, name: 'a name', other: 1.25 });
    };
    expect(fill).toThrow(HeapLimitError);
  });
});

describe('data with something in it that runs', () => {
  it.each<[what: string, code: string]>([
    ['getter', '{ get value() { return ++runs; } }'],
    [
      'proxy',
      'new Proxy({}, { ownKeys() { ++runs; return ["value"]; }, getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: () => runs })',
    ],
    ['getter behind plain data', '{ a: [1, { b: 2 }], get value() { return ++runs; } }'],
    [
      'getter on its prototype',
      'Object.create({ get inherited() { return ++runs; } }, { value: { get() { return ++runs; }, enumerable: true } })',
    ],
  ])('runs it once: a %s', (_, code) => {
    const runtime = makeRuntime();
    runtime.eval('let runs = 0');
    expect(runtime.eval(`({ before: [{ x: 1 }], last: ${code} })`)).toMatchObject({ last: { value: 1 } });
    expect(runtime.eval('runs')).toBe(1);
  });

  it('runs it once at the host, too', () => {
    const runtime = makeRuntime();
    const same = runtime.eval<Identity>('(value) => value');
    let runs = 0;
    const value = {
      before: [{ x: 1 }],
      get value() {
        return ++runs;
      },
    };
    expect(same([value, value])).toStrictEqual([
      { before: [{ x: 1 }], value: 1 },
      { before: [{ x: 1 }], value: 1 },
    ]);
    expect(runs).toBe(1);
  });

  it('keeps one object one, over several arguments', () => {
    const runtime = makeRuntime();
    const shared = { list: [1.5] };
    expect(
      runtime.eval<(...args: unknown[]) => boolean>('(a, b, c) => a === b && c.a === a')(shared, shared, {
        a: shared,
      }),
    ).toBe(true);
    const withFunction = { shared, call: () => 1 };
    expect(
      runtime.eval<(...args: unknown[]) => boolean>('(a, b) => b.shared === a')(shared, withFunction),
    ).toBe(true);
  });
});
