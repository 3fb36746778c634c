// Values that would make whoever reads them compute for long.
import { DataCloneError, JavaScriptError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { chosen } from './support/colliding-numbers.mjs';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const big = '(count) => Array.from({ length: count }, (_, i) => (BigInt(i) << 64n) + 5n)';

describe('a Map or Set whose keys collide', () => {
  it.each<[what: string, code: string]>([
    ['a Set of integers', 'new Set(chosen(3000))'],
    ['a Map of integers', 'new Map(chosen(3000).map((key) => [key, key]))'],
    ['of bigints', `new Set((${big})(3000))`],
    ['of negative ones', `new Set((${big})(3000).map((key) => -key))`],
    ['beside others', 'new Set([...chosen(3000), ...Array.from({ length: 5000 }, (_, i) => "k" + i)])'],
    ['in parts', 'Array.from({ length: 200 }, () => new Set(chosen(100)))'],
    ['texts that are indices', 'new Set(Array.from({ length: 4096 }, (_, i) => String(i * 4096)))'],
    ['deep inside', '({ a: [new Map([[1, new Set(chosen(3000))]])] })'],
  ])('is refused: %s', (_, code) => {
    const runtime = makeRuntime({ timeout: 20_000, bootstrap: chosen });
    const error = errorOf(() => runtime.eval(code), DataCloneError);
    expect(error.message).toContain('collide');
    const given: unknown[] = [];
    runtime.bindFunction('give', (value: unknown) => {
      given.push(value);
    });
    expect(errorOf(() => runtime.eval(`give(${code})`), JavaScriptError).name).toBe('DataCloneError');
    expect(given).toStrictEqual([]);
    expectUsable(runtime);
  });

  it('is refused on its way to the plugin, too', () => {
    const runtime = makeRuntime({ timeout: 20_000 });
    const length = runtime.eval<(value: unknown) => number>('(value) => value.size');
    const keys = Array.from({ length: 3000 }, (_, i) => (BigInt(i) << 64n) + 5n);
    expect(errorOf(() => length(new Set(keys)), DataCloneError).path).toBe('arguments[0]');
    expectUsable(runtime);
  });

  it.each<[what: string, code: string]>([
    ['in a row', 'i'],
    ['at random', 'Math.random()'],
    ['multiples', 'i * 65536'],
    ['negative', '-i'],
    ['parts', 'i / 7'],
    ['bigints', 'BigInt(i) * 4096n'],
    ['large bigints', '-(2n ** 100n) - BigInt(i)'],
    ['texts', '"k" + i'],
    ['objects', '({})'],
  ])('crosses where nobody chose them: %s', (_, key) => {
    const runtime = makeRuntime({ timeout: 60_000 });
    const code = `const keys = Array.from({ length: 100_000 }, (_, i) => ${key})`;
    runtime.eval(code);
    expect(runtime.eval<Set<unknown>>('new Set(keys)').size).toBe(runtime.eval('new Set(keys).size'));
    expect(runtime.eval<Map<unknown, number>>('new Map(keys.map((key) => [key, 1]))').size).toBeGreaterThan(
      0,
    );
  });
});

describe('regular expressions', () => {
  it.each<[what: string, code: string]>([
    ['one of 32,768 characters', '[new RegExp("a".repeat(32_768))]'],
    ['32 of 1,024 characters', 'Array.from({ length: 32 }, () => new RegExp("a".repeat(1024)))'],
    ['properties of characters', '[new RegExp(String.raw`\\p{L}`.repeat(6000), "u")]'],
    ['a few properties of strings', '[new RegExp(String.raw`\\p{RGI_Emoji}[\\p{L}--\\p{Lu}]`, "v")]'],
    ['no property', '[new RegExp(String.raw`\\\\p`.repeat(1000), "v")]'],
  ])('cross: %s', (_, code) => {
    const runtime = makeRuntime({ timeout: 20_000 });
    const patterns = runtime.eval<RegExp[]>(code);
    expect(patterns.map(({ source }) => source)).toStrictEqual(
      runtime.eval(`${code}.map(({ source }) => source)`),
    );
  });

  it.each<[what: string, code: string]>([
    ['one of 32,769 characters', '[new RegExp("a".repeat(32_769))]'],
    ['33 of 1,024 characters', 'Array.from({ length: 33 }, () => new RegExp("a".repeat(1024)))'],
    ['many properties of strings', '[new RegExp(String.raw`\\p{RGI_Emoji}`.repeat(16), "v")]'],
    ['in several', 'Array.from({ length: 16 }, () => new RegExp(String.raw`[^\\P{L}]`, "v"))'],
  ])('are refused, as the reader parses them again: %s', (_, code) => {
    const runtime = makeRuntime({ timeout: 20_000 });
    expect(errorOf(() => runtime.eval(code), DataCloneError).message).toContain('regular expressions');
    // Of one value: not what crossed before.
    expect(runtime.eval<RegExp>('new RegExp("a".repeat(32_768))').flags).toBe('');
    expectUsable(runtime);
  });
});
