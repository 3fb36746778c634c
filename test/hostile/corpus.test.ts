import { beforeAll, describe, expect, it } from 'vitest';
import { sanitized } from '../support/child.js';
import { corpus } from './corpus/index.mjs';
import { limitsOf, mostMemory } from './hostile-case.mjs';
import { type Result, supervise } from './supervise.mjs';

// The whole corpus runs in one process, which must still be there at its end: one that dies fails the case that ran.
const results = new Map<string, Result[]>();

/** Only to keep a broken build from hanging. */
const hangGuard = 3_600_000;

beforeAll(async () => {
  const all = await supervise(corpus.map(({ name }) => name));
  for (const result of all) results.set(result.name, [...(results.get(result.name) ?? []), result]);
}, hangGuard);

/** Far more than the 50 ms that are aimed at, far less than the builtins take that never look. */
const deadlineSlack = 2000;

describe('the corpus', () => {
  it('has names that tell its cases apart, and no group without cases', () => {
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
    const groups = new Set(corpus.map(({ group }) => group));
    expect([...groups].sort()).toStrictEqual(['escape', 'floods', 'memory', 'stack', 'time', 'values']);
  });
});

describe.each(['memory', 'time', 'stack', 'values', 'escape', 'floods'])('%s', (group) => {
  const cases = corpus.filter((hostile) => hostile.group === group);

  it.each(cases.map((hostile) => [hostile.name, hostile] as const))(
    '%s comes to what it may come to, and harms nobody',
    (name, hostile) => {
      const [report, ...deaths] = results.get(name) ?? [];
      expect(deaths).toStrictEqual([]);
      if (report === undefined || 'death' in report) {
        return expect.unreachable(`the process ended: ${report?.death}\n${report?.stderr}`);
      }
      expect(report.harm).toStrictEqual([]);
      // A sanitizer makes all slow: what ends of something else may run out of time, and memory is not the plugin's alone.
      if (sanitized && report.outcome === 'ERR_TIMEOUT') return;
      expect(report.allowed, `it came to ${report.outcome}`).toBe(true);
      if (sanitized) return;
      expect(report.elapsed).toBeLessThan(limitsOf(hostile).timeout + deadlineSlack);
      if (report.peak !== undefined) expect(report.peak).toBeLessThan(mostMemory(hostile));
    },
  );
});
