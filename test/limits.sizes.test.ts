import { describe, expect, it } from 'vitest';
import { runChild, sanitized } from './support/child.js';

// V8 ends the process where a list inside would have more than 2^27 items (crbug.com/1201626).
const scripts: [what: string, code: string][] = [
  ['the characters of a string', '"x".repeat(2 ** 27 + 8).split("").length'],
  ['the parts of a string', '"x".repeat(2 ** 28).split("x").length'],
  ['an array in JSON', 'JSON.parse("[" + "0,".repeat(2 ** 27 + 4) + "0]").length'],
];

describe('a list too long for V8', () => {
  // Versions differ in which of them they can make, and the limit may end the runtime before. The deadline of a call that
  // has been given up does not stop its thread, which comes to the end of the list later. A sanitizer needs minutes.
  it.skipIf(sanitized).each(scripts)(
    'ends its runtime at most, and no thread is lost: %s',
    async (_, code) => {
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
    },
  );

  it.each(['', ', { timeout: 60_000 }'])(
    'as the characters of a string is a heap limit%s',
    async (options) => {
      const script = `
      const runtime = new Runtime({ maxHeapSize: 50 << 20 });
      console.log(codeOf(() => runtime.eval(${JSON.stringify(scripts[0]?.[1])}${options})), runtime.isClosed());
    `;
      const { code, signal, stdout } = await runChild(script);
      expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'ERR_HEAP_LIMIT true\n' });
    },
  );

  it('still ends the process where it is the host’s own', async () => {
    const script = "new Runtime().eval('1'); 'x'.repeat(2 ** 27 + 8).split('');";
    const { code, signal } = await runChild(script);
    expect(code).not.toBe(0);
    expect(signal).not.toBe('SIGKILL');
  });
});
