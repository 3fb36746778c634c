import { describe, expect, it } from 'vitest';
import { expectChild, sanitized } from './support/child.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const MiB = 2 ** 20;
const nodeMajor = Number(process.versions.node.split('.')[0]);

/** Imports a function that never settles, "e.f", and exports one that calls it, "g". */
const thatSuspends = `new WebAssembly.Instance(
  new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0, 1,4,1,96,0,0, 2,7,1,1,101,1,102,0,0, 3,2,1,0, 7,5,1,1,103,0,1, 10,6,1,4,0,16,0,11])),
  { e: { f: new WebAssembly.Suspending(() => promised) } })`;

/** Source of `bytes(base, count)`: a module of so many function types that no other has. */
const distinctTypes = `
  const leb = (n) => { const o = []; do { let b = n & 127; n >>>= 7; if (n) b |= 128; o.push(b); } while (n); return o; };
  const bytes = (base, count) => {
    const types = [];
    for (let i = base; i < base + count; i++) {
      types.push(0x60, 12);
      for (let k = 0, v = i; k < 12; k++, v >>>= 2) types.push(0x7c + (v & 3));
      types.push(0);
    }
    const size = leb(count);
    return new Uint8Array([0,97,115,109,1,0,0,0, 1, ...leb(size.length + types.length), ...size].concat(types));
  };`;

describe.each([
  ['under a heap limit', '{ maxHeapSize: 64 << 20 }'],
  ['without one', '{}'],
])('mappings and address space of the process, %s,', (_, config) => {
  it.each([
    ['resizable buffers', 'new ArrayBuffer(1, { maxByteLength: 8192 })'],
    ['shared buffers that grow', 'new SharedArrayBuffer(1, { maxByteLength: 8192 })'],
    [
      'buffers that were transferred',
      '((b) => b.transfer?.() ?? b)(new ArrayBuffer(1, { maxByteLength: 8192 }))',
    ],
    ['WebAssembly memories', 'new WebAssembly.Memory({ initial: 0, maximum: 0 })'],
  ])('are had by few %s', async (_, make) => {
    const script = `
      const before = new Runtime(${config});
      const runtime = new Runtime(${config});
      console.log(runtime.eval('const kept = []; try { for (;;) kept.push(${make}) } catch (e) { e instanceof RangeError }'));
      const mappings = require('node:fs').readFileSync('/proc/self/maps', 'utf8').split('\\n').length;
      console.log(mappings < 10_000);
      new WebAssembly.Memory({ initial: 1 });
      console.log(before.eval('${make}; 6 * 7'), new Runtime().eval('6 * 7'));
      // What is garbage counts no more.
      console.log(runtime.eval('kept.length = 0; 1'), runtime.eval('for (let i = 0; i < 5000; i++) ${make}; 2'));
    `;
    await expectChild(script, ['true', 'true', '42 42', '1 2']);
  });
});

describe("V8's table of WebAssembly types", () => {
  const modules = 'WebAssembly.validate(bytes(base, 500))';
  const tags = `for (let i = base; i < base + 500; i++) {
    const parameters = [];
    for (let k = 0, v = i; k < 12; k++, v >>>= 2) parameters.push(['i32', 'i64', 'f32', 'f64'][v & 3]);
    new WebAssembly.Tag({ parameters });
  }`;

  // Node 20 compares each type with all others.
  const most = nodeMajor > 20 ? 62_500 : 6250;

  it.each([
    ['modules', 'new WebAssembly.Module(bytes(base, 500))', modules],
    ['modules that are validated', `if (!${modules}) throw new RangeError()`, modules],
    ['modules that are compiled in the background', 'await WebAssembly.compile(bytes(base, 500))', modules],
    ['tags', tags, `(() => { ${tags} return true; })()`],
  ])('is not filled by %s of one runtime', async (_, make, again) => {
    const fill = `(async () => {
      try { for (;; base += 500) { ${make} } } catch (e) { return e instanceof RangeError ? base : String(e); }
    })()`;
    const script = `
      const run = (first) => {
        const runtime = new Runtime({ maxHeapSize: 64 << 20 });
        runtime.eval(${JSON.stringify(distinctTypes)} + ';let base = ' + first);
        const last = runtime.eval(${JSON.stringify(fill)});
        // What it has had may be used again.
        const again = runtime.eval('base = ' + first + ';' + ${JSON.stringify(again)});
        runtime.close();
        return [last - first, again];
      };
      const [first, again] = run(0);
      const [second] = run(1_000_000);
      console.log(first > ${most * 0.75} && first <= ${most}, again);
      console.log(second > ${most * 0.75} && second < first);
      new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0, 1,4,1,96,0,0]));
      console.log(new Runtime().eval('WebAssembly.validate(new Uint8Array([0,97,115,109,1,0,0,0, 1,4,1,96,0,0]))'));
    `;
    await expectChild(script, ['true true', 'true', 'true']);
  });

  // Every foreign function that is called in another way is another type of the module that it would become.
  it('is not reached by asm.js, which is JavaScript like any other', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    expect(
      runtime.eval(`
        const f = new Function('stdlib', 'foreign', '"use asm"; var h = foreign.h; function g(x) { x = x | 0; return h(x | 0, 0.5) | 0; } return { g: g };');
        const { g } = f(globalThis, { h: (a, b) => a * 2 + b });
        [g(21), Object.keys(f(globalThis, { h() {} }))[0], 'prototype' in g]`),
    ).toEqual([42, 'g', true]);
    expectUsable(runtime);
  });

  it.skipIf(sanitized)('keeps nothing of what is too long for a type', async () => {
    const script = `
      const before = process.memoryUsage().rss;
      for (let n = 0; n < 3; n++) {
        const runtime = new Runtime({ maxHeapSize: 64 << 20 });
        runtime.eval(\`const size = 1e7, head = [0,97,115,109,1,0,0,0, 1, 0x87, 0xad, 0xe2, 4, 1, 96, 0x80, 0xad, 0xe2, 4];
          const module = new Uint8Array(head.length + size + 1).fill(127); module.set(head); module[module.length - 1] = 0;
          for (let i = 0; i < 20; i++) { module[30 + i] = 126; WebAssembly.validate(module); }\`);
        runtime.close();
      }
      console.log((process.memoryUsage().rss - before) / 2 ** 20 < 200);
    `;
    await expectChild(script, ['true']);
  });

  it('is reached by tags as V8 reads them', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    expect(
      runtime.eval(`
        const order = [];
        const tag = new WebAssembly.Tag({ get parameters() { order.push('read'); return { length: 1, get 0() { order.push('type'); return 'i32'; } }; } });
        const classOf = (f) => { try { f(); return 'none'; } catch (e) { return e === null ? null : e.constructor.name; } };
        [order.join(), new WebAssembly.Exception(tag, [7]).getArg(tag, 0), tag instanceof WebAssembly.Tag,
          tag.constructor === WebAssembly.Tag,
          classOf(() => new WebAssembly.Tag({ parameters: new Set(['i32']) })), classOf(() => new WebAssembly.Tag()), classOf(() => new WebAssembly.Tag({})), classOf(() => new WebAssembly.Tag({ parameters: 1 })),
          classOf(() => new WebAssembly.Tag({ parameters: ['int'] })), classOf(() => new WebAssembly.Tag({ parameters: ['x'.repeat(1e6)] })),
          classOf(() => new WebAssembly.Tag({ parameters: { length: 2000 } })),
          classOf(() => new WebAssembly.Tag({ get parameters() { throw null; } })), classOf(() => WebAssembly.Tag({ parameters: [] }))]`),
    ).toEqual([
      'read,type',
      7,
      true,
      true,
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      null,
      'TypeError',
    ]);
    expectUsable(runtime);
  });
});

describe.runIf(nodeMajor >= 24)('stacks of suspended WebAssembly code', () => {
  it.each([
    ['under a heap limit', '{ maxHeapSize: 64 << 20 }', 'ERR_HEAP_LIMIT'],
    ['without one', '{}', 'ERR_JAVASCRIPT'],
  ])('are few %s', async (_, config, code) => {
    const script = `
      const runtime = new Runtime(${config});
      runtime.eval(${JSON.stringify(`const promised = new Promise(() => {}), kept = []; const g = WebAssembly.promising(${thatSuspends}.exports.g)`)});
      console.log(codeOf(() => runtime.eval('for (let i = 0; i < 3000; i++) kept.push(g())')));
      console.log(new Runtime().eval('6 * 7'));
    `;
    await expectChild(script, [code, '42']);
  });

  it('count no more once their code has ended, though its promises are kept', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    const code = `let promised; const g = WebAssembly.promising(${thatSuspends.replace('() => promised', '() => promised.promise')}.exports.g);
      const withResolvers = () => { const o = {}; o.promise = new Promise((r) => { o.resolve = r; }); return o; };
      (async () => {
        const kept = [];
        for (let round = 0; round < 20; round++) {
          promised = withResolvers();
          const started = []; for (let i = 0; i < 40; i++) started.push(g());
          promised.resolve(); await Promise.all(started); kept.push(...started);
          new ArrayBuffer(20 * 2 ** 20);
        }
        return kept.length;
      })()`;
    expect(runtime.eval(code)).toBe(800);
    expectUsable(runtime);
  });

  it('end with their code', () => {
    const runtime = makeRuntime({ maxHeapSize: 64 * MiB });
    expect(
      runtime.eval(`const promised = Promise.resolve(); const g = WebAssembly.promising(${thatSuspends}.exports.g);
        (async () => { const kept = []; for (let i = 0; i < 1000; i++) { kept.push(g()); await kept[i]; } return kept.length; })()`),
    ).toBe(1000);
    expectUsable(runtime);
  });
});
