// @ts-check
// Stack: recursion without end, by every way from script into native code and back.

const overflow = ['RangeError'];

/** Small and large: V8 learns where its stack ends from us. */
const smallest = 512 * 2 ** 10;
const largest = 64 * 2 ** 20;

/** @type {import('../hostile-case.mjs').Script[]} */
export const stackRecursion = [
  { name: 'recursion', code: 'const f = () => f() + 1; f()', expect: overflow, why: 'the plain recursion' },
  {
    name: 'recursion-on-a-small-stack',
    code: 'const f = () => f() + 1; f()',
    limits: { stackSize: smallest },
    expect: overflow,
    why: 'the least that is accepted',
  },
  {
    name: 'recursion-on-a-large-stack',
    code: 'const f = () => f() + 1; f()',
    limits: { stackSize: largest },
    expect: overflow,
    why: 'the most that is accepted; none of it may have to be there before it is used',
  },
  {
    name: 'recursion-async',
    code: '(async () => { const f = () => f() + 1; await null; f(); })()',
    call: 'async',
    expect: overflow,
    why: 'in a microtask',
  },
  {
    name: 'recursion-with-large-frames',
    code: 'const names = Array.from({ length: 20000 }, (_, i) => "v" + i); const f = new Function("f", "let " + names.map((n) => n + " = 1").join() + "; f(f); return " + names.join("+")); f(f)',
    limits: { stackSize: smallest },
    expect: overflow,
    why: 'a frame of 160 KB, larger than any guard page',
  },
  {
    name: 'recursion-that-catches-each-overflow',
    code: 'let n = 0; const f = () => { try { f(); } catch { if (n++ < 100000) f(); } }; f(); "ended"',
    expect: [{ value: 'ended' }, 'RangeError', 'ERR_TIMEOUT'],
    why: 'overflows again and again, at all depths',
  },
  {
    name: 'recursion-by-apply',
    code: 'function f() { return f.apply(this, arguments) + Reflect.apply(f, null, []); } f(1, 2, 3)',
    expect: overflow,
    why: 'by builtins that push arguments',
  },
  {
    name: 'recursion-by-getter',
    code: 'const o = { get x() { return this.x; } }; o.x',
    expect: overflow,
    why: 'by accessors',
  },
  {
    name: 'recursion-by-proxy',
    code: 'const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x',
    expect: overflow,
    why: 'by traps',
  },
  {
    name: 'proxy-in-its-own-prototype-chain',
    code: 'const o = {}, p = new Proxy(o, {}); Object.setPrototypeOf(o, p); p.x',
    expect: overflow,
    why: 'no script runs: native code alone goes round',
  },
  {
    name: 'spread-into-a-call',
    code: 'Math.max(...new Array(10000000).fill(1))',
    limits: { maxHeapSize: 512 * 2 ** 20, timeout: 5000 },
    expect: overflow,
    why: 'ten million arguments, pushed by machine code',
  },
  {
    name: 'json-of-a-value-that-deepens',
    code: 'JSON.stringify({ toJSON() { return { again: this }; } })',
    expect: ['RangeError', 'TypeError'],
    why: 'each toJSON gives another level; it may be taken for a cycle',
  },
  {
    name: 'host-call-ping-pong',
    code: 'let depth = 0; const f = () => { depth++; return call(f); }; try { f(); } catch (e) { [e.constructor === RangeError, depth > 10] }',
    host: ['call'],
    limits: { timeout: 10_000 },
    expect: [{ value: [true, true] }, 'RangeError', 'ERR_TIMEOUT'],
    why: 'plugin, host, plugin, host: the stacks of both threads grow',
  },
  {
    name: 'host-call-ping-pong-async',
    code: '(async () => { const f = () => call(f); await null; return f(); })()',
    host: ['call'],
    call: 'async',
    limits: { timeout: 10_000 },
    expect: ['RangeError', 'ERR_TIMEOUT'],
    why: 'as above, while the host does not block',
  },
  {
    name: 'host-call-ping-pong-on-a-large-stack',
    code: 'const f = () => call(f); f()',
    host: ['call'],
    limits: { stackSize: largest, timeout: 10_000 },
    expect: ['RangeError', 'ERR_TIMEOUT'],
    why: "the plugin has far more stack than the host's thread",
  },
  {
    name: 'nested-call-ping-pong',
    code: 'globalThis.go = () => run("go()"); go()',
    host: ['run'],
    limits: { timeout: 10_000 },
    expect: ['RangeError', 'ERR_TIMEOUT'],
    why: 'plugin and host in turns, by nested scripts',
  },
  {
    name: 'recursion-in-a-getter-of-the-result',
    code: '({ get x() { const f = () => f() + 1; return f(); } })',
    expect: ['RangeError'],
    why: 'below the writer of the answer',
  },
  {
    name: 'recursion-by-writing-arguments',
    code: 'const make = () => ({ get x() { return echo(make()); } }); echo(make())',
    host: ['echo'],
    limits: { timeout: 10_000 },
    expect: ['RangeError', 'ERR_SERIALIZATION_LIMIT'],
    why: 'each argument needs another host call to be written',
  },
  {
    name: 'recursion-in-prepare-stack-trace',
    code: 'Error.prepareStackTrace = () => new Error("y").stack; throw new Error("x");',
    expect: ['Error', 'RangeError'],
    why: 'the stack of an error asks for the stack of another',
  },
  {
    name: 'recursion-in-wasm',
    code: 'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 6, 1, 4, 0, 16, 0, 11]))).exports.f()',
    expect: overflow,
    why: 'frames of another compiler',
  },
  {
    name: 'recursion-in-wasm-through-script',
    code: 'const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 103, 0, 1, 10, 6, 1, 4, 0, 16, 0, 11])); const { g } = new WebAssembly.Instance(module, { m: { f: () => g() } }).exports; g()',
    expect: overflow,
    why: 'as above, through wrappers between the two',
  },
];
