// @ts-check
// Time: builtins that run for long and look rarely, or never, whether they should stop. Sizes are such that each takes
// seconds and then ends: a thread that was given up must be seen to be freed.

const late = ['ERR_TIMEOUT'];

/** @type {import('../hostile-case.mjs').Script[]} */
export const timeBuiltins = [
  {
    name: 'index-of-in-an-array-like',
    code: 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1, 2 ** 53 - 2 ** 22)',
    expect: late,
    why: 'never looks',
  },
  {
    name: 'index-of-in-an-array-like-async',
    code: 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1, 2 ** 53 - 2 ** 22)',
    call: 'async',
    expect: late,
    why: 'as above, while nobody waits',
  },
  {
    name: 'index-of-in-a-microtask',
    code: 'Promise.resolve().then(() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1, 2 ** 53 - 2 ** 22))',
    expect: late,
    why: 'as above, after the script',
  },
  {
    name: 'index-of-in-a-continuation',
    code: '(async () => { await later(1); Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1, 2 ** 53 - 2 ** 22); })()',
    host: ['later'],
    call: 'async',
    expect: late,
    why: "as above, on the event loop's turn",
  },
  {
    name: 'index-of-in-a-host-call-back',
    code: 'call(() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1, 2 ** 53 - 2 ** 22))',
    host: ['call'],
    expect: late,
    why: 'as above, below a frame of the host',
  },
  {
    name: 'index-of-in-a-getter-of-the-result',
    code: '({ get x() { return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1, 2 ** 53 - 2 ** 22); } })',
    expect: late,
    why: 'as above, while the answer is written',
  },
  {
    name: 'last-index-of-in-an-array-like',
    code: 'Array.prototype.lastIndexOf.call({ length: 2 ** 27 }, 1)',
    expect: late,
    why: 'never looks',
  },
  {
    name: 'for-each-over-holes',
    code: 'Array.prototype.forEach.call({ length: 2 ** 27 }, () => {})',
    expect: late,
    why: 'never looks between the holes',
  },
  {
    name: 'slice-of-an-array-like',
    code: 'Array.prototype.slice.call({ length: 2 ** 27 + 2 ** 20 }, 2 ** 20).length',
    expect: [...late, 'ERR_HEAP_LIMIT', 'RangeError'],
    why: 'copies holes one by one',
  },
  {
    name: 'join-of-an-array-like',
    code: 'Array.prototype.join.call({ length: 2 ** 26 }, "").length',
    expect: [...late, 'ERR_HEAP_LIMIT'],
    why: 'reads what is not there, joins nothing',
  },
  {
    name: 'raw-text-of-a-template-without-end',
    code: 'String.raw({ raw: { length: 2 ** 25 } }).length',
    expect: [...late, 'ERR_HEAP_LIMIT', 'RangeError'],
    most: 256,
    why: 'a builtin that concatenates what is not there',
  },
  {
    name: 'copy-within-an-array-like',
    code: 'Array.prototype.copyWithin.call({ length: 2 ** 26 }, 0, 1)',
    expect: late,
    why: 'never looks',
  },
  {
    name: 'reverse-of-an-array-like',
    code: 'Array.prototype.reverse.call({ length: 2 ** 27 })',
    expect: late,
    why: 'never looks',
  },
  {
    name: 'fill-of-an-array-like-proxy',
    code: 'Array.prototype.fill.call(new Proxy({ length: 2 ** 53 - 1 }, { set: () => true }), 1)',
    expect: late,
    why: 'calls a trap each time, without end',
  },
  {
    name: 'last-index-of-in-a-string',
    code: '"a".repeat(120000).lastIndexOf("a".repeat(60000) + "b")',
    expect: late,
    why: 'quadratic: compares 60,000 letters at each of 60,000 places',
  },
  {
    name: 'index-of-in-a-string',
    code: '"a".repeat(150000).indexOf("a".repeat(1000) + "b" + "a".repeat(50000))',
    expect: late,
    why: 'the worst case of the search that V8 uses',
  },
  {
    name: 'normalize-of-combining-marks',
    code: '("a" + "\\u0301\\u0327".repeat(50000)).normalize("NFC").length',
    expect: late,
    why: 'marks are put in order one by one: quadratic, in ICU',
  },
  {
    name: 'bigint-from-text',
    code: 'BigInt("9".repeat(8000000)) > 0n',
    expect: late,
    why: 'parses 8 million digits in native code',
  },
  {
    name: 'bigint-literal-of-source',
    code: 'eval("9".repeat(3000000) + "n") > 0n',
    expect: [...late, 'EvalError'],
    why: 'as above, by the parser or the compiler',
  },
  {
    name: 'bigint-to-text',
    code: '(3n ** 20000000n).toString().length',
    expect: late,
    why: 'prints a number of 4 MB in native code',
  },
  {
    name: 'bigint-power',
    code: '3n ** 300000000n > 0n',
    expect: [...late, 'ERR_HEAP_LIMIT', 'RangeError'],
    why: 'multiplies numbers of megabytes',
  },
  {
    name: 'pattern-that-backtracks',
    code: '/^(a+)+$/.test("a".repeat(40) + "b")',
    expect: late,
    why: 'exponential',
  },
  {
    name: 'pattern-with-back-references',
    code: '/(.*)*\\1b/.test("a".repeat(60))',
    expect: late,
    why: 'exponential, with back references',
  },
  {
    name: 'pattern-in-a-loop-of-matches',
    code: '"a".repeat(200000).replace(/a*b/g, "").length',
    expect: late,
    why: 'quadratic, in one call of a builtin',
  },
  {
    name: 'sort-of-floats',
    code: 'const a = new Float64Array(3000000); for (let r = 0; r < 20; r++) { for (let i = 0; i < a.length; i++) a[i] = (i * 16807 + r) % 2147483647; a.sort(); }',
    expect: late,
    why: 'sorts 24 MB in native code, which does not look, again and again',
  },
  {
    name: 'parse-of-large-source',
    code: 'for (;;) new Function("[" + "x,".repeat(1000000) + "]")',
    expect: [...late, 'ERR_HEAP_LIMIT', 'EvalError'],
    why: 'the parser does not look',
  },
  {
    name: 'parse-of-large-json',
    code: 'const s = "[" + "1,".repeat(2000000) + "1]"; for (;;) JSON.parse(s);',
    expect: [...late, 'ERR_HEAP_LIMIT'],
    why: 'native code, again and again',
  },
  {
    name: 'wasm-compiled-without-end',
    code: `
      const leb = (n) => { const b = []; do { b.push((n & 127) | (n > 127 ? 128 : 0)); n >>= 7; } while (n > 0); return b; };
      const section = (id, payload) => [id, ...leb(payload.length)].concat(payload);
      const body = [0].concat(...Array.from({ length: 3000 }, () => [65, 1, 26]), 11);
      const bodies = [].concat(...Array.from({ length: 60 }, () => leb(body.length).concat(body)));
      const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0].concat(
        section(1, [1, 96, 0, 0]), section(3, [60].concat(new Array(60).fill(0))), section(10, [60].concat(bodies))));
      for (let i = 0; ; i++) { bytes[bytes.length - 3] = i & 63; new WebAssembly.Module(bytes); }`,
    expect: [...late, 'ERR_HEAP_LIMIT'],
    why: 'validated and compiled on the spot, and by helper threads',
  },
  {
    name: 'object-with-long-prototype-chain',
    code: 'let o = {}; for (let i = 0; i < 20000; i++) o = Object.create(o); for (;;) o.missing;',
    expect: late,
    why: 'each look-up walks 20,000 prototypes',
  },
  {
    name: 'enumeration-of-a-long-prototype-chain',
    code: 'let o = {}; for (let i = 0; i < 15000; i++) { o = Object.create(o); o["k" + i] = i; } let n = 0; for (const k in o) n++; n',
    expect: [...late, { value: 15_000 }],
    why: 'for-in collects names over 15,000 objects, quadratically where it must',
  },
];
