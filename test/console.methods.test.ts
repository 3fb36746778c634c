import type { ConsoleLevel } from 'isolet';
import { describe, expect, it } from 'vitest';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

/** What a sink is told when the code runs. */
function toldBy(code: string): [level: ConsoleLevel, ...args: unknown[]][] {
  const told: [ConsoleLevel, ...unknown[]][] = [];
  const runtime = makeRuntime({
    timeout: 60_000,
    enableConsole: (level, args) => {
      told.push([level, ...args]);
    },
  });
  runtime.eval(code, { filename: 'plugin.js' });
  return told;
}

const elapsed = (label: string) => expect.stringMatching(new RegExp(`^${label}: \\d+(\\.\\d+)? ?m?s$`));

describe('console.assert', () => {
  it('tells what is not truthy, as an error', () => {
    expect(
      toldBy(`console.assert(true, 'no'); console.assert({}); console.assert(1 === 1);
        console.assert(false); console.assert(); console.assert(0, 'why', 1);
        console.assert(null, { a: 1 }); console.assert('', '%s!', 'formatted');`),
    ).toStrictEqual([
      ['error', 'Assertion failed'],
      ['error', 'Assertion failed'],
      ['error', 'Assertion failed: why', 1],
      ['error', 'Assertion failed', { a: 1 }],
      ['error', 'Assertion failed: %s!', 'formatted'],
    ]);
  });
});

describe('console.count and countReset', () => {
  it('count by label', () => {
    expect(
      toldBy(`console.count(); console.count(undefined); console.count('default'); console.count('other');
        console.countReset(); console.count(); console.count('other'); console.count({ toString: () => 'other' });`),
    ).toStrictEqual([
      ['log', 'default: 1'],
      ['log', 'default: 2'],
      ['log', 'default: 3'],
      ['log', 'other: 1'],
      ['log', 'default: 1'],
      ['log', 'other: 2'],
      ['log', 'other: 3'],
    ]);
  });

  it('warn of a label that there is not', () => {
    expect(toldBy('console.countReset("none")')).toStrictEqual([['warn', expect.stringContaining("'none'")]]);
  });

  it('throw what the conversion of the label throws', () => {
    expect(
      toldBy(`for (const label of [Symbol(), { toString() { throw new RangeError(); } }]) {
        try { console.count(label); } catch (e) { console.log(e.name); }
      }`),
    ).toStrictEqual([
      ['log', 'TypeError'],
      ['log', 'RangeError'],
    ]);
  });

  it('keep only so many labels, and only so much of each', () => {
    const told = toldBy(
      'for (let i = 0; i < 20_000; i++) console.count("label" + i); console.count("x".repeat(1e6))',
    );
    expect(told[0]).toStrictEqual(['log', 'label0: 1']);
    expect(told.at(-2)).toStrictEqual(['warn', expect.stringContaining('too many labels')]);
    expect(String(toldBy('console.count("x".repeat(1e6))')[0]?.[1]).length).toBeLessThan(1000);
  });
});

describe('console.time, timeLog and timeEnd', () => {
  it('tell the time since the start, by label', () => {
    expect(
      toldBy(`console.time(); console.time('other'); console.timeLog(); console.timeLog('other', 1, { a: 2 });
        console.timeEnd('other'); console.timeEnd();`),
    ).toStrictEqual([
      ['log', elapsed('default')],
      ['log', elapsed('other'), 1, { a: 2 }],
      ['log', elapsed('other')],
      ['log', elapsed('default')],
    ]);
  });

  it('warn of a label that there is not, or is already', () => {
    expect(
      toldBy(`console.timeLog('a'); console.timeEnd('a'); console.time('a'); console.time('a');
        console.timeEnd('a'); console.timeEnd('a');`).map(([level]) => level),
    ).toStrictEqual(['warn', 'warn', 'warn', 'log', 'warn']);
  });

  it('keep only so many labels', () => {
    const told = toldBy('for (let i = 0; i < 20_000; i++) console.time("label" + i)');
    expect(told.at(-1)).toStrictEqual(['warn', expect.stringContaining('too many labels')]);
  });
});

describe('console.trace', () => {
  it('tells the arguments and where it was called, of the plugin alone', () => {
    const [told] = toldBy(
      'function inner() { console.trace("at", 1); }\nfunction outer() { inner(); }\nouter();',
    );
    expect(told?.slice(0, -1)).toStrictEqual(['trace', 'at', 1]);
    const stack = String(told?.at(-1));
    expect(stack).toMatch(/^Trace\n/);
    expect(stack.match(/plugin\.js:\d+/g)).toStrictEqual(['plugin.js:1', 'plugin.js:2', 'plugin.js:3']);
    expect(stack).toContain('inner');
    expect(stack).not.toContain(process.cwd());
  });

  it('stays short, however deep', () => {
    const [told] = toldBy('const deep = (n) => (n === 0 ? console.trace() : deep(n - 1)); deep(1000);');
    expect(String(told?.at(-1)).split('\n').length).toBeLessThan(100);
  });
});

describe('console.table and dir', () => {
  it('hand on their data', () => {
    expect(toldBy('console.table([{ a: 1, b: 2 }], ["a"]); console.table(5); console.table()')).toStrictEqual(
      [['table', [{ a: 1, b: 2 }], ['a']], ['table', 5], ['table']],
    );
    expect(toldBy('console.dir([1, { a: 2 }], { colors: true }); console.dir()')).toStrictEqual([
      ['dir', [1, { a: 2 }]],
      ['dir'],
    ]);
  });
});
