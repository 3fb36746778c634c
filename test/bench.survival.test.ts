import { describe, expect, it } from 'vitest';
import type { SandboxEntry } from '../bench/survival/sandboxes/index.mjs';
import { resultOf, type Verdict } from '../bench/survival/verdict.mjs';
import { watchCase } from '../bench/survival/watch-case.mjs';
import { corpus } from './hostile/corpus/index.mjs';
import { canMeasurePeak } from './hostile/peak-memory.mjs';

// How bench/survival tells what became of a case, with sandboxes made for it: none of the peers need be installed.

/** Any case will do: what these sandboxes do is their own affair. */
const hostile = corpus.find(({ name }) => name === 'host-promise-that-never-settles');

/** ms; for a process that ends by itself, long enough for a busy machine. */
const patient = 60_000;
/** ms; for one that would never end. */
const impatient = 1500;

/**
 * @param run the body of its `run`, which has one argument, `hostile`
 * @param afterwards what a fresh one then answers
 */
function sandbox(run: string, { lacks = [] as string[], afterwards = 42 } = {}): SandboxEntry {
  const source = `
    export const version = '1';
    export const lacks = ${JSON.stringify(lacks)};
    export async function run(hostile) {
      if (hostile.code === '6 * 7') return { value: ${afterwards} };
      ${run}
    }`;
  return {
    name: 'made',
    module: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    nodeArgs: [],
  };
}

async function verdictOf(made: SandboxEntry, grace: number): Promise<[Verdict, string]> {
  if (hostile === undefined) return expect.unreachable('the corpus has no such case');
  const { verdict, detail } = resultOf(hostile, await watchCase(made, hostile, grace));
  return [verdict, detail];
}

describe('a case in a process of its own', () => {
  it('survived, if the host got an outcome, goes on, and ends', async () => {
    expect(await verdictOf(sandbox('return "ERR_TIMEOUT";'), patient)).toEqual(['survived', '']);
  });

  it.each([
    ['a signal', 'process.kill(process.pid, "SIGKILL"); for (;;);', 'SIGKILL'],
    ['an exit code', 'process.exit(7);', 'exit code 7'],
    ['an error that nobody handles', 'Promise.reject(new Error()); return 1;', 'exit code 1'],
    ['an exit code after its answer', 'process.exitCode = 3; return 1;', 'exit code 3'],
  ])('died of %s', async (_, run, detail) => {
    expect(await verdictOf(sandbox(run), patient)).toEqual(['died', detail]);
  });

  it('died, if no fresh sandbox works afterwards', async () => {
    expect(await verdictOf(sandbox('return 1;', { afterwards: 41 }), patient)).toEqual([
      'died',
      'answered; a fresh sandbox then failed',
    ]);
  });

  it.each([
    ['blocks its thread', 'for (;;);', 'no answer'],
    ['never answers', 'setInterval(() => {}, 1000); return new Promise(() => {});', 'no answer'],
    [
      'answers, and never ends',
      'setInterval(() => {}, 1000); return 1;',
      'answered; the process then did not end',
    ],
  ])('hung, if it %s', async (_, run, detail) => {
    expect(await verdictOf(sandbox(run), impatient)).toEqual(['hung', detail]);
  });

  it('hung, if its answer comes too late', async () => {
    const late = 'return new Promise((resolve) => setTimeout(resolve, 3000, 1));';
    const [verdict, detail] = await verdictOf(sandbox(late), patient);
    expect(verdict).toBe('hung');
    expect(detail).toMatch(/^answered after \d+ ms$/);
  });

  it.runIf(canMeasurePeak)('is told apart by its memory, if it survived', async () => {
    const [verdict, detail] = await verdictOf(sandbox('Buffer.alloc(144 * 2 ** 20, 1); return 1;'), patient);
    expect(verdict).toBe('memory');
    expect(detail).toMatch(/^grew by \d+ MiB$/);
  });

  it('is not applicable, if the sandbox lacks a host function', async () => {
    expect(await verdictOf(sandbox('process.exit(1);', { lacks: ['never'] }), patient)).toEqual([
      'not applicable',
      'no `never`',
    ]);
  });
});
