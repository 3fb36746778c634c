import { describe, expect, it } from 'vitest';
import { runChild } from './support/child.js';

// V8 ends the process where a list inside would have more than 2^27 items (crbug.com/1201626). The slow ways to get
// there are in test/hostile/sizes.test.ts.
const list = '"x".repeat(2 ** 27 + 8).split("").length';

describe('a list too long for V8', () => {
  it.each(['', ', { timeout: 60_000 }'])('is a heap limit%s', async (options) => {
    const script = `
      const before = new Runtime();
      before.eval('var x = 41');
      const runtime = new Runtime({ maxHeapSize: 50 << 20 });
      console.log(codeOf(() => runtime.eval(${JSON.stringify(list)}${options})), runtime.isClosed());
      awaitThreads(1);
      console.log(before.eval('x + 1'), new Runtime().eval('6 * 7'), isolet.getProcessStats().lostThreads);
    `;
    const { code, signal, stdout } = await runChild(script);
    expect({ code, signal, stdout }).toEqual({
      code: 0,
      signal: null,
      stdout: 'ERR_HEAP_LIMIT true\n42 42 0\n',
    });
  });

  it('still ends the process where it is the host’s own', async () => {
    const script = "new Runtime().eval('1'); 'x'.repeat(2 ** 27 + 8).split('');";
    const { code, signal } = await runChild(script);
    expect(code).not.toBe(0);
    expect(signal).not.toBe('SIGKILL');
  });
});
