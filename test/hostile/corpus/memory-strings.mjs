// @ts-check
// Memory: a short script makes strings of hundreds of megabytes, in one step of a builtin. V8's longest string has
// 2 ** 29 - 24 characters.

const fullOrRefused = ['ERR_HEAP_LIMIT', 'RangeError'];
/** The builtin may be slow enough for the deadline to come first. */
const fullRefusedOrLate = ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'];

/** @type {import('../hostile-case.mjs').Script[]} */
export const memoryStrings = [
  {
    name: 'strings-kept',
    code: 'const a = []; for (;;) a.push(String(a.length).padStart(1000, "x") + "!");',
    expect: ['ERR_HEAP_LIMIT'],
    why: 'the plain leak',
  },
  {
    name: 'string-that-doubles',
    code: 'let s = "x"; for (;;) s += s;',
    expect: fullOrRefused,
    why: 'a rope, which costs nothing until somebody looks at it',
  },
  {
    name: 'longest-string-flattened',
    code: 'const s = "ab".repeat(2 ** 28 - 12); s.charCodeAt(s.length >> 1)',
    expect: fullOrRefused,
    why: 'a rope of 512 MiB becomes one flat string',
  },
  {
    name: 'longest-wide-string-flattened',
    code: 'const s = "\\u0416\\u0428".repeat(2 ** 28 - 12); /x/.test(s)',
    expect: fullOrRefused,
    why: '1 GiB in one allocation',
  },
  {
    name: 'flat-strings-kept',
    code: 'const a = []; for (let i = 0; ; i++) { const s = "ab".repeat(2 ** 22) + i; s.charCodeAt(5); a.push(s); }',
    expect: fullOrRefused,
    why: '8 MiB each, in large-object space',
  },
  {
    name: 'string-spread',
    code: '[..."x".repeat(2 ** 27)].length',
    expect: fullRefusedOrLate,
    why: 'an array of 1 GiB out of a rope of 30 nodes',
  },
  {
    name: 'array-joined',
    code: 'new Array(2 ** 18).fill("x".repeat(1000)).join("").length',
    expect: fullRefusedOrLate,
    why: 'join writes 262 MB into one string',
  },
  {
    name: 'holes-joined',
    code: 'new Array(2 ** 24).join("0123456789abcdef").length',
    expect: fullOrRefused,
    why: 'a separator repeated 16 million times',
  },
  {
    name: 'joined-past-the-longest-string',
    code: 'new Array(2 ** 21).fill("x".repeat(1000)).join("")',
    expect: fullRefusedOrLate,
    why: '2 GB: past the longest string there is',
  },
  {
    name: 'replaced-by-a-pattern',
    code: '"x".repeat(2 ** 20).replace(/x/g, "y".repeat(400)).length',
    expect: fullRefusedOrLate,
    why: '400 MB built up in native code',
  },
  {
    name: 'replaced-by-groups',
    code: '"x".repeat(2 ** 13).replace(/(x+)/, "$1$1$1$1$1$1$1$1".repeat(2 ** 12)).charCodeAt(2 ** 27)',
    expect: fullRefusedOrLate,
    why: '256 MB: each group stands for all of the subject',
  },
  {
    name: 'replaced-by-the-rest',
    code: '"x".repeat(2 ** 15).replace(/x/g, "$\'").length',
    expect: fullRefusedOrLate,
    why: 'each match is replaced by all that follows: quadratic, 512 MiB',
  },
  {
    name: 'replaced-by-a-function',
    code: 'const big = "y".repeat(2 ** 20); "x".repeat(400).replace(/x/g, () => big).length',
    expect: fullOrRefused,
    why: 'results are collected, then written at once',
  },
  {
    name: 'padded',
    code: '"".padStart(2 ** 28, "abc").charCodeAt(7)',
    expect: fullOrRefused,
    why: '256 MiB by one call',
  },
  {
    name: 'upper-case-that-is-longer',
    code: '"\\u0390".repeat(2 ** 25).toUpperCase().length',
    expect: fullRefusedOrLate,
    why: 'each of these letters becomes three; ICU does it, without polling',
  },
  {
    name: 'normalized',
    code: '"\\ufdfa".repeat(2 ** 22).normalize("NFKD").length',
    expect: fullRefusedOrLate,
    why: 'each of these letters becomes 18, in memory of ICU outside the heap',
  },
  {
    name: 'percent-encoded',
    code: 'encodeURIComponent("\\u{1f600}".repeat(2 ** 22)).length',
    expect: fullRefusedOrLate,
    why: 'twelve times as long, in native code',
  },
  {
    name: 'escaped',
    code: 'escape("\\u0416".repeat(2 ** 24)).length',
    expect: fullRefusedOrLate,
    why: 'six times as long, in native code',
  },
  {
    name: 'raw-template',
    code: 'String.raw({ raw: new Array(2 ** 16).fill("x".repeat(8000)) }).charCodeAt(9)',
    expect: fullRefusedOrLate,
    why: 'a deep rope of 512 MiB, then flattened',
  },
  {
    name: 'json-of-one-string-many-times',
    code: 'JSON.stringify(new Array(400).fill("x".repeat(2 ** 20))).length',
    expect: fullRefusedOrLate,
    why: '400 MB built up by native code out of one string',
  },
  {
    name: 'json-with-indentation',
    code: 'let o = 1; for (let i = 0; i < 6000; i++) o = [o]; JSON.stringify(o, null, 10).length',
    limits: { stackSize: 8 * 2 ** 20 },
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    why: 'indentation is quadratic in depth: 360 MB',
  },
  {
    name: 'json-that-is-escaped-again-and-again',
    code: 'let s = "\\u0001"; for (;;) s = JSON.stringify(s);',
    expect: fullRefusedOrLate,
    why: 'doubles with each step, in native code',
  },
  {
    name: 'names-of-functions',
    code: 'const s = "x".repeat(2 ** 28); const f = { [s]() {} }; f[s].name.length',
    expect: fullOrRefused,
    why: 'a property name is internalized: flattened and hashed, 256 MiB',
  },
  {
    name: 'symbol-description',
    code: 'const s = Symbol("x".repeat(2 ** 28)); s.toString().charCodeAt(100)',
    expect: fullOrRefused,
    why: 'flattened with what is put around it',
  },
  {
    name: 'message-of-an-error',
    code: 'throw new Error("x".repeat(2 ** 28))',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'Error'],
    why: 'the error has to be read for the host, stack and message both',
  },
  {
    name: 'name-of-an-error',
    code: 'const e = new Error("m"); e.name = "x".repeat(2 ** 28); throw e;',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'x'.repeat(2 ** 16)],
    why: 'as above, by its name',
  },
  {
    name: 'stack-of-an-error',
    code: 'const e = new Error("m"); e.stack = "x".repeat(2 ** 28); throw e;',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'Error'],
    why: 'as above, by its stack',
  },
];
