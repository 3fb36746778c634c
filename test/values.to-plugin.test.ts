import { describe, expect, it } from 'vitest';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

/** What the expression says about `v` inside a runtime, for each way in which a value gets there. */
function seen(value: unknown, expression: string): unknown[] {
  const runtime = makeRuntime();
  runtime.bindFunction('give', () => value);
  runtime.bindFunction('giveOther', () => ({ nested: [value] }));
  return [
    runtime.eval<(v: unknown) => unknown>(`(v) => (${expression})`)(value),
    runtime.eval<(v: unknown) => unknown>(`({ v }) => (${expression})`)({ v: value }),
    runtime.eval(`((v) => (${expression}))(give())`),
    runtime.eval(`((v) => (${expression}))(giveOther().nested[0])`),
  ];
}

function expectSeen(value: unknown, expression: string, wanted: unknown = true): void {
  expect(seen(value, expression)).toStrictEqual(Array(4).fill(wanted));
}

describe('primitives', () => {
  it.each<[literal: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['false', false],
    ['0', 0],
    ['-0', -0],
    ['1', 1],
    ['-2147483648', -(2 ** 31)],
    ['2 ** 32', 2 ** 32],
    ['0.1', 0.1],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['Number.MAX_VALUE', Number.MAX_VALUE],
    ['Number.MIN_VALUE', Number.MIN_VALUE],
    ['0n', 0n],
    ['-1n', -1n],
    ['2n ** 63n', 2n ** 63n],
    ['-(2n ** 64n)', -(2n ** 64n)],
    ['2n ** 5000n + 1n', 2n ** 5000n + 1n],
    ['""', ''],
    ['"text"', 'text'],
    ['"\\xe9\\xff"', 'é\xff'],
    ['"\\u65e5\\u672c"', '日本'],
    ['"\\ud800"', '\ud800'],
    ['"\\udc00\\ud800"', '\udc00\ud800'],
    ['"a\\0b"', 'a\0b'],
  ])('%s', (literal, value) => {
    expectSeen(value, `Object.is(v, ${literal})`);
  });

  it('strings of any length', () => {
    const runtime = makeRuntime();
    const same = runtime.eval<(s: string, unit: string, count: number) => boolean>(
      '(s, unit, count) => s === unit.repeat(count)',
    );
    for (const unit of ['a', 'é', '日', '💥', '\ud800', '\0']) {
      for (const count of [1, 7, 8, 16, 31, 32, 33, 64, 128, 255, 256, 1000, 100_001]) {
        expect(same(unit.repeat(count), unit, count), `${JSON.stringify(unit)} times ${count}`).toBe(true);
      }
    }
  });
});

describe('objects', () => {
  it('belong to the plugin, not to the host', () => {
    const values = [
      {},
      [],
      new Map(),
      new Set(),
      new Date(),
      /a/,
      new Error('x'),
      new Uint8Array(1),
      new ArrayBuffer(1),
      () => 1,
    ];
    const names = [
      'Object',
      'Array',
      'Map',
      'Set',
      'Date',
      'RegExp',
      'Error',
      'Uint8Array',
      'ArrayBuffer',
      'Function',
    ];
    for (const [index, value] of values.entries()) {
      expectSeen(value, `Object.getPrototypeOf(v) === ${names[index]}.prototype`);
      expectSeen(
        value,
        'v.constructor.constructor("return typeof process + typeof require")()',
        'undefinedundefined',
      );
    }
  });

  it.each<[expression: string, value: unknown]>([
    ['JSON.stringify(v) === \'{"a":1,"b":{"c":[null]}}\'', { a: 1, b: { c: [null] } }],
    ['Object.hasOwn(v, "x") && v.x === undefined', { x: undefined }],
    ['Object.keys(v).join() === "0,,日本"', { '': 1, 日本: 2, 0: 3 }],
    [
      'Object.getPrototypeOf(v) === Object.prototype && v.a === 1',
      Object.assign(Object.create(null), { a: 1 }),
    ],
    ['Reflect.ownKeys(v).join() === "a"', { [Symbol('s')]: 1, a: 2 }],
    ['v.a === 1', new Proxy({ a: 1 }, {})],
    ['v.getTime() === -1', new Date(-1)],
    ['Number.isNaN(v.getTime())', new Date(Number.NaN)],
    ['v.source === "a\\\\/b" && v.flags === "dgimsuy" && v.test("A/B") === true', /a\/b/dgimsuy],
    ['typeof v === "object" && v instanceof Number && Object.is(v.valueOf(), -0)', Object(-0)],
    ['typeof v === "object" && v instanceof String && v.valueOf() === "s"', Object('s')],
    ['typeof v === "object" && v instanceof Boolean && v.valueOf() === false', Object(false)],
    ['typeof v === "object" && v instanceof BigInt && v.valueOf() === 5n', Object(5n)],
  ])('%s', (expression, value) => {
    expectSeen(value, expression);
  });

  it('of a class are plain, without what is private or inherited', () => {
    class Account {
      owner = 'me';
      #balance = 5;
      get balance(): number {
        return this.#balance;
      }
    }
    expectSeen(
      new Account(),
      'Object.getPrototypeOf(v) === Object.prototype && JSON.stringify(v) === \'{"owner":"me"}\'',
    );
  });

  it('have each accessor read once, at the host', () => {
    const runtime = makeRuntime();
    let reads = 0;
    const value = {
      get a() {
        reads += 1;
        return reads;
      },
    };
    expect(
      runtime.eval<(v: unknown) => unknown>(
        '(v) => [v.a, v.a, typeof Object.getOwnPropertyDescriptor(v, "a").get]',
      )(value),
    ).toStrictEqual([...[1, 1, 'undefined']]);
    expect(reads).toBe(1);
  });

  it('never get a prototype from a property named __proto__', () => {
    const value: unknown = JSON.parse('{"__proto__": {"evil": true}, "a": 1}');
    expectSeen(value, 'Object.getPrototypeOf(v) === Object.prototype && Object.hasOwn(v, "__proto__")');
    expectSeen(
      value,
      'v.evil === undefined && v.a === 1 && Object.getOwnPropertyDescriptor(v, "__proto__").value.evil',
    );
  });
});

describe('maps, sets and arrays', () => {
  it.each<[name: string, value: unknown, expression: string]>([
    [
      'a map',
      new Map<unknown, unknown>([
        ['b', 1],
        ['a', [2]],
      ]),
      'v instanceof Map && [...v.keys()].join() === "b,a" && v.get("a")[0] === 2',
    ],
    ['a set', new Set([Number.NaN, 'x']), 'v instanceof Set && v.size === 2 && v.has(NaN) && v.has("x")'],
    [
      'nesting',
      new Map([[{ k: 1 }, new Set([new Map()])]]),
      '[...v.keys()][0].k === 1 && [...[...v.values()][0]][0] instanceof Map',
    ],
    // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
    ['holes', [1, , undefined], 'v.length === 3 && !(1 in v) && 2 in v'],
    ['only holes', new Array(1000), 'v.length === 1000 && Object.keys(v).length === 0'],
    ['other properties', Object.assign([1], { extra: { a: 1 } }), 'v.length === 1 && v.extra.a === 1'],
    [
      'a long array',
      Array.from({ length: 200_000 }, (_, i) => i / 2),
      'v.length === 200000 && v.every((x, i) => x === i / 2)',
    ],
  ])('%s', (_, value, expression) => {
    expectSeen(value, expression);
  });
});

describe('errors', () => {
  it('have name, message, cause and own properties, and nothing of the host in their stack', () => {
    const error = Object.assign(new TypeError('bad', { cause: new RangeError('why') }), {
      detail: { n: 1 },
      code: 'E_BAD',
    });
    expectSeen(error, 'v instanceof TypeError && v.name === "TypeError" && v.message === "bad"');
    expectSeen(error, 'v.cause instanceof RangeError && v.cause.message === "why"');
    expectSeen(error, 'v.detail.n === 1 && v.code === "E_BAD"');
    for (const stack of [...seen(error, 'v.stack'), ...seen(error, 'v.cause.stack')]) {
      // Frames of the plugin may follow, where it called the host; none of the host.
      expect(stack).toMatch(/^(TypeError: bad|RangeError: why)(\n {4}at [^/]*<eval>:\d+:\d+\)?)*$/);
    }
    const everything = 'Reflect.ownKeys(v).map((key) => String(v[key])).join() + String(v)';
    for (const text of seen(error, everything)) expect(text).not.toContain(__dirname);
  });

  it('of a class of the host are Errors with its name', () => {
    class QuotaError extends Error {
      override name = 'QuotaError';
    }
    expectSeen(
      new QuotaError('over'),
      'v instanceof Error && v.name === "QuotaError" && v.message === "over"',
    );
    expectSeen(new QuotaError('over'), 'v.constructor.constructor("return typeof process")()', 'undefined');
  });

  it('may be caused by themselves', () => {
    const error = new Error('round');
    error.cause = error;
    expectSeen(error, 'v.cause === v');
  });
});

describe('references', () => {
  it('to one thing stay references to one thing, whatever it is', () => {
    const things = [
      {},
      [],
      new Map(),
      new Set(),
      new Date(),
      /a/,
      new Error('x'),
      new ArrayBuffer(1),
      new Uint8Array(2),
      Object(1),
      () => 1,
    ];
    for (const x of things) {
      expectSeen(
        [x, x, { third: x }, new Map([[x, x]])],
        'v[0] === v[1] && v[0] === v[2].third && v[3].get(v[0]) === v[0]',
      );
    }
  });

  it('may go round', () => {
    const loop: Record<string, unknown> = { list: [] };
    loop.self = loop;
    (loop.list as unknown[]).push(loop, new Map([[loop, loop]]));
    expectSeen(loop, 'v.self === v && v.list[0] === v && v.list[1].get(v) === v');
  });
});

describe('arguments', () => {
  it.each([0, 1, 2, 3, 4, 5, 8, 16, 17, 100, 1000])('%d of them arrive in order, and no more', (count) => {
    const runtime = makeRuntime();
    const given = Array.from({ length: count }, (_, i) =>
      i % 3 === 0 ? `s${i}` : i % 3 === 1 ? i / 4 : { i },
    );
    expect(runtime.eval<(...all: unknown[]) => unknown>('(...all) => all')(...given)).toStrictEqual(given);
    expect(
      runtime.eval<(...all: unknown[]) => unknown>('(function () { return arguments.length; })')(...given),
    ).toBe(count);
  });

  it('are not changed by the call', () => {
    const given = { list: [1, { a: 2 }] };
    makeRuntime().eval<(v: unknown) => void>('(v) => { v.list.push(3); v.list[1].a = 9; delete v.list; }')(
      given,
    );
    expect(given).toStrictEqual({ list: [1, { a: 2 }] });
  });
});
