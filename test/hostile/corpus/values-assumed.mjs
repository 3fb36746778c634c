// @ts-check
// What V8 takes for impossible, and ends the process for: see FatalErrors in native/isolate.

/** Of characters that a string of V8's may have. */
const longest = 2 ** 29 - 28;

const limits = { maxHeapSize: 64 * 2 ** 20, timeout: 5000 };

/** The runtime is given up, or the engine gets by: by version. */
const ended = ['ERR_TERMINATED', 'ERR_HEAP_LIMIT', 'TypeError', 'RangeError'];

/** A string of 512 MiB, made flat in one step. */
const most = 640;

/** @type {import('../hostile-case.mjs').Script[]} */
export const valuesAssumed = [
  {
    name: 'import-of-a-source',
    code: `import.source('a')`,
    expect: ['SyntaxError'],
    why: 'from V8 13 on it asks the host for the source, and expects that every host has an answer',
  },
  {
    name: 'huge-tag-in-an-error',
    code: `Map.prototype.get.call({ __proto__: null, [Symbol.toStringTag]: 'a'.repeat(${longest}) })`,
    limits,
    expect: ended,
    most,
    why: 'V8 expects that the text of an error can be made',
  },
  {
    name: 'huge-symbol-in-an-error',
    code: `undefined[Symbol('a'.repeat(${longest}))]`,
    limits,
    expect: ended,
    most,
    why: 'the same',
  },
  {
    name: 'huge-symbol-thrown',
    code: `throw Symbol('a'.repeat(${longest}))`,
    limits,
    expect: ended,
    most,
    why: 'the same, for what is told of an error that nobody caught',
  },
  {
    name: 'huge-name-of-an-error-in-an-error',
    code: `const text = 'a'.repeat(${longest}); Map.prototype.get.call(Object.assign(new Error(text), { name: text }))`,
    limits,
    expect: ended,
    most,
    why: 'name and message are put together',
  },
  {
    name: 'huge-text-with-quotes-in-an-anchor',
    code: `''.anchor('"' + 'a'.repeat(${longest + 3}))`,
    limits,
    expect: ended,
    most,
    why: 'six characters for one, past the longest string',
  },
  {
    name: 'dates-without-names',
    code: `new Intl.DateTimeFormat('my', { calendar: 'hebrew' }).formatToParts(0)`,
    limits,
    expect: ended,
    why: 'ICU has no names for that calendar in that language: V8 expects some',
  },
  {
    name: 'ranges-of-dates-without-names',
    code: `new Intl.DateTimeFormat('my', { calendar: 'hebrew' }).formatRangeToParts(0, 1e12)`,
    limits,
    expect: ended,
    why: 'the same',
  },
  {
    name: 'evals-in-one-another-and-a-stack',
    code: `globalThis.c = '(() => globalThis.go ? new Error("x").stack : (0, eval)(c + "//" + i))';
      let f = (0, eval)(c); for (globalThis.i = 0; i < 20000; i++) f = f(); globalThis.go = true; f().length > 400_000`,
    limits,
    expect: [{ value: true }, ...ended],
    why: 'where an eval is from is found by recursion',
  },
  {
    name: 'tree-of-prototypes-changed-at-its-root',
    code: `const all = [{ foo: 0 }], kept = [], load = (x) => x.foo;
      for (let i = 1; i < 42000; i++) {
        const leaf = Object.create(all[i - 1]); leaf.foo = 1; load(Object.create(leaf));
        const next = Object.create(all[i - 1]); next.foo = i; all.push(next); load(Object.create(next)); kept.push(leaf);
      }
      all[0].bar = 1`,
    limits,
    expect: [{ value: 1 }, ...ended],
    why: 'V8 walks all of it by recursion, without a look at its stack',
  },
  {
    name: 'intl-below-a-patched-prototype',
    code: 'Object.prototype.DurationFormat = () => 1; typeof Intl',
    limits,
    expect: [{ value: 'object' }],
    why: 'what is found under such a name is taken for one of the engine',
  },
  {
    name: 'intl-below-a-hostile-length',
    code: `Object.prototype.DurationFormat = Object.defineProperty(function () {}, 'length', { get() { throw 1; } }); typeof Intl`,
    limits,
    expect: [{ value: 'object' }],
    why: 'the same, with a getter that throws',
  },
];
