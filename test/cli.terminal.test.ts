import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { InputKind } from '../lib/cli/arguments.js';
import type * as replModule from '../lib/cli/repl.js';
import { makeFolder } from './support/cli.js';
import { expectAllReleased } from './support/live.js';

const { historyFile, runRepl } = createRequire(__filename)('../dist/cli/repl.js') as typeof replModule;

const folder = makeFolder({});

afterEach(expectAllReleased);

/** A repl that takes keys, and what it prints. */
function startTerminal(history = '', inputs: InputKind = 'script') {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const settings = { heap: 2 ** 24, stack: undefined, timeout: 60_000, cpuTimeout: undefined };
  const ended = runRepl({
    inputs,
    settings: { ...settings, console: false, timers: true, imports: new Map() },
    input,
    output,
    terminal: true,
    history,
  });
  /** Types the keys, and waits for what is printed after that. */
  const type = (keys: string, awaited: string) =>
    new Promise<void>((resolve) => {
      const from = text.length;
      const look = () => {
        if (!text.slice(from).includes(awaited)) return;
        output.off('data', look);
        resolve();
      };
      output.on('data', look);
      input.write(keys);
    });
  return { type, ended, input, printed: () => text };
}

describe('in a terminal', () => {
  it('keys that come while an input is evaluated wait, and Ctrl+C stops it and drops them', async () => {
    const { type, ended, input, printed } = startTerminal();
    await type('let kept = 1\rfunction f() {\rreturn kept + 1\r}\rf() * 21\r', '42');
    await type('for (;;);\rkept = "dropped"\r', 'for (;;);');
    await type('\x03', 'Stopped');
    await type('kept + 6\r', '7');
    input.write('\x04');
    await ended;
    expect(printed()).not.toContain('Uncaught');
  });

  it('Ctrl+C at the prompt is as in Node: a second one ends the session', async () => {
    const { type, ended, input } = startTerminal();
    await type('1 + 1\r', '2');
    await type('\x03', 'To exit, press Ctrl+C again');
    input.write('\x03');
    await ended;
  });

  it('Ctrl+D ends the session also while an input is evaluated', async () => {
    const { type, ended, input } = startTerminal();
    await type('for (;;);\r', 'for (;;);');
    input.write('\x04');
    await ended;
  });

  it('runs inputs that are modules, and says what that means', async () => {
    const { type, ended, input, printed } = startTerminal('', 'module');
    await type('const n = await 6\rfunction f() {\rreturn n + 1\r}\rf() * 6\r', '42');
    input.write('\x04');
    await ended;
    expect(printed()).toContain('Each input is a module: ');
  });

  it('offers no names of the host', async () => {
    const { type, ended, input, printed } = startTerminal();
    await type('proces\t\r', 'Uncaught ReferenceError: proces is not defined');
    input.write('\x04');
    await ended;
    expect(printed()).not.toContain('process');
  });

  it('keeps its inputs in the history file', async () => {
    const history = join(folder, 'history');
    const first = startTerminal(history);
    await first.type('6 * 7\r', '42');
    first.input.write('\x04');
    await first.ended;
    const second = startTerminal(history);
    await second.type('\x1b[A\r', '42'); // the up arrow
    second.input.write('\x04');
    await second.ended;
    expect(readFileSync(history, 'utf8').split('\n')).toContain('6 * 7');
  });

  it('takes the history file from the environment, else from the home folder', () => {
    expect(historyFile({ ISOLET_REPL_HISTORY: '/elsewhere' })).toBe('/elsewhere');
    expect(historyFile({ ISOLET_REPL_HISTORY: '' })).toBe('');
    expect(historyFile({})).toMatch(/[/\\]\.isolet_history$/);
  });
});
