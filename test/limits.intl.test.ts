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
