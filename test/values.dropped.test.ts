import type { JsFunction } from 'isolet';
import { describe, expect, it } from 'vitest';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

const hidden = 'const hide = (o) => Object.defineProperty(o, "hidden", { value: 1, enumerable: false });';

/** The body of a function that makes a value, and what is left of it on the other side. */
const dropping: [what: string, body: string, left: unknown][] = [
  ['lastIndex of a regular expression', 'const r = /a/g; r.lastIndex = 5; return r;', /a/g],
  ['other properties of a regular expression', 'return Object.assign(/a/y, { more: 1 });', /a/y],
  ['other properties of a date', 'return Object.assign(new Date(5), { more: 1 });', new Date(5)],
  ['other properties of a map', 'return Object.assign(new Map([[1, 2]]), { more: 1 });', new Map([[1, 2]])],
  ['other properties of a set', 'return Object.assign(new Set([1]), { more: 1 });', new Set([1])],
  [
    'other properties of a buffer',
    'return Object.assign(new ArrayBuffer(2), { more: 1 });',
    new ArrayBuffer(2),
  ],
  [
    'other properties of a typed array',
    'return Object.assign(new Int8Array(2), { more: 1 });',
    new Int8Array(2),
  ],
  ['other properties of a boxed primitive', 'return Object.assign(Object(5), { more: 1 });', Object(5)],
  [
    'the class of an array',
    'return Object.assign((class Own extends Array {}).of(1, 2), { more: 1 });',
    withMore(),
  ],
  ['the class of a map', 'return new (class Own extends Map {})([[1, 2]]);', new Map([[1, 2]])],
  ['the class of a date', 'return new (class Own extends Date {})(5);', new Date(5)],
  ['the class of a typed array', 'return (class Own extends Uint8Array {}).of(1, 2);', Uint8Array.of(1, 2)],
  [
    'the class of an object',
    'return new (class Own { #a = 1; b = 2; get c() { return 3; } d() {} })();',
    { b: 2 },
  ],
  ['that arguments are no array', 'return (function () { return arguments; })(5, 6);', { 0: 5, 1: 6 }],
  ['a null prototype', 'return Object.assign(Object.create(null), { a: 1 });', { a: 1 }],
  ['what is inherited', 'return Object.assign(Object.create({ inherited: 1 }), { own: 2 });', { own: 2 }],
  ['what is not enumerable in an object', `${hidden} return hide({ a: 1 });`, { a: 1 }],
  ['what is not enumerable in an array', `${hidden} return hide([1]);`, [1]],
  ['what symbols name', 'return Object.assign([1], { [Symbol.iterator]: 1 }, { [Symbol("s")]: 2 });', [1]],
  ['what a setter alone would take', 'return { a: 1, set b(value) {} };', { a: 1, b: undefined }],
  ['that it can’t be changed', 'return Object.freeze([Object.seal({ a: 1 })]);', [{ a: 1 }]],
  ['that buffers could be resized', 'return new ArrayBuffer(2, { maxByteLength: 4 });', new ArrayBuffer(2)],
];

function withMore(): unknown {
  return Object.assign([1, 2], { more: 1 });
}

/** What `toStrictEqual` does not look at: both sides show their own values with it. */
const show = `(value) => [
  Object.prototype.toString.call(value), Object.getPrototypeOf(value) === globalThis[value.constructor.name].prototype,
  Reflect.ownKeys(value).filter((key) => typeof key === 'symbol').length, value.lastIndex, value.resizable,
  Object.isFrozen(value), Object.getOwnPropertyNames(value).includes('hidden'),
]`;
const showAtHost = new Function(`return ${show}`)() as (value: unknown) => unknown[];

describe('a value loses without a word', () => {
  it.each(dropping)('on the way to the host: %s', (_, body, left) => {
    const value = makeRuntime().eval(`(() => { ${body} })()`);
    expect(value).toStrictEqual(left);
    expect(showAtHost(value)).toStrictEqual(showAtHost(left));
  });

  it.each(dropping)('on the way to the plugin: %s', (_, body, left) => {
    const runtime = makeRuntime();
    const value: unknown = new Function(body)();
    expect(runtime.eval<JsFunction>(show)(value)).toStrictEqual(showAtHost(left));
    expect(runtime.eval<JsFunction>('(value) => value')(value)).toStrictEqual(left);
  });
});

describe('a function loses without a word', () => {
  it('its own properties, in either direction', () => {
    const runtime = makeRuntime();
    const fn = runtime.eval<JsFunction>('Object.assign(() => 1, { more: 1 })');
    expect(Object.keys(fn)).toStrictEqual([]);
    expect(fn()).toBe(1);
    const own = Object.assign(() => 1, { more: 1 });
    expect(runtime.eval<JsFunction>('(f) => [f(), f.more]')(own)).toStrictEqual([1, undefined]);
  });
});
