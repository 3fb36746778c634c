import { describe, it } from 'vitest';
import { expectChild } from './support/child.js';

/**
 * V8 ends the process where a module without a top-level await, which imports one that has, is terminated: isolet
 * gives it one. In child processes, as nobody survives that here.
 */
const graphs: [what: string, modules: Record<string, string>][] = [
  ['that imports one with a top-level await', { a: 'import "b"; ran(); for (;;);', b: 'await 1;' }],
  [
    'that has the word elsewhere',
    { a: 'import "b"; async () => { await 1 }; ran(); for (;;);', b: 'await 1;' },
  ],
  ['two imports away from it', { a: 'import "b"; ran(); for (;;);', b: 'import "c";', c: 'await 1;' }],
  ['in a cycle with it', { a: 'import "b"; ran(); for (;;);', b: 'import "a"; await 1;' }],
  ['in the middle', { a: 'import "b";', b: 'import "c"; ran(); for (;;);', c: 'await 1;' }],
  ['whose last line is a comment', { a: 'import "b"; ran(); for (;;); // so', b: 'await 1;' }],
];

const endings: [how: string, options: string, act: string, code: string][] = [
  ['its deadline', '{ timeout: 50 }', '', 'ERR_TIMEOUT'],
  ['a signal', '{ signal }', 'controller.abort()', 'ABORT_ERR'],
  ['close', '{}', 'runtime.close()', 'ERR_CLOSED'],
  ['terminate', '{}', 'runtime.terminate()', 'ERR_TERMINATED'],
];

const inAsync = (code: string) => `(async () => {${code}})();`;

/** The answers for each of the graphs. */
const script = (options: string, act: string) =>
  inAsync(`
  for (const modules of ${JSON.stringify(graphs.map(([, modules]) => modules))}) {
    const controller = new AbortController();
    const { signal } = controller;
    const runtime = new Runtime({ maxHeapSize: 32 << 20 });
    let started;
    const running = new Promise((resolve) => { started = resolve; });
    runtime.bindFunction('ran', () => started());
    for (const [name, source] of Object.entries(modules)) runtime.addStaticModule(name, source);
    const result = runtime.evalModuleAsync('a', ${options}).then(() => 'a value', (error) => error.code);
    await running;
    ${act};
    const code = await result;
    console.log(code === 20 ? 'ABORT_ERR' : code, runtime.isClosed() || runtime.eval('1 + 1'));
    runtime.close();
  }
`);

describe('a module without a top-level await', () => {
  it.each(endings)('is ended by %s, wherever it waits for one', async (_, options, act, code) => {
    const isOver = code === 'ERR_CLOSED' || code === 'ERR_TERMINATED';
    await expectChild(
      script(options, act),
      graphs.map(() => `${code} ${isOver || 2}`),
    );
  });

  it('is ended by its memory', async () => {
    const end = 'const all = []; for (;;) all.push(new Array(1000).fill(1));';
    await expectChild(
      script('{}', '').replaceAll('for (;;);', end),
      graphs.map(() => 'ERR_HEAP_LIMIT true'),
    );
  });

  it('runs in its order, once, and again after it was ended', async () => {
    const lines = inAsync(`
      const runtime = new Runtime({ timeout: 60_000 });
      const order = [];
      runtime.bindFunction('mark', (name) => { order.push(name); });
      runtime.bindFunction('isFirst', () => !order.includes('m'));
      const add = (name, source) => runtime.addStaticModule(name, source);
      add('waits', 'mark("waits 1"); await 1; mark("waits 2");');
      add('m', 'import "waits"; const first = isFirst(); mark("m"); if (first) for (;;); export const value = 5;');
      add('top', 'export { value } from "m"; import { value } from "m"; mark("top " + value); export default () => value;');
      const codes = [];
      await runtime.evalModuleAsync('top', { timeout: 50 }).catch((error) => codes.push(error.code));
      const { value, default: get } = await runtime.evalModuleAsync('top');
      console.log(codes.join(), value, get());
      await runtime.evalModuleAsync('m');
      console.log(order.slice(0, 3).join(), order.filter((name) => !name.startsWith('waits')).join());
      runtime.close();
    `);
    await expectChild(lines, ['ERR_TIMEOUT 5 5', 'waits 1,waits 2,m m,m,top 5']);
  });

  it('keeps the places of its errors', async () => {
    const lines = inAsync(`
      const runtime = new Runtime({ timeout: 60_000 });
      runtime.addStaticModule('waits', 'await 1;');
      runtime.addStaticModule('m', 'import "waits";\\n  null.x;');
      await runtime.evalModuleAsync('m').catch(({ name, frames: [{ fileName, lineNumber, columnNumber }] }) =>
        console.log(name, fileName, lineNumber, columnNumber));
      runtime.close();
    `);
    await expectChild(lines, ['TypeError m 2 8']);
  });
});
