import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

// V8 ends the process where a list inside would have more than 2^27 items (crbug.com/1201626); test/limits.sizes.test.ts
// has the one that is quick. These take seconds and gigabytes.
const scripts: [what: string, code: string][] = [
  ['the parts of a string', '"x".repeat(2 ** 28).split("x").length'],
  ['an array in JSON', 'JSON.parse("[" + "0,".repeat(2 ** 27 + 4) + "0]").length'],
];

describe('a list too long for V8', () => {
  // Versions differ in which of them they can make, and the limit may end the runtime before. The deadline of a call that
  // has been given up does not stop its thread, which comes to the end of the list later.
  it.each(scripts)('ends its runtime at most, and no thread is lost: %s', async (_, code) => {
    const script = `
        const before = new Runtime();
        before.eval('var x = 41');
        const runtime = new Runtime({ maxHeapSize: 50 << 20, timeout: 500 });
        const code = codeOf(() => runtime.eval(${JSON.stringify(code)}));
        console.log(['ERR_HEAP_LIMIT', 'ERR_TIMEOUT', 'ERR_JAVASCRIPT'].includes(code));
        runtime.close();
        awaitThreads(1);
        console.log(before.eval('x + 1'), new Runtime().eval('6 * 7'), isolet.getProcessStats().lostThreads);
      `;
    const { code: exit, signal, stdout } = await runChild(script);
    expect({ exit, signal, stdout }).toEqual({ exit: 0, signal: null, stdout: 'true\n42 42 0\n' });
  });
});
