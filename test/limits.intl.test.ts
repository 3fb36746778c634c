import { HeapLimitError, type Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const limited = (): Runtime => makeRuntime({ maxHeapSize: 64 * 2 ** 20, timeout: 20_000 });

describe('what stands for the engine’s own Intl under a heap limit', () => {
  it('works as it does', () => {
    const runtime = limited();
    const code = `{
      class Sub extends Intl.NumberFormat { twice(n) { return this.format(2 * n); } }
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'Intl');
      const thrown = (f) => { try { f(); } catch (error) { return error.name + ': ' + error.message; } };
      ({
        global: [descriptor.enumerable, descriptor.writable, descriptor.configurable, descriptor.value === Intl],
        sub: new Sub('en').twice(1500),
        subIsOne: new Sub() instanceof Intl.NumberFormat && new Sub().constructor === Sub,
        called: Intl.NumberFormat('en').format(1500),
        calledIsOne: Intl.Collator() instanceof Intl.Collator,
        constructor: new Intl.DateTimeFormat().constructor === Intl.DateTimeFormat,
        name: Intl.DateTimeFormat.name + Intl.DateTimeFormat.length,
        supported: Intl.NumberFormat.supportedLocalesOf(['en']),
        refused: thrown(() => new Intl.NumberFormat('no locale')).split(':')[0],
        withoutNew: thrown(() => Intl.Segmenter('en')).split(':')[0],
        segments: [...new Intl.Segmenter('en', { granularity: 'word' }).segment('a b')].map(({ segment }) => segment),
        ofAnother: thrown(() => Intl.Segmenter.prototype.segment.call({}, 'a')).split(':')[0],
        text: [...new Intl.Segmenter().segment({ toString: () => 'ab' })].length,
        badText: thrown(() => new Intl.Segmenter().segment({ toString() { throw new Error('own'); } })),
        iterator: new Intl.Segmenter().segment('')[Symbol.iterator].name,
      });
    }`;
    expect(runtime.eval(code)).toStrictEqual({
      global: [false, true, true, true],
      sub: '3,000',
      subIsOne: true,
      called: '1,500',
      calledIsOne: true,
      constructor: true,
      name: 'DateTimeFormat0',
      supported: ['en'],
      refused: 'RangeError',
      withoutNew: 'TypeError',
      segments: ['a', ' ', 'b'],
      ofAnother: 'TypeError',
      text: 2,
      badText: 'Error: own',
      iterator: '[Symbol.iterator]',
    });
    expectUsable(runtime);
  });

  it('leaves a global Intl that the plugin has made', () => {
    const runtime = limited();
    expect(runtime.eval('globalThis.Intl = 1; Intl')).toBe(1);
    const other = limited();
    expect(other.eval('delete globalThis.Intl; typeof Intl')).toBe('undefined');
    expectUsable(other);
  });

  it('is in place where a plugin first looks at Intl with no stack left', () => {
    const runtime = limited();
    runtime.eval(`
      const seen = [];
      const deeper = () => {
        try { deeper(); } catch {}
        if (seen.length === 0) { try { seen.push(Intl.Segmenter); } catch {} }
      };
      deeper();
    `);
    const code =
      'const all = [], s = new seen[0]().segment("word ".repeat(2e5)); for (;;) all.push(s[Symbol.iterator]())';
    errorOf(() => runtime.eval(code), HeapLimitError);
  });
});

describe('Intl.ListFormat under a heap limit', () => {
  it('joins what is iterated, once, as the engine’s own does', () => {
    const runtime = limited();
    const code = `{
      const format = new Intl.ListFormat('en');
      const log = [];
      const logged = (values, log) => ({
        get [Symbol.iterator]() {
          log.push('method');
          return () => {
            log.push('begin');
            const results = values.map((value) => ({
              get done() { log.push('done'); return false; },
              get value() { log.push('value'); return value; },
            }));
            return {
              get next() { log.push('next'); return () => results.shift() ?? { done: true }; },
              get return() { log.push('return'); return () => ({}); },
            };
          };
        },
      });
      const thrown = (f) => { try { return f(); } catch (error) { return error.name; } };
      ({
        list: format.format(['a', 'b', 'c']),
        parts: format.formatToParts(['a', 'b']).map(({ type, value }) => type + ':' + value),
        nothing: format.format() + format.format([]),
        letters: format.format('ab'),
        set: format.format(new Set(['a', 'b'])),
        generator: format.format((function* () { yield 'a'; yield format.format(['b', 'c']); })()),
        logged: format.format(logged(['a'], log)) + log,
        number: thrown(() => format.format(logged([1], log))) + log.slice(5),
        none: [null, 1, {}, { [Symbol.iterator]: 1 }, { [Symbol.iterator]: () => 1 }, { [Symbol.iterator]: () => ({}) },
          { [Symbol.iterator]: () => ({ next: () => 1 }) }].map((list) => thrown(() => format.format(list))),
        own: thrown(() => format.format((function* () { throw new EvalError(); })())),
        ofAnother: thrown(() => format.format.call({}, ['a'])),
        patched: (() => { Array.prototype[Symbol.iterator] = () => ['x'].values(); return format.format(['a']); })(),
        names: [format.format.name, format.formatToParts.name, format.format.length],
      });
    }`;
    expect(runtime.eval(code)).toStrictEqual({
      list: 'a, b, and c',
      parts: ['element:a', 'literal: and ', 'element:b'],
      nothing: '',
      letters: 'a and b',
      set: 'a and b',
      generator: 'a and b and c',
      logged: 'amethod,begin,next,done,value',
      number: 'TypeErrormethod,begin,next,done,value,return',
      none: Array.from({ length: 7 }, () => 'TypeError'),
      own: 'EvalError',
      ofAnother: 'TypeError',
      patched: 'x',
      names: ['format', 'formatToParts', 1],
    });
    expectUsable(runtime);
  });

  it.each([
    ['long texts', 'new Array(200).fill("x".repeat(2 ** 20))'],
    ['many texts', 'new Array(1e6).fill("x")'],
    ['texts without end', '(function* () { for (;;) yield "x"; })()'],
  ])('ends the runtime for %s', (_, list) => {
    for (const method of ['format', 'formatToParts']) {
      const runtime = limited();
      errorOf(() => runtime.eval(`new Intl.ListFormat('en').${method}(${list})`), HeapLimitError);
    }
  });

  it('charges a list until it is joined, or fails', () => {
    const runtime = limited();
    const code = `{
      const format = new Intl.ListFormat('en');
      const list = new Array(20).fill('x'.repeat(2 ** 17));
      for (let i = 0; i < 5; i++) {
        format.format(list);
        try { format.format([...list, 1]); } catch {}
      }
    }`;
    expect(runtime.eval(code)).toBe(undefined);
    expectUsable(runtime);
  });
});
