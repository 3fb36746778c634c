// @ts-check
// Time: an endless loop where values, errors, promises and calls go from the runtime to its host.
import { chosen } from '../../support/colliding-numbers.mjs';

const late = ['ERR_TIMEOUT'];

/** What loops, where any function will do. */
const loop = '() => { for (;;); }';

/** 80,000 names whose FNV-1a hashes have the same last 20 bits, as `record`: the last three characters are chosen for it. */
const collidingNames = `
  const prime = 16777619, mask = 2 ** 20 - 1, letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$'];
  let inverse = 1;
  for (let i = 0; i < 6; i++) inverse = Math.imul(inverse, 2 - Math.imul(prime, inverse));
  const codeOf = (letter) => letter.charCodeAt(0);
  const hash = (text, from = 2166136261) => [...text].reduce((state, letter) => Math.imul(state ^ codeOf(letter), prime) & mask, from);
  const before = (state, letter) => (Math.imul(state, inverse) & mask) ^ codeOf(letter);
  const endings = new Map();
  for (const a of letters) for (const b of letters) for (const c of letters) {
    endings.set([c, b, a].reduce(before, 5), a + b + c);
  }
  const record = {};
  let count = 0;
  for (const a of letters.slice(0, 52)) for (const b of letters) for (const c of letters) {
    const state = hash(a + b + c);
    for (const d of letters) {
      const ending = count < 80_000 && endings.get(hash(d, state));
      if (ending) record[a + b + c + d + ending] = ++count;
    }
  }`;

/** @type {import('../hostile-case.mjs').Script[]} */
export const timeCrossing = [
  {
    name: 'set-of-numbers-that-collide',
    code: `${chosen} new Set(chosen(20_000, 16_384))`,
    limits: { timeout: 10_000 },
    expect: ['ERR_DATA_CLONE'],
    why: 'whoever makes it anew compares each number with all before it, also the host, which has no deadline',
  },
  {
    name: 'maps-of-bigints-that-collide',
    code: 'echo(Array.from({ length: 50 }, () => new Map(Array.from({ length: 2000 }, (_, i) => [BigInt(i) << 64n, i])))).length',
    host: ['echo'],
    limits: { timeout: 10_000 },
    expect: ['DataCloneError'],
    why: 'as above: of a bigint only the lowest 64 bits are hashed',
  },
  {
    name: 'patterns-that-are-long-to-parse',
    code: 'Array.from({ length: 200 }, () => new RegExp(String.raw`[\\p{RGI_Emoji}]`, "iv"))',
    limits: { timeout: 10_000 },
    expect: ['ERR_DATA_CLONE'],
    why: 'the host parses each once more',
  },
  {
    name: 'record-whose-names-collide',
    code: `${collidingNames} Object.keys(echo(record)).length`,
    host: ['echo'],
    limits: { timeout: 10_000, maxHeapSize: 128 * 2 ** 20 },
    expect: [{ value: 80_000 }],
    why: 'a table with these hashes becomes one long list, also at the host, which has no deadline',
  },
  {
    name: 'loop-in-a-continuation-of-a-host-promise',
    code: '(async () => { await later(1); for (;;); })()',
    host: ['later'],
    call: 'async',
    expect: late,
    why: "runs on the event loop's turn, when the first run has long ended",
  },
  {
    name: 'host-promise-that-never-settles',
    code: 'never()',
    host: ['never'],
    call: 'async',
    expect: late,
    why: 'it is the host that does not answer',
  },
  {
    name: 'host-promise-in-a-sync-call',
    code: 'later(1)',
    host: ['later'],
    expect: ['ERR_PENDING_PROMISE', { value: 1 }],
    why: 'only the host could settle it, and the host is the one that waits',
  },
  {
    name: 'loop-in-a-getter-of-the-result',
    code: '({ get x() { for (;;); } })',
    expect: late,
    why: 'the value is being written for the host',
  },
  {
    name: 'loop-in-a-getter-of-the-result-async',
    code: '(async () => ({ a: { get x() { for (;;); } } }))()',
    call: 'async',
    expect: late,
    why: 'as above, after a promise was fulfilled',
  },
  {
    name: 'loop-in-a-trap-of-the-result',
    code: `new Proxy({}, { ownKeys: ${loop} })`,
    expect: late,
    why: 'as above, by a proxy',
  },
  {
    name: 'loop-in-a-getter-of-an-argument',
    code: 'echo({ get x() { for (;;); } })',
    host: ['echo'],
    expect: late,
    why: 'the argument is being written for a host function',
  },
  {
    name: 'loop-in-a-host-call-back',
    code: `call(${loop})`,
    host: ['call'],
    expect: late,
    why: 'below a frame of the host, which has its own say in how the error goes on',
  },
  {
    name: 'loop-in-a-nested-call',
    code: 'run("for (;;);")',
    host: ['run'],
    expect: late,
    why: 'the deadline of the outer call ends the inner one',
  },
  {
    name: 'loop-that-catches-the-nested-timeout',
    code: 'for (;;) { try { run("for (;;);"); } catch {} }',
    host: ['run'],
    expect: late,
    why: 'the inner error arrives in the plugin, which goes on',
  },
  {
    name: 'loop-in-the-result-of-a-host-call-back',
    code: 'call(() => ({ get x() { for (;;); } }))',
    host: ['call'],
    expect: late,
    why: 'written for the host while the host waits inside a host function',
  },
  {
    name: 'host-calls-without-end',
    code: 'for (;;) echo(1);',
    host: ['echo'],
    expect: late,
    why: 'half of the time the plugin waits for the host',
  },
  {
    name: 'host-calls-without-end-async',
    code: 'for (;;) echo(1);',
    host: ['echo'],
    call: 'async',
    expect: late,
    why: 'each call needs a turn of the host, whose event loop must go on',
  },
  {
    name: 'loop-in-then',
    code: `({ then: ${loop} })`,
    call: 'async',
    expect: late,
    why: 'the value of an async call is adopted if it is a thenable',
  },
  {
    name: 'loop-in-a-getter-of-then',
    code: '({ get then() { for (;;); } })',
    call: 'async',
    expect: late,
    why: 'whether it is a thenable must be asked first',
  },
  {
    name: 'loop-in-then-of-a-promise-result',
    code: `Promise.resolve({ then: ${loop} })`,
    expect: late,
    why: 'a job of the engine calls it',
  },
  {
    name: 'thenable-that-resolves-to-itself',
    code: 'const t = { then(resolve) { resolve(t); } }; t',
    call: 'async',
    expect: late,
    why: 'adopting never ends, each step is short',
  },
  {
    name: 'loop-in-to-string-of-an-error',
    code: `const e = new Error("x"); e.toString = ${loop}; throw e;`,
    expect: [...late, 'Error'],
    why: 'whoever prints it falls in',
  },
  {
    name: 'loop-in-a-thrown-object',
    code: `throw { toString: ${loop}, valueOf: ${loop}, [Symbol.toPrimitive]: ${loop} };`,
    expect: [...late, 'Error'],
    why: 'as above, by no error',
  },
  {
    name: 'loop-in-message-of-an-error',
    code: 'throw Object.defineProperty(new Error("x"), "message", { get() { for (;;); } });',
    expect: late,
    why: 'the error is being read for the host',
  },
  {
    name: 'loop-in-prepare-stack-trace',
    code: `Error.prepareStackTrace = ${loop}; throw new Error("x");`,
    expect: [...late, 'Error'],
    why: 'V8 calls it when the stack is read',
  },
  {
    name: 'loop-in-prepare-stack-trace-of-an-overflow',
    code: `Error.prepareStackTrace = ${loop}; const f = () => f(); f();`,
    expect: [...late, 'RangeError'],
    why: 'as above, for an error that the engine makes where no stack is left',
  },
  {
    name: 'loop-in-a-property-of-an-error',
    code: 'throw Object.defineProperty(new Error("x"), "extra", { enumerable: true, get() { for (;;); } });',
    expect: [...late, 'Error'],
    why: 'own properties cross with the error',
  },
  {
    name: 'loop-in-a-trap-of-a-thrown-proxy',
    code: `throw new Proxy(new Error("x"), { get: ${loop}, getPrototypeOf: ${loop}, ownKeys: ${loop} });`,
    expect: [...late, 'Error'],
    why: 'reading it must not run its traps, or must stop in time',
  },
  {
    name: 'loop-in-a-rejection',
    code: 'Promise.reject(Object.defineProperty(new Error("x"), "message", { get() { for (;;); } }))',
    call: 'async',
    expect: late,
    why: 'as the thrown error, by a promise',
  },
];
