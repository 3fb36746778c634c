// @ts-check
// Escape by values: whatever crosses is asked for its constructor, its prototype, and what it shows.
import { inside, probing } from './escape-probe.mjs';

/** @type {import('../hostile-case.mjs').Script[]} */
export const escapeValues = [
  {
    name: 'constructor-of-a-host-function',
    code: probing('reach(echo)'),
    host: ['echo'],
    limits: { timeout: 5000 },
    expect: inside,
    why: 'if it is a function of the host, so is its constructor',
  },
  {
    name: 'shape-of-a-host-function',
    code: 'let made = "nothing"; try { made = typeof new echo(1); } catch {} try { made = typeof Reflect.construct(Object, [], echo); } catch {} try { made = typeof new (class extends echo {})(); } catch {} [Reflect.ownKeys(echo).sort().join(), String(echo).includes("native code"), made === "nothing" || made === "object", Object.getPrototypeOf(echo) === Function.prototype]',
    host: ['echo'],
    expect: [
      { value: ['length,name', true, true, true] },
      { value: ['length,name,prototype', true, true, true] },
    ],
    why: 'no source, no properties of the original, no instance of a host class',
  },
  {
    name: 'caller-of-a-function',
    code: 'function f() { return [f.caller, f.arguments?.callee?.caller, arguments.callee.caller]; } const seen = call(f); [seen.every((x) => x === null || x === undefined), (() => { try { return echo.caller ?? null; } catch (e) { return e.constructor === TypeError ? null : e; } })()]',
    host: ['call', 'echo'],
    expect: [{ value: [true, null] }],
    why: 'a sloppy function asks who called it',
  },
  {
    name: 'this-of-a-call-back',
    code: 'let strict; call(function () { "use strict"; strict = this; }); const sloppy = call(function () { return this === globalThis; }); [strict === undefined, sloppy]',
    host: ['call'],
    expect: [{ value: [true, true] }],
    why: 'must be no object of the host',
  },
  {
    name: 'arguments-of-a-call-back',
    code: probing('call((...all) => reach(all), everything(), 1, echo, {})'),
    host: ['call', 'everything', 'echo'],
    limits: { timeout: 5000 },
    expect: inside,
    why: 'values that the host gives',
  },
  {
    name: 'values-of-every-kind',
    code: probing('reach(everything())'),
    host: ['everything'],
    limits: { timeout: 5000 },
    expect: inside,
    why: 'one of each kind that crosses',
  },
  {
    name: 'functions-inside-values',
    code: probing(
      'const { method, Class } = everything(); const got = []; try { new Class(); got.push("an instance"); } catch {} got.push(reach(method), reach(Class)); got.join()',
    ),
    host: ['everything'],
    limits: { timeout: 5000 },
    expect: [{ value: 'inside,inside' }, { value: 'an instance,inside,inside' }],
    why: 'a method and a class of the host',
  },
  {
    name: 'host-error',
    code: probing(
      'try { fail("x"); } catch (e) { [reach(e), e.cause, e.file, Reflect.ownKeys(e).sort().join(), e.constructor === RangeError, showsPath(e.stack)] }',
    ),
    host: ['fail'],
    limits: { timeout: 5000 },
    expect: [{ value: ['inside', undefined, undefined, 'code,message,stack', true, false] }],
    why: "name, message and code; the host's stack and its other properties show paths",
  },
  {
    name: 'host-rejection',
    code: probing(
      'refuse("x").catch((e) => [reach(e), e.cause, e.file, e.constructor === RangeError, showsPath(e.stack)])',
    ),
    host: ['refuse'],
    call: 'async',
    limits: { timeout: 5000 },
    expect: [{ value: ['inside', undefined, undefined, true, false] }],
    why: 'as above, by a promise',
  },
  {
    name: 'host-promise',
    code: probing(
      'const p = later({ a: [1] }); const here = reach(p); p.then((v) => [here, reach(v), p instanceof Promise])',
    ),
    host: ['later'],
    call: 'async',
    limits: { timeout: 5000 },
    expect: [{ value: ['inside', 'inside', true] }],
    why: 'a promise of the host would bring its constructor along',
  },
  {
    name: 'errors-of-the-crossing',
    code: probing(
      'const got = []; for (const bad of [Symbol("s"), new WeakMap(), "x".repeat(11 * 2 ** 20), new Proxy({}, { ownKeys() { return 5; } })]) try { echo(bad); got.push("crossed"); } catch (e) { got.push(reach(e), showsPath(e.stack) || e instanceof Error); } got.join()',
    ),
    host: ['echo'],
    limits: { timeout: 5000 },
    expect: [{ value: 'inside,true,inside,true,inside,true,inside,true' }],
    why: 'errors made by native code, in whichever realm it thinks it is',
  },
  {
    name: 'errors-of-a-nested-call',
    code: probing(
      'const got = []; for (const s of ["throw new TypeError(1)", "(", "Symbol()", "throw { a: 1 }"]) try { run(s); got.push("ran"); } catch (e) { got.push(reach(e), showsPath(String(e.stack))); } got.join()',
    ),
    host: ['run'],
    limits: { timeout: 5000 },
    expect: [{ value: 'inside,false,inside,false,inside,false,inside,false' }],
    why: "the host's own error class, with its stack, is thrown through the plugin",
  },
  {
    name: 'overflow-in-a-host-call',
    code: probing(
      'let caught; const f = () => { try { call(f); } catch (e) { caught ??= e; } }; f(); reach(caught)',
    ),
    host: ['call'],
    limits: { timeout: 20_000 },
    expect: inside,
    why: 'a RangeError that is made where there is no stack, on whichever side',
  },
  {
    name: 'species-of-copies',
    code: probing(
      'let got; class A extends Array { static get [Symbol.species]() { got = this; return A; } } class U extends Uint8Array {} Object.defineProperty(Array, Symbol.species, { get() { got = this; return Array; } }); const back = echo([A.from([1]), new U(2), Promise]); [got === undefined || got === A || got === Array, back[0].constructor === Array, back[1].constructor === Uint8Array, reach(back)]',
    ),
    host: ['echo'],
    limits: { timeout: 5000 },
    expect: [{ value: [true, true, true, 'inside'] }],
    why: 'who makes the copies could be asked of the plugin, or of the host',
  },
  {
    name: 'symbols-that-the-host-knows',
    code: 'const evil = () => { throw new Error("called by the host"); }; const o = { a: 1 }; for (const k of ["nodejs.util.inspect.custom", "nodejs.util.promisify.custom", "nodejs.rejection", "nodejs.dispose"]) o[Symbol.for(k)] = evil; o[Symbol.toPrimitive] = evil; o[Symbol.iterator] = evil; o',
    expect: [{ value: { a: 1 } }],
    why: 'registered symbols are the same in all realms of a process; the runner prints the value',
  },
  {
    name: 'symbol-that-makes-a-stream',
    code: 'globalThis.asked = 0; ({ a: 1, [Symbol.asyncIterator]() { asked++; throw new RangeError("not by the host"); } })',
    expect: ['RangeError'],
    why: 'it is asked for its iterator, inside; what it throws is the answer',
  },
  {
    name: 'pollution-of-what-came-from-the-host',
    code: 'const all = everything(); for (const v of [...Object.values(all), echo, later(1)]) { const p = Object.getPrototypeOf(v); try { p.polluted = 1; p.toString = () => "polluted"; p.constructor.polluted = 1; } catch {} } try { fail("x"); } catch (e) { Object.getPrototypeOf(e).polluted = 1; } echo({}).polluted',
    host: ['everything', 'echo', 'later', 'fail'],
    expect: [{ value: 1 }],
    why: "pollutes the plugin's own realm, and no other: the runner looks",
  },
  {
    name: 'changes-to-what-came-from-the-host',
    code: 'const o = { n: 1, list: [1] }, bytes = new Uint8Array([1]); call((x, b) => { x.n = 2; x.list.push(2); b[0] = 2; Object.freeze(x); }, o, bytes); [o.n, o.list.length, bytes[0], Object.isFrozen(o)]',
    host: ['call'],
    expect: [{ value: [1, 1, 1, false] }],
    why: 'values are copies on each side',
  },
  {
    name: 'finalization-of-host-functions',
    code: probing(
      'let seen; const r = new FinalizationRegistry((x) => { seen = x; }); const { method, object } = everything(); r.register(method, object); [method, object].map((x) => reach(new WeakRef(x).deref())).concat(reach(r)).join()',
    ),
    host: ['everything'],
    limits: { timeout: 5000 },
    expect: [{ value: 'inside,inside,inside' }],
    why: 'weak references to what the host gave',
  },
];
