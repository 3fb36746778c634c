// @ts-check
// The child: one case in one sandbox, and how its host is afterwards:
//   node bench/survival/run-case.mjs MODULE-OF-A-SANDBOX CASE
// Writes lines of JSON to file descriptor 3, at once: what comes before a death is told. Ends by itself, as a host would.
import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { corpus } from '../../test/hostile/corpus/index.mjs';
import { describeOutcome } from '../../test/hostile/hostile-case.mjs';
import { peakMemory, resetPeak } from '../../test/hostile/peak-memory.mjs';
import { watchEventLoop } from '../../test/support/event-loop.mjs';

/** @typedef {import('./sandboxes/index.mjs').Sandbox} Sandbox */

/**
 * @typedef {{ notApplicable: string }
 *   | { started: number }
 *   | { outcome: string, elapsed: number, stalled: number }
 *   | { healthy: boolean, peak: number | undefined }} Line
 * In this order; the first stands alone. `started`: bytes resident. `stalled`: ms that the event loop stood still.
 */

/** A file descriptor. */
const reports = 3;

/** @param {Line} line */
function report(line) {
  writeSync(reports, `${JSON.stringify(line)}\n`);
}

/** Whether a fresh sandbox of this process works. @param {Sandbox} sandbox */
async function isHealthy(sandbox) {
  const outcome = await sandbox.run({
    name: 'after',
    group: 'values',
    code: '6 * 7',
    limits: { timeout: 10_000 },
    expect: [],
    why: 'nothing',
  });
  return typeof outcome !== 'string' && outcome.value === 42;
}

const [module = '', name] = process.argv.slice(2);
const hostile = corpus.find((one) => one.name === name);
if (hostile === undefined) throw new Error(`no case is called ${inspect(name)}`);
/** @type {Sandbox} */
const sandbox = await import(module);

const lacking = (hostile.host ?? []).filter((needed) => sandbox.lacks.includes(needed));
if (lacking.length > 0) report({ notApplicable: lacking.join(', ') });
else {
  resetPeak();
  report({ started: process.memoryUsage.rss() });
  const started = performance.now();
  // The honest work of the host.
  const stopWork = watchEventLoop();
  const outcome = await sandbox.run(hostile);
  const elapsed = performance.now() - started;
  const stalled = stopWork();
  report({ outcome: describeOutcome(outcome), elapsed, stalled: hostile.call === 'async' ? stalled : 0 });
  report({ healthy: await isHealthy(sandbox), peak: peakMemory() });
}
