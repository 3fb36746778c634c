import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

/**
 * V8 before 14 ends the process where it starts a module with a top-level await and the plugin sees to it that `then`
 * of a promise throws, before 13 also where it is terminated then. In child processes, as nobody survives that here.
 */
const isRefused = Number.parseInt(process.versions.v8, 10) < 14;

const inAsync = (code: string) => `(async () => {${code}})();`;

const patches: [what: string, code: string][] = [
  ['a constructor that is none', 'Promise.prototype.constructor = 1;'],
  ['a constructor that is gone', 'delete Promise.prototype.constructor;'],
  [
    'a constructor that throws',
    'Object.defineProperty(Promise.prototype, "constructor", { get() { throw null; } });',
  ],
  [
    'a species that throws',
    'Object.defineProperty(Promise, Symbol.species, { get() { throw null; }, configurable: false });',
  ],
  ['a species that is a value', 'Object.defineProperty(Promise, Symbol.species, { value: 1 });'],
  [
    'a class that throws',
    'Object.defineProperty(Promise, Symbol.species, { value: class { constructor() { throw null; } } });',
  ],
  [
    'descriptors that lie',
    'Object.defineProperty(Promise, Symbol.species, { value: 1 }); Object.prototype.get = 1;',
  ],
];

describe('a plugin that has patched Promise', () => {
  it.each(patches)('can not end the process by a module with a top-level await: %s', async (_, patch) => {
    const lines = inAsync(`
      for (const modules of [{ a: 'await 1;' }, { a: 'import "b"; await 1;', b: 'import "a"; await 1;' }]) {
        const runtime = new Runtime({ timeout: 60_000 });
        for (const [name, source] of Object.entries(modules)) runtime.addStaticModule(name, source);
        runtime.eval(${JSON.stringify(patch)});
        await runtime.evalModuleAsync('a', { timeout: 5000 }).catch(() => {});
        console.log(runtime.eval('1 + 1'));
        runtime.close();
      }
    `);
    await expectChild(lines, ['2', '2']);
  });

  it.each(patches)('nor while a module waits for one: %s', async (_, patch) => {
    const lines = inAsync(`
      const graphs = [
        { a: 'import "b"; await 1;', b: 'await 1; try { patch() } catch {}' },
        { a: 'import "b";', b: 'import "c"; await 1;', c: 'import "a"; await 1; try { patch() } catch {}' },
        { a: 'import "b";', b: 'await 1; try { patch() } catch {} await import("c");', c: 'await 1;' },
      ];
      for (const modules of graphs) {
        const runtime = new Runtime({ timeout: 60_000 });
        for (const [name, source] of Object.entries(modules)) runtime.addStaticModule(name, source);
        runtime.eval('"use strict"; globalThis.patch = () => { ' + ${JSON.stringify(patch)} + ' }');
        await runtime.evalModuleAsync('a', { timeout: 500 }).catch(() => {});
        console.log(runtime.eval('1 + 1'));
        runtime.close();
      }
    `);
    await expectChild(lines, ['2', '2', '2']);
  });
});

describe('a module with a top-level await', () => {
  it('is refused by a TypeError where that would be, until Promise is as it was', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    runtime.addStaticModule('waits', 'await 1; export default 1;');
    runtime.addStaticModule('does not', 'export default async () => { await 1; };');
    runtime.eval('Promise.prototype.constructor = class Other {};');
    const result = runtime.evalModuleAsync('waits').catch((error) => error);
    if (isRefused) expect(await result).toMatchObject({ code: 'ERR_JAVASCRIPT', name: 'TypeError' });
    else expect(await result).toStrictEqual({ default: 1 });
    runtime.evalModule('does not');
    runtime.eval('Promise.prototype.constructor = Promise');
    expect(await runtime.evalModuleAsync('waits')).toStrictEqual({ default: 1 });
  });

  const graphs: [what: string, modules: Record<string, string>][] = [
    ['alone', { a: 'for (;;); await 1;' }],
    ['in a chain', { a: 'import "b"; await 1;', b: 'import "c"; await 1;', c: 'await 1; for (;;);' }],
    [
      'in a cycle',
      { a: 'import "b"; for (;;) await 1;', b: 'import "c"; await 1;', c: 'import "a"; await 1;' },
    ],
  ];

  it.each(graphs)('can be stopped as it starts: %s', async (_, modules) => {
    const lines = inAsync(`
      const codes = new Set();
      for (let round = 0; round < 300; round++) {
        const runtime = new Runtime();
        for (const [name, source] of ${JSON.stringify(Object.entries(modules))}) runtime.addStaticModule(name, source);
        await runtime.evalModuleAsync('a', { timeout: 0.01 + round / 300 }).catch(({ code }) => codes.add(code));
        codes.add(runtime.eval('1 + 1'));
        runtime.close();
      }
      console.log([...codes].join());
    `);
    await expectChild(lines, ['ERR_TIMEOUT,2']);
  });
});
