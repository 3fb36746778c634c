import { describe, expect, it } from 'vitest';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

/** The value of an expression, as it arrives at the host. */
function hostValue<T>(expression: string): T {
  return makeRuntime().eval<T>(`(${expression})`);
}

describe('primitives', () => {
  it.each<[expression: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['false', false],
    ['0', 0],
    ['-0', -0],
    ['1', 1],
    ['-1', -1],
    ['2 ** 30', 2 ** 30],
    ['-(2 ** 31)', -(2 ** 31)],
    ['2 ** 32', 2 ** 32],
    ['0.1', 0.1],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['Number.MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER],
    ['Number.MAX_VALUE', Number.MAX_VALUE],
    ['Number.MIN_VALUE', Number.MIN_VALUE],
    ['0n', 0n],
    ['1n', 1n],
    ['-1n', -1n],
    ['2n ** 63n', 2n ** 63n],
    ['-(2n ** 63n)', -(2n ** 63n)],
    ['2n ** 64n - 1n', 2n ** 64n - 1n],
    ['2n ** 64n', 2n ** 64n],
    ['-(2n ** 64n) - 1n', -(2n ** 64n) - 1n],
    ['2n ** 5000n + 12345n', 2n ** 5000n + 12345n],
    ['-(3n ** 3000n)', -(3n ** 3000n)],
  ])('%s', (expression, value) => {
    expect(Object.is(hostValue(expression), value)).toBe(true);
    expect(Object.is(hostValue<unknown[]>(`[${expression}]`)[0], value)).toBe(true);
  });
});

describe('strings', () => {
  const units: [name: string, unit: string][] = [
    ['ASCII', 'a'],
    ['Latin-1', 'é'],
    ['the last of Latin-1', '\xff'],
    ['two bytes', 'Ā'],
    ['kanji', '日'],
    ['a pair of surrogates', '💥'],
    ['a high surrogate alone', '\ud800'],
    ['a low surrogate alone', '\udc00'],
    ['surrogates the wrong way round', '\udc00\ud800'],
    ['NUL', '\0'],
    ['a byte order mark', '\ufeff'],
    ['a line separator', '\u2028'],
  ];
  it.each(units)('of %s, of any length', (_, unit) => {
    const runtime = makeRuntime();
    for (const count of [1, 2, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, 255, 256, 1000, 100_001]) {
      const code = `${JSON.stringify(unit)}.repeat(${count})`;
      const wanted = unit.repeat(count);
      expect(runtime.eval(code) === wanted, `alone, ${count} times`).toBe(true);
      expect(runtime.eval<string[]>(`['x' + ${code}]`)[0] === `x${wanted}`, `inside, ${count} times`).toBe(
        true,
      );
    }
  });

  it('that are empty, cut out or put together', () => {
    expect(
      hostValue('["", "x".repeat(1000).slice(10, 30), "a".repeat(100) + "日".repeat(100)]'),
    ).toStrictEqual([...['', 'x'.repeat(20), 'a'.repeat(100) + '日'.repeat(100)]]);
  });

  it('holding every code unit', () => {
    const all = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).join('');
    const code = 'Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).join("")';
    expect(hostValue<string>(code) === all).toBe(true);
  });
});

describe('dates and regular expressions', () => {
  it.each(['0', '-1', '8.64e15', '1700000000123'])('new Date(%s)', (time) => {
    const date = hostValue<Date>(`new Date(${time})`);
    expect(date).toBeInstanceOf(Date);
    expect(date.getTime()).toBe(Number(time));
  });

  it('an invalid date stays invalid', () => {
    const date = hostValue<Date>('new Date(NaN)');
    expect(date).toBeInstanceOf(Date);
    expect(date.getTime()).toBeNaN();
  });

  it.each(['/a/', '/a\\/b[\\]c]/dgimsuy', '/\\p{L}/v', '/日\\n/u', 'new RegExp("")', 'new RegExp("/\\n")'])(
    '%s',
    (code) => {
      const regExp = hostValue<RegExp>(code);
      const [source, flags] = hostValue<[string, string]>(`[${code}.source, ${code}.flags]`);
      expect(regExp).toBeInstanceOf(RegExp);
      expect([regExp.source, regExp.flags]).toStrictEqual([source, flags]);
    },
  );

  it('a regular expression works at the host', () => {
    expect('xaay'.replace(hostValue<RegExp>('/(a)\\1/'), '-')).toBe('x-y');
  });
});

describe('boxed primitives', () => {
  it.each([
    ['Object(-0)', -0],
    ['Object("text")', 'text'],
    ['Object(false)', false],
    ['Object(5n)', 5n],
  ])('%s stays boxed', (code, primitive) => {
    const boxed = hostValue<object>(code);
    expect(typeof boxed).toBe('object');
    expect(Object.getPrototypeOf(boxed)).toBe(Object.getPrototypeOf(Object(primitive)));
    expect(Object.is(boxed.valueOf(), primitive)).toBe(true);
  });
});

describe('maps and sets', () => {
  it('keep entries, order and nesting', () => {
    const map = hostValue<Map<unknown, unknown>>(
      'new Map([["b", 1], ["a", new Set([1, "x", null])], [NaN, new Map([[{ k: 1 }, -0]])]])',
    );
    expect(map).toStrictEqual(
      new Map<unknown, unknown>([
        ['b', 1],
        ['a', new Set([1, 'x', null])],
        [Number.NaN, new Map([[{ k: 1 }, -0]])],
      ]),
    );
    expect([...map.keys()]).toStrictEqual(['b', 'a', Number.NaN]);
    expect(Object.getPrototypeOf(map)).toBe(Map.prototype);
  });

  it('may hold themselves', () => {
    const map = hostValue<Map<unknown, unknown>>('(() => { const m = new Map(); m.set(m, m); return m; })()');
    expect([...map]).toHaveLength(1);
    expect([...map].flat().every((part) => part === map)).toBe(true);
    const set = hostValue<Set<unknown>>('(() => { const s = new Set([1]); s.add(s); return s; })()');
    expect([...set][1]).toBe(set);
  });

  it('are empty when they were', () => {
    expect(hostValue('[new Map, new Set]')).toStrictEqual([new Map(), new Set()]);
  });

  it('that a subclass made are plain maps and sets', () => {
    const [map, set] = hostValue<[object, object]>(
      '[new (class M extends Map {})([[1, 2]]), new (class S extends Set {})([1])]',
    );
    expect([map, set]).toStrictEqual([new Map([[1, 2]]), new Set([1])]);
    expect(Object.getPrototypeOf(map)).toBe(Map.prototype);
  });
});

describe('errors', () => {
  const classes = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  it.each(Object.entries(classes))('%s keeps class, name, message and the plugin stack', (name, type) => {
    const runtime = makeRuntime();
    const error = runtime.eval<Error>(`(function make() { return new ${name}('why'); })()`, {
      filename: 'made.js',
    });
    expect(error).toBeInstanceOf(Error);
    expect(Object.getPrototypeOf(error)).toBe(type.prototype);
    expect([error.name, error.message]).toStrictEqual([name, 'why']);
    expect(error.stack).toMatch(/^\w*Error: why\n {4}at make \(made\.js:1:\d+\)/);
    expect(error.stack).not.toMatch(/node:|isolet|values\.to-host/);
    expect(Object.keys(error)).toStrictEqual([]);
  });

  it('keep cause and own properties, deeply', () => {
    const error = hostValue<Error & Record<string, unknown>>(
      'Object.assign(new Error("outer", { cause: new TypeError("inner", { cause: 0 }) }), { code: "E1", list: [1, { a: 2 }] })',
    );
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.cause).toMatchObject({ message: 'inner', cause: 0 });
    expect({ ...error }).toStrictEqual({ code: 'E1', list: [1, { a: 2 }] });
  });

  it('have no cause if they had none, and undefined if it was', () => {
    const [without, empty] = hostValue<[Error, Error]>(
      '[new Error("x"), new Error("x", { cause: undefined })]',
    );
    expect(Object.hasOwn(without, 'cause')).toBe(false);
    expect(Object.hasOwn(empty, 'cause')).toBe(true);
    expect(empty.cause).toBe(undefined);
  });

  it('of a class of the plugin are Errors with its name', () => {
    const runtime = makeRuntime();
    runtime.eval(
      'class QuotaError extends RangeError { name = "QuotaError"; constructor(n) { super("over " + n); this.n = n; } }',
    );
    const error = runtime.eval<Error>('new QuotaError(7)');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'QuotaError', message: 'over 7', n: 7 });
  });

  it('may be caused by each other', () => {
    const error = hostValue<Error>(
      '(() => { const a = new Error("a"); a.cause = new Error("b", { cause: a }); return a; })()',
    );
    expect((error.cause as Error).message).toBe('b');
    expect((error.cause as Error).cause).toBe(error);
  });

  it('AggregateError keeps its errors', () => {
    const error = hostValue<AggregateError>('new AggregateError([new TypeError("one"), 2], "many")');
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message]).toStrictEqual(['AggregateError', 'many']);
    expect(error.errors).toHaveLength(2);
    expect(error.errors[0]).toBeInstanceOf(TypeError);
    expect(error.errors[1]).toBe(2);
  });
});
