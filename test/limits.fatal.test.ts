import { describe, it } from 'vitest';
import { expectChild, sanitized } from './support/child.js';

/**
 * What V8 takes for impossible, or follows by recursion without a look at its stack. In child processes, as nobody
 * survives that here. Each on its own: V8 may or may not get that far.
 */
const longest = 2 ** 29 - 28;

const scripts: [what: string, code: string][] = [
  [
    'an error about an object with a huge tag',
    `Map.prototype.get.call({ __proto__: null, [Symbol.toStringTag]: 'a'.repeat(${longest}) })`,
  ],
  ['an error about a huge symbol', `undefined[Symbol('a'.repeat(${longest}))]`],
  ['a huge symbol, thrown', `throw Symbol('a'.repeat(${longest}))`],
  [
    'an error with a huge name',
    `const text = 'a'.repeat(${longest}); Map.prototype.get.call(Object.assign(new Error(text), { name: text }))`,
  ],
  ['quotes in a huge string', `''.anchor('"' + 'a'.repeat(2 ** 29 - 25))`],
  [
    'dates that V8 has no names for',
    `new Intl.DateTimeFormat('my', { calendar: 'hebrew' }).formatToParts(0)`,
  ],
  [
    'ranges of such dates',
    `new Intl.DateTimeFormat('my', { calendar: 'hebrew' }).formatRangeToParts(0, 1e12)`,
  ],
  [
    'an eval in an eval in an eval, and a stack',
    `globalThis.c = '(() => globalThis.go ? new Error("x").stack : (0, eval)(c + "//" + i))';
     let f = (0, eval)(c);
     for (globalThis.i = 0; i < 20_000; i++) f = f();
     globalThis.go = true;
     f().length`,
  ],
  [
    'a tree of prototypes, and a change at its root',
    `const all = [{ foo: 0 }], kept = [], load = (x) => x.foo;
     for (let i = 1; i < 42_000; i++) {
       const leaf = Object.create(all[i - 1]); leaf.foo = 1; load(Object.create(leaf));
       const next = Object.create(all[i - 1]); next.foo = i; all.push(next); load(Object.create(next)); kept.push(leaf);
     }
     all[0].bar = 1`,
  ],
  ['Intl below a patched prototype', 'Object.prototype.DurationFormat = () => 1; typeof Intl'],
  [
    'Intl below one with a hostile length',
    `Object.prototype.DurationFormat = Object.defineProperty(function () {}, 'length', { get() { throw 1; } }); typeof Intl`,
  ],
];

describe('what V8 takes for impossible', () => {
  // AddressSanitizer's frames are many times as large.
  it.skipIf(sanitized).each(scripts)('ends its runtime at most: %s', async (_, code) => {
    await expectChild(lines(code), ['1', 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}'], {
      code: 7,
    });
  });
});

function lines(code: string): string {
  return `
    const other = new Runtime();
    other.eval('globalThis.kept = 1');
    const runtime = new Runtime({ maxHeapSize: 64 << 20, timeout: 20_000 });
    const outcomes = ['ERR_JAVASCRIPT', 'ERR_HEAP_LIMIT', 'ERR_TERMINATED', 'ERR_TIMEOUT'];
    try { runtime.eval(${JSON.stringify(code)}); } catch ({ code }) { if (!outcomes.includes(code)) console.log(code); }
    if (!runtime.isClosed() && runtime.eval('1 + 1') !== 2) console.log('unusable');
    runtime.close();
    console.log(other.eval('kept'));
    other.close();
    console.log(awaitThreads(0), JSON.stringify(live()));
    process.exitCode = 7;
  `;
}
