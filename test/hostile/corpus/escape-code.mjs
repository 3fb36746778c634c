// @ts-check
// Escape by code: globals, functions made from text, imports, WebAssembly, and stacks.
import { inside, probing } from './escape-probe.mjs';

/** @type {import('../hostile-case.mjs').Script[]} */
export const escapeCode = [
  {
    name: 'constructor-of-the-global-object',
    code: 'globalThis.constructor.constructor("return process")()',
    expect: ['ReferenceError'],
    why: 'the oldest way out of node:vm',
  },
  {
    name: 'everything-reachable-from-the-global-object',
    code: probing('reach(globalThis)'),
    host: ['echo', 'call', 'fail', 'later', 'everything'],
    limits: { timeout: 5000 },
    expect: inside,
    why: 'all objects of the realm, host functions among them',
  },
  {
    name: 'this-of-the-script',
    code: probing(
      'this === globalThis && (function () { return this; })() === globalThis ? reach(this) : "another this"',
    ),
    limits: { timeout: 5000 },
    expect: inside,
    why: 'a sloppy this is the global object of the realm that the function is of',
  },
  {
    name: 'globals-of-hosts',
    code: 'const names = Object.getOwnPropertyNames(globalThis); ["process", "require", "module", "exports", "global", "Buffer", "fetch", "console", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "structuredClone", "performance", "navigator", "crypto", "WebSocket", "Worker", "MessageChannel", "URL", "TextEncoder", "Blob", "ShadowRealm", "gc", "print", "load", "read", "d8", "internalBinding", "primordials", "__dirname", "alert"].filter((name) => names.includes(name) || typeof globalThis[name] !== "undefined")',
    expect: [{ value: [] }],
    why: 'bare ECMAScript and WebAssembly, nothing else',
  },
  {
    name: 'syntax-of-the-engine',
    code: 'let found = []; for (const s of ["%DebugPrint(1)", "%GetFunctionName(echo)", "import.meta", "new.target", "return 1"]) try { (0, eval)(s); found.push(s); } catch (e) { if (!(e instanceof SyntaxError)) found.push(e); } found',
    expect: [{ value: [] }],
    why: 'natives of V8 and what belongs to modules',
  },
  {
    name: 'call-sites-of-a-stack',
    code: probing(`
      let sites = [];
      Error.prepareStackTrace = (error, all) => { sites.push(...all); return 'made'; };
      const inner = () => { new Error('x').stack; try { fail('y'); } catch (e) { e.stack; } };
      call(inner); inner();
      const of = (site) => [site.getThis(), site.getFunction(), site.getFileName(), site.getEvalOrigin(), site.getScriptNameOrSourceURL(), site.getFunctionName(), String(site)];
      delete Error.prepareStackTrace;
      const verdicts = new Set(sites.map((site) => of(site).map((x) => (x === undefined || x === null ? 'inside' : typeof x === 'string' ? (showsPath(x) ? x : 'inside') : x === globalThis ? 'inside' : reach(x))).find((x) => x !== 'inside') ?? 'inside'));
      sites.length > 3 ? [...verdicts].join() : 'no sites'`),
    host: ['call', 'fail'],
    limits: { timeout: 5000 },
    expect: inside,
    why: 'call sites hand out functions, receivers and file names of each frame',
  },
  {
    name: 'stack-in-a-call-back',
    code: probing(
      'Error.stackTraceLimit = 1000; const s = call(() => { const o = {}; Error.captureStackTrace(o); return o.stack + new Error("x").stack; }); showsPath(s) || !s.includes("<eval>") ? s : "inside"',
    ),
    host: ['call'],
    expect: inside,
    why: 'frames of the host lie below it',
  },
  {
    name: 'stack-after-an-await-of-the-host',
    code: probing(
      'Error.stackTraceLimit = 1000; (async function outer() { await later(1); return (async function inner() { await later(2); const s = new Error("x").stack; return showsPath(s) ? s : "inside"; })(); })()',
    ),
    host: ['later'],
    call: 'async',
    expect: inside,
    why: 'async stacks show who awaits',
  },
  {
    name: 'stack-of-an-answer',
    code: 'Error.stackTraceLimit = 1000; call(() => { throw new Error("x"); })',
    host: ['call'],
    expect: ['Error'],
    why: 'an error of the plugin that went through the host arrives with frames of the plugin only: the runner looks',
  },
  {
    name: 'names-of-files-of-the-host',
    code: 'eval("throw new Error(1) //# sourceURL=/etc/passwd\\n//# sourceMappingURL=file:///etc/passwd")',
    expect: ['Error'],
    why: 'a name is a name: nobody opens it',
  },
  {
    name: 'import-of-builtins',
    code: probing(
      'Promise.allSettled(["fs", "node:fs", "node:child_process", "data:text/javascript,export default process", "file:///etc/hostname", "/etc/hostname", "./run-corpus.mjs", ""].map((s) => import(s).catch((e) => Promise.reject(without(e, s))))).then((all) => [...new Set(all.map((one) => one.status + " " + (one.reason === undefined ? "" : reach(one.reason))))].join())',
    ),
    call: 'async',
    limits: { timeout: 5000 },
    expect: [{ value: 'rejected inside' }],
    why: "the callback of Node's loader may be what answers",
  },
  {
    name: 'import-in-made-functions',
    code: probing(
      'const all = [() => eval("import(\'node:fs\')"), () => new Function("return import(\'node:fs\')")(), () => (0, eval)("import(\'node:fs\')"), () => new (async () => {}).constructor("return import(\'node:fs\')")()]; Promise.allSettled(all.map((f) => f())).then((r) => [...new Set(r.map((x) => x.status + " " + reach(without(x.reason, "node:fs"))))].join())',
    ),
    call: 'async',
    limits: { timeout: 5000 },
    expect: [{ value: 'rejected inside' }],
    why: 'code without a script of the host to be asked for',
  },
  {
    name: 'functions-made-from-text',
    code: 'const kinds = [function () {}, function* () {}, async function () {}, async function* () {}, () => {}, class {}]; kinds.map((k) => { const F = k.constructor; const f = F("return typeof process + (this === globalThis)"); return F === Function ? f() : typeof f; }).concat(eval("typeof process"), (0, eval)("typeof require"))',
    expect: [
      {
        value: [
          'undefinedtrue',
          'function',
          'function',
          'function',
          'undefinedtrue',
          'undefinedtrue',
          'undefined',
          'undefined',
        ],
      },
    ],
    why: 'eval and its relatives stay in the realm',
  },
  {
    name: 'async-functions-made-from-text',
    code: '(async () => { const A = (async () => {}).constructor, G = (async function* () {}).constructor; const a = await A("return typeof process")(); const g = (await G("yield typeof require")().next()).value; return [a, g]; })()',
    call: 'async',
    expect: [{ value: ['undefined', 'undefined'] }],
    why: 'as above',
  },
  {
    name: 'host-function-as-a-wasm-import',
    code: probing(
      'const m = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 111, 2, 7, 1, 1, 109, 1, 102, 0, 0, 7, 5, 1, 1, 103, 0, 0])); const i = new WebAssembly.Instance(m, { m: { f: everything } }); [i.exports.g(), i.exports.g, m, i].map(reach).join()',
    ),
    host: ['everything'],
    limits: { timeout: 5000 },
    expect: [{ value: 'inside,inside,inside,inside' }],
    why: 'called by machine code, with no frame of script in between',
  },
  {
    name: 'wasm-import-that-throws',
    code: probing(
      'const m = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0, 7, 5, 1, 1, 103, 0, 0])); const i = new WebAssembly.Instance(m, { m: { f: fail } }); try { i.exports.g(); "returned" } catch (e) { [reach(e), e.name].join() }',
    ),
    host: ['fail'],
    limits: { timeout: 5000 },
    expect: [{ value: 'inside,RangeError' }],
    why: "the host's error unwinds frames of machine code",
  },
  {
    name: 'wasm-from-a-stream',
    code: probing(
      'Promise.allSettled(["compileStreaming", "instantiateStreaming"].map(async (k) => { if (WebAssembly[k] === undefined) throw new TypeError("absent"); return WebAssembly[k](Promise.resolve({ url: "file:///etc/passwd", arrayBuffer: () => new ArrayBuffer(8) })); })).then((all) => all.map((one) => one.status + " " + reach(one.reason)).join())',
    ),
    call: 'async',
    limits: { timeout: 5000 },
    expect: [{ value: 'rejected inside,rejected inside' }],
    why: "Node's own callback for it reads an environment that is not there",
  },
];
