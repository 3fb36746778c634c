import { describe, it } from 'vitest';
import { expectChild, sanitized } from './support/child.js';

/** What V8 can't write, and ends the process for, or may one day. In child processes, as nobody survives that here. */
const values: [what: string, code: string][] = [
  ['an object of Intl', 'new Intl.DateTimeFormat("en")'],
  ['segments', 'new Intl.Segmenter("en").segment("a b")'],
  ['a locale', 'new Intl.Locale("en")'],
  ['a resizable buffer', 'new ArrayBuffer(8, { maxByteLength: 64 })'],
  ['a view of one', 'new Uint8Array(new ArrayBuffer(8, { maxByteLength: 64 }))'],
  ['a shared buffer', 'new SharedArrayBuffer(8)'],
  ['a module of WebAssembly', 'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))'],
  ['a memory of WebAssembly', 'new WebAssembly.Memory({ initial: 1 })'],
  ['a table of WebAssembly', 'new WebAssembly.Table({ initial: 1, element: "anyfunc" })'],
  ['asm.js', '(function () { "use asm"; function f() { return 1 | 0; } return f; })()'],
  [
    'weak references',
    '[new WeakRef({}), new WeakMap([[globalThis, 1]]), new FinalizationRegistry(() => {})]',
  ],
  [
    'a generator that waits',
    '(() => { const g = (function* () { yield 1; yield 2; })(); g.next(); return g; })()',
  ],
  ['an async function that waits', '(async () => { await new Promise(() => {}); })()'],
  [
    'an error with a stack',
    '(() => { Error.stackTraceLimit = 5; return [new Error("a"), Object.assign(new TypeError(), { x: 1 })]; })()',
  ],
  [
    'an error whose stack is gone',
    '(() => { Error.stackTraceLimit = 5; const e = new Error("a"); delete e.stack; return e; })()',
  ],
  [
    'a stack of no error',
    '(() => { Error.stackTraceLimit = 5; const e = {}; Error.captureStackTrace(e); return e; })()',
  ],
  [
    'a stack in the making',
    '(() => { Error.stackTraceLimit = 5; Error.prepareStackTrace = () => { for (;;); }; return new Error("a"); })()',
  ],
  ['a promise that nobody handles', 'Promise.reject(new Error("x"))'],
  ['a wait of Atomics', 'Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)'],
  ['the classes of streams', 'new ReadableStream({ start(c) { c.enqueue(1); } })'],
  ['a proxy', 'new Proxy(function () {}, { get() { return 1; } })'],
  [
    'a proxy that is revoked',
    '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()',
  ],
  ['a detached buffer', '(() => { const b = new ArrayBuffer(8); return b; })()'],
  ['a date of Temporal', 'Temporal.PlainDate.from("2026-01-01")'],
  ['an import that failed', 'import("nowhere")'],
  [
    'arrays of all kinds',
    '[[1.5], [, 1], [{}], Object.freeze([1]), new Array(1e5), Object.assign([], { x: 1 })]',
  ],
  ['large bytes', 'new Uint8Array(5e6).fill(7)'],
  [
    'a function that was optimized',
    '(() => { const f = (x) => x + 1; for (let i = 0; i < 1e6; i++) f(i); return f; })()',
  ],
  [
    'a pattern that was compiled',
    '(() => { const r = /(a|b)+c/y; for (let i = 0; i < 1000; i++) r.test("ababc"); return r; })()',
  ],
];

describe('a snapshot with', () => {
  it.each(values)('%s is made and used, or refused, and the host lives', async (_, code) => {
    const script = `
      const other = new Runtime();
      other.eval('globalThis.alive = 1');
      const builder = new isolet.SnapshotBuilder({ maxHeapSize: 64 << 20, timeout: 5000 });
      let snapshot;
      try {
        builder.executeScript('a.js', ${JSON.stringify(`globalThis.kept = ${code};`)});
      } catch (error) { if (error.code !== 'ERR_JAVASCRIPT') console.log(error); }
      try { snapshot = builder.build(); } catch (error) { if (error.code !== 'ERR_SNAPSHOT') console.log(error); }
      if (snapshot !== undefined) {
        for (const maxHeapSize of [undefined, 64 << 20]) {
          const runtime = new Runtime({ snapshot, maxHeapSize, timeout: 5000 });
          if (runtime.eval('typeof kept; try { String(kept) } catch {}; 1') !== 1) console.log('wrong');
          try { runtime.eval('kept'); } catch ({ code }) { if (!/^ERR_(DATA_CLONE|JAVASCRIPT|MODULE|PENDING_PROMISE|TIMEOUT)$/.test(code)) console.log(code); }
          if (runtime.eval('6 * 7') !== 42) console.log('unusable');
          runtime.close();
        }
      }
      console.log(other.eval('alive'));
      other.close();
      const lost = live().lost;
      if (lost > 1) console.log('lost', lost);
      console.log(awaitThreads(0), live().runtimes, live().handles);
    `;
    await expectChild(script, ['1', 'true 0 0']);
  });

  it.skipIf(sanitized)('a thread lost in writing leaves the process to end with its code', async () => {
    const script = `
      const builder = new isolet.SnapshotBuilder();
      builder.executeScript('a.js', 'globalThis.kept = typeof Temporal === "object" ? Temporal.PlainDate.from("2026-01-01") : 1');
      try { builder.build(); } catch (error) { if (error.code !== 'ERR_SNAPSHOT') console.log(error); }
      builder.close();
      process.exitCode = 7;
      console.log('written');
    `;
    await expectChild(script, ['written'], { code: 7 });
  });
});
