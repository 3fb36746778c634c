import { DataCloneError, IsoletError, type JsFunction, type Runtime, SerializationLimitError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf, thrownBy } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const mebibyte = 1 << 20;

/** A primitive is no level deep, `[1]` is one, `[[1]]` is two. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

/** Nests in every kind of container in turn. */
const nestAll = `(levels) => {
  let value = 1;
  for (let i = 0; i < levels; i++) {
    value = [() => [value], () => ({ a: value }), () => new Map([["k", value]]), () => new Set([value])][i % 4]();
  }
  return value;
}`;

/** The ways for a value from the host to the plugin and back, under a limit. Each throws what the host would see. */
function ways(runtime: Runtime): Record<string, (value: unknown) => unknown> {
  const take = runtime.eval<(...args: unknown[]) => void>('() => {}');
  return {
    argument: (value) => take(value),
    'second argument': (value) => take(0, value),
    bindObject: (value) => runtime.bindObject('bound', { value }),
  };
}

function expectLimit(call: () => unknown, limit: 'depth' | 'bytes', max: number): SerializationLimitError {
  const error = errorOf(call, SerializationLimitError);
  expect(error).toMatchObject({ code: 'ERR_SERIALIZATION_LIMIT', limit, max });
  expect(error.seen).toBeGreaterThan(max);
  expect(error.message).toContain(limit === 'depth' ? String(max) : 'maxSerializationBytes');
  return error;
}

describe('maxSerializationDepth', () => {
  it.each([1, 2, 3, 10, 64, 500])('%d: a result of that many levels crosses, one more does not', (max) => {
    const runtime = makeRuntime({ maxSerializationDepth: max });
    const nest = runtime.eval<(levels: number) => unknown>(
      '(levels) => { let value = 1; for (let i = 0; i < levels; i++) value = [value]; return value; }',
    );
    expect(nest(max)).toStrictEqual(nested(max));
    expect(expectLimit(() => nest(max + 1), 'depth', max).path).toMatch(/^result\[0\]/);
    expectLimit(() => nest(100_000), 'depth', max);
    expectUsable(runtime);
  });

  it('is 64 by default', () => {
    const runtime = makeRuntime();
    const nest = runtime.eval<(levels: number) => unknown>(nestAll);
    nest(64);
    expectLimit(() => nest(65), 'depth', 64);
    expectUsable(runtime);
  });

  it.each([1, 3, 64])('%d: holds for what the host sends as well', (max) => {
    const runtime = makeRuntime({ maxSerializationDepth: max });
    const { argument, 'second argument': second } = ways(runtime);
    argument?.(nested(max));
    second?.(nested(max));
    expect(expectLimit(() => argument?.(nested(max + 1)), 'depth', max).path).toMatch(/^arguments\[0\]\[0\]/);
    expect(expectLimit(() => second?.(nested(max + 1)), 'depth', max).path).toMatch(/^arguments\[1\]\[0\]/);
    expectLimit(() => argument?.(nested(100_000)), 'depth', max);
    expectUsable(runtime);
  });

  it('holds for bound objects', () => {
    const runtime = makeRuntime({ maxSerializationDepth: 4 });
    runtime.bindObject('bound', { a: nested(3) });
    expect(expectLimit(() => runtime.bindObject('bound', { a: nested(4) }), 'depth', 4).path).toMatch(
      /^bound\.a/,
    );
    expect(runtime.eval('JSON.stringify(bound)')).toBe('{"a":[[[1]]]}');
  });

  it('counts shared references once, and rounds not at all', () => {
    const runtime = makeRuntime({ maxSerializationDepth: 3 });
    expect(runtime.eval('const loop = [[]]; loop[0].push(loop); loop')).toHaveLength(1);
    const wide = Array.from({ length: 1000 }, () => [[1]]);
    expect(runtime.eval<(v: unknown) => unknown>('(v) => v')(wide)).toStrictEqual(wide);
  });

  it('in host calls is an error in the plugin, both ways', () => {
    const runtime = makeRuntime({ maxSerializationDepth: 3 });
    let calls = 0;
    runtime.bindFunction('take', () => {
      calls += 1;
    });
    runtime.bindFunction('give', (levels: number) => nested(levels));
    const attempt = (code: string) =>
      runtime.eval(`try { ${code}; "done" } catch (e) { e instanceof Error && e.name }`);
    expect(attempt('take([[[1]]])')).toBe('done');
    expect(attempt('take([[[[1]]]])')).toBe('SerializationLimitError');
    expect(attempt('give(3)')).toBe('done');
    expect(attempt('give(4)')).toBe('SerializationLimitError');
    expect(calls).toBe(1);
    expect(thrownBy(() => runtime.eval('take([[[[1]]]])'))).toMatchObject({
      name: 'SerializationLimitError',
    });
    expectUsable(runtime);
  });

  // In a child: what would overflow here is a native stack.
  it('may be as high as it gets on the smallest stack', async () => {
    const script = `
      const runtime = new Runtime({ maxSerializationDepth: 1000, stackSize: 512 * 1024 });
      const nest = runtime.eval(${JSON.stringify(nestAll)});
      const take = runtime.eval('() => "taken"');
      const allowed = (call) => {
        try { call(); return true; } catch (error) { return error instanceof isolet.IsoletError || error instanceof RangeError; }
      };
      const deep = (n) => { let v = 1; for (let i = 0; i < n; i++) v = i % 2 ? [v] : new Map([[v, v]]); return v; };
      for (const n of [100, 500, 1000]) console.log(allowed(() => nest(n)), allowed(() => take(deep(n))));
      console.log(runtime.eval('1 + 1'));
      runtime.close();
    `;
    await expectChild(script, ['true true', 'true true', 'true true', '2']);
  });
});

describe('maxSerializationBytes', () => {
  it.each([
    '[{}]',
    'Array.from({ length: 20 }, () => ({}))',
    'Array.from({ length: 3 }, () => () => {})',
    'Array.from({ length: 100 }, (_, i) => i)',
    'Array.from({ length: 100 }, () => true)',
  ])('holds to the byte for %s', (code) => {
    const open = makeRuntime();
    // The smallest limit that lets it through, found by halving.
    let [low, high] = [1, 10_000];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const runtime = makeRuntime({ maxSerializationBytes: middle });
      try {
        runtime.eval(code);
        high = middle;
      } catch {
        low = middle + 1;
      }
      runtime.close();
    }
    const size = open.eval<unknown[]>(code).length;
    // Each element takes a byte at least, and what is counted for objects and functions on top.
    expect(low).toBeGreaterThanOrEqual(size + (code.includes('() => ({})') ? 16 * size : 0));
    expect(low).toBeGreaterThanOrEqual(code.includes('() => () =>') ? 256 * size : 0);
    expect(low).toBeLessThan(1000);
    const runtime = makeRuntime({ maxSerializationBytes: low - 1 });
    expect(expectLimit(() => runtime.eval(code), 'bytes', low - 1).seen).toBeGreaterThan(low - 1);
    expectUsable(makeRuntime({ maxSerializationBytes: low }));
  });

  /** What a value may take beyond its contents: tags and lengths. */
  const overhead = 128;

  const payloads: [name: string, ofBytes: string][] = [
    ['a one-byte string', '(n) => "a".repeat(n)'],
    ['a string inside an object', '(n) => ({ a: "a".repeat(n) })'],
    ['a two-byte string', '(n) => "日".repeat(n / 2)'],
    ['a typed array', '(n) => new Uint8Array(n)'],
    ['an ArrayBuffer', '(n) => [new ArrayBuffer(n)]'],
    ['a bigint', '(n) => 1n << BigInt(n * 8 - 1)'],
  ];

  it.each(payloads)('holds for %s that the plugin sends', (_, ofBytes) => {
    const max = 10_000;
    const runtime = makeRuntime({ maxSerializationBytes: max });
    const send = runtime.eval<(n: number) => unknown>(ofBytes);
    send(max - overhead);
    expectLimit(() => send(max + 8), 'bytes', max);
    expectLimit(() => send(max * 50), 'bytes', max);
    expectUsable(runtime);
  });

  it.each(payloads)('holds for %s that the host sends', (_, ofBytes) => {
    const max = 10_000;
    const runtime = makeRuntime({ maxSerializationBytes: max });
    const make = new Function(`return ${ofBytes}`)() as (n: number) => unknown;
    for (const send of Object.values(ways(runtime))) {
      send(make(max - overhead));
      expectLimit(() => send(make(max + 8)), 'bytes', max);
      expectLimit(() => send(make(max * 50)), 'bytes', max);
    }
    expectUsable(runtime);
  });

  it.each(payloads)('is exact: %s of one length crosses, all that are longer do not', (_, ofBytes) => {
    const max = 5000;
    const runtime = makeRuntime({ maxSerializationBytes: max });
    const send = runtime.eval<(n: number) => unknown>(ofBytes);
    const crosses = [];
    for (let n = max - overhead; n <= max + 8; n += 8) {
      try {
        send(n);
        crosses.push(true);
      } catch (error) {
        expect(error).toBeInstanceOf(SerializationLimitError);
        crosses.push(false);
      }
    }
    expect(crosses).toStrictEqual([...crosses].sort().reverse());
    expect([crosses[0], crosses.at(-1)]).toStrictEqual([true, false]);
  });

  it('is 10 MiB by default', () => {
    const runtime = makeRuntime();
    expect(runtime.eval(`"a".repeat(${10 * mebibyte - overhead})`)).toHaveLength(10 * mebibyte - overhead);
    expectLimit(() => runtime.eval(`"a".repeat(${10 * mebibyte + 1})`), 'bytes', 10 * mebibyte);
    const length = runtime.eval<(v: unknown) => number>('(v) => v.length');
    expect(length(new Uint8Array(10 * mebibyte - overhead))).toBe(10 * mebibyte - overhead);
    expectLimit(() => length(new Uint8Array(10 * mebibyte + 1)), 'bytes', 10 * mebibyte);
    expectUsable(runtime);
  });

  it('holds for many small things as for one large', () => {
    const runtime = makeRuntime({ maxSerializationBytes: 10_000 });
    expectLimit(() => runtime.eval('Array.from({ length: 10_000 }, (_, i) => i)'), 'bytes', 10_000);
    expectLimit(
      () => runtime.eval('Object.fromEntries(Array.from({ length: 5000 }, (_, i) => ["k" + i, i]))'),
      'bytes',
      10_000,
    );
    expectLimit(() => runtime.eval('const o = {}; o["k".repeat(20_000)] = 1; o'), 'bytes', 10_000);
    const take = runtime.eval<JsFunction>('() => {}');
    expectLimit(() => take(new Map(Array.from({ length: 10_000 }, (_, i) => [i, i]))), 'bytes', 10_000);
    expectUsable(runtime);
  });

  it.each([
    ['objects', '({})'],
    ['arrays', '[]'],
    ['Maps', 'new Map()'],
    ['objects in objects', '({ a: {} })'],
  ])('counts what empty %s take at the receiver, too', (_, one) => {
    const runtime = makeRuntime({ maxSerializationBytes: 16_000 });
    const make = runtime.eval<(n: number) => unknown[]>(`(n) => Array.from({ length: n }, () => (${one}))`);
    expect(make(100)).toHaveLength(100);
    expectLimit(() => make(1000), 'bytes', 16_000);
    const take = runtime.eval<JsFunction>('() => {}');
    expectLimit(() => take(Array.from({ length: 1000 }, () => ({}))), 'bytes', 16_000);
    expectUsable(runtime);
  });

  it('counts what functions take at the receiver, too', () => {
    const runtime = makeRuntime({ maxSerializationBytes: 16_000 });
    const make = runtime.eval<(n: number) => JsFunction[]>(
      '(n) => Array.from({ length: n }, () => () => {})',
    );
    for (const fn of make(50)) fn.close();
    expectLimit(() => make(1000), 'bytes', 16_000);
    expectUsable(runtime);
  });

  it('stops at a proxied array of any length', () => {
    const runtime = makeRuntime({ maxSerializationBytes: 10_000, timeout: 60_000 });
    const code =
      'new Proxy([], { get: (target, key) => (key === "length" ? 4294967295 : 1), getOwnPropertyDescriptor: (t, key) => key === "length" ? Reflect.getOwnPropertyDescriptor(t, key) : ({ value: 1, enumerable: true, configurable: true, writable: true }), has: () => true })';
    expect(thrownBy(() => runtime.eval(code))).toBeInstanceOf(IsoletError);
    expectUsable(runtime);
  });

  it('does not hold for source text', async () => {
    const runtime = makeRuntime({ maxSerializationBytes: 100 });
    const source = `"${'x'.repeat(mebibyte)}".length`;
    expect(runtime.eval(source)).toBe(mebibyte);
    expect(await runtime.evalAsync(source)).toBe(mebibyte);
    expect(makeRuntime().eval(`"${'x'.repeat(12 * mebibyte)}".length`)).toBe(12 * mebibyte);
  });

  it('is not what refuses a value that can not cross at all', () => {
    const runtime = makeRuntime({ maxSerializationBytes: 10_000 });
    errorOf(() => runtime.eval('[Symbol()]'), DataCloneError);
  });
});
