import { describe, it } from 'vitest';
import { expectChild } from './support/child.js';

describe('what nobody catches', () => {
  it.each([
    ['a finalization callback', 'new FinalizationRegistry(() => { throw new Error("x"); }).register({}, 1)'],
    ['a microtask', 'queueMicrotask(() => { throw new Error("x"); })'],
    ['a reaction', 'Promise.resolve().then(() => { throw new Error("x"); })'],
    ['a reaction of a host promise', 'later().then(() => { throw new Error("x"); })'],
  ])('in %s is not printed on the host', async (_, code) => {
    const script = `
      const runtime = new Runtime();
      runtime.bindFunction('later', () => new Promise((resolve) => setImmediate(resolve)));
      runtime.eval('globalThis.queueMicrotask ??= (f) => { Promise.resolve().then(f); };');
      runtime.eval(${JSON.stringify(code)} + '; undefined');
      const collect = 'for (let i = 0; i < 50; i++) new Array(100_000).fill({}); undefined';
      (async () => {
        for (let i = 0; i < 20; i++) {
          runtime.eval(collect);
          await turn();
          await runtime.evalAsync('later()');
        }
        runtime.close();
        console.log('ended');
      })();
    `;
    await expectChild(script, ['ended']);
  });
});
