import { describe, expect, it } from 'vitest';
import type { Figures } from '../bench/speed/figures.mjs';
import { ratioTable } from '../bench/speed/pair-tables.mjs';
import { comparePair, type Pair, type Plan } from '../bench/speed/samples.mjs';
import { type Sandbox, sandboxes } from '../bench/speed/sandboxes/index.mjs';
import { shortcomings } from '../bench/speed/shortcomings.mjs';
import { sizePlot } from '../bench/speed/size-plot.mjs';
import { geometricMean, spreadOf } from '../bench/speed/spread.mjs';
import { digits, time } from '../bench/speed/units.mjs';
import { pairWorks } from '../bench/speed/works/index.mjs';

// That bench/speed measures what it says. Peers that would have to be installed are not among those here.

/** One operation a sample, and no more rounds than are needed. */
const plan: Plan = { warmUp: 0, leadIn: 0, sample: 0, budget: 1000, fewest: 4, most: 4 };

describe('samples', () => {
  it('are taken in turns, their order changing, after each has run once', async () => {
    let order = '';
    const operation = (name: string) => () => {
      order += name;
    };
    const { rounds } = await comparePair(operation('a'), operation('b'), plan, () => {});
    expect([order, rounds]).toEqual(['ababbaabba', 4]);
  });

  it.each([
    ['at once', (value: number) => () => value],
    ['by a promise', (value: number) => () => Promise.resolve(value)],
  ])('are of operations whose values were looked at, also if they come %s', async (_, give) => {
    const seen: unknown[] = [];
    await comparePair(give(1), give(2), plan, (value) => seen.push(value));
    expect(seen).toEqual([1, 2]);
  });
});

it('a spread is the median and the quartiles', () => {
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ low: 2, median: 3, high: 4 });
  expect(spreadOf([1, 2])).toEqual({ low: 1.25, median: 1.5, high: 1.75 });
  expect(geometricMean([1, 4, 16])).toBeCloseTo(4);
});

it.each([
  [0, '0'],
  [0.01234, '0.012'],
  [0.00001, '<0.001'],
  [1.234, '1.23'],
  [12.34, '12.3'],
  [1234, '1234'],
])('%d is shown as %s', (value, shown) => {
  expect(digits(value)).toBe(shown);
});

it('times are shown in a unit that fits', () => {
  expect([2.5e-4, 0.0011, 3, 4100].map(time)).toEqual(['250 ns', '1.10 µs', '3.00 ms', '4.10 s']);
});

const large = ['text', 'bytes-in', 'bytes-out', 'move', 'computation'];
const small = pairWorks.filter((work) => !large.includes(work.name));
const withoutComputation = pairWorks.filter((work) => work.name !== 'computation');

describe.each([
  ['worker-messages', withoutComputation],
  ['worker-atomics', small],
  ['node-vm', small],
])('isolet and %s', (name, works) => {
  it.each(works.map((work) => [work.title, work] as const))(
    'do: %s, or say that one can not',
    async (_, work) => {
      const entry = sandboxes.find((one) => one.name === name);
      const ours: Sandbox = await import(String(sandboxes[0]?.module));
      const theirs: Sandbox = await import(String(entry?.module));
      const found = (await work.measure({
        ours,
        theirs,
        plan: { ...plan, fewest: 1, most: 1 },
      })) as Pair | null;
      if (found !== null) expect(found.ratio.median).toBeGreaterThan(0);
    },
  );
});

describe('the page', () => {
  const spread = (median: number) => ({ low: median / 2, median, high: median * 2 });
  const pair = (median: number): Pair => ({
    ours: spread(1),
    theirs: spread(median),
    ratio: spread(median),
    rounds: 11,
  });
  const figures: Figures = {
    node: 'v20.1.2',
    machine: '',
    versions: {},
    disturbed: { allCores: [], oneCore: [] },
    results: {
      allCores: {
        eval: { 'isolated-vm': pair(2), quickjs: null, 'node-vm': { failed: 'SIGSEGV' } },
        call: { 'isolated-vm': pair(0.5) },
        create: { 'isolated-vm': pair(1.2) },
        'memory-200': { isolet: { bytes: 2 }, 'isolated-vm': { bytes: 1 } },
      },
      oneCore: { call: { 'isolated-vm': pair(0.2), quickjs: pair(0.3) } },
    },
  };

  it('shows who is faster, what cannot be done, what failed and what was not run', () => {
    const [, , first = '', , call = ''] = ratioTable(figures);
    expect(first.split(' | ').slice(1)).toEqual([
      '3',
      '2.00 (1.00–4.00)',
      'not run',
      'not run',
      '–',
      'failed',
      ' |',
    ]);
    expect(call).toContain('**0.500 (0.250–1.00)**');
  });

  it('says where isolet falls short, targets that are not for that Node aside', () => {
    expect(shortcomings(figures)).toEqual([
      '- **isolated-vm is faster**: a call of a plugin function with two numbers (0.500)',
      "- below the target of 3 against isolated-vm: `eval('1 + 1')` (2.00)",
      '- below the target of 4 against isolated-vm: a call of a plugin function with two numbers (0.500)',
      '- on one core more than 4 times the time of isolated-vm: a call of a plugin function with two numbers (0.200)',
      '- **isolated-vm takes less memory**: each of 200',
    ]);
  });

  it('has a plot with a line for each sandbox and kind of data', () => {
    const points = [
      { size: 10, time: 0.001 },
      { size: 1000, time: 0.01 },
    ];
    const cost = { text: points, bytes: points, records: points };
    const svg = sizePlot({ isolet: cost, quickjs: { ...cost, records: [] } }, 'v20.1.2');
    expect(svg.match(/<polyline points="[\d.]/g)).toHaveLength(5);
    expect(svg).toContain('quickjs-emscripten');
  });
});
