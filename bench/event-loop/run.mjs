// @ts-check
// How late the host's timers are while plugins compute: run.mjs [--seconds 5]
//
// A chain of timers of 1 ms in one process, with nothing else to do; with a plugin that computes without end in a
// runtime of isolet; with one that calls a host function all the time; and, to compare, with a worker thread of Node's
// that computes. The rows are measured in turns, so that what else the machine does meets all of them.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { buildNative, buildTypeScript } from '../../scripts/build.mjs';
import { table } from '../../scripts/markdown-table.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } });
const rounds = 5;
/** ms for each row and round */
const span = (Number(values.seconds) * 1000) / rounds;

/** @typedef {() => () => Promise<unknown>} Load starts work, and returns what ends it */

/** @type {Record<string, Load>} */
const loads = {
  'nothing else': () => async () => {},
  'a plugin computes': () => runPlugin('for (;;);'),
  'a plugin calls the host in a loop': () => runPlugin('for (;;) host(1, 2);'),
  'two plugins compute': () => {
    const ends = [runPlugin('for (;;);'), runPlugin('for (;;);')];
    return () => Promise.all(ends.map((end) => end()));
  },
  'a worker thread computes': () => {
    const worker = new Worker('for (;;);', { eval: true });
    return () => worker.terminate();
  },
};

/** @param {string} code */
function runPlugin(code) {
  const runtime = new Runtime();
  runtime.bindFunction('host', (/** @type {number} */ a, /** @type {number} */ b) => a + b);
  const ended = runtime.evalAsync(code).catch(() => {});
  return () => {
    runtime.close();
    return ended;
  };
}

/** ms that timers of 1 ms came late, over a span. @returns {Promise<number[]>} */
function measureLateness() {
  return new Promise((resolve) => {
    /** @type {number[]} */
    const late = [];
    const end = performance.now() + span;
    const tick = () => {
      const due = performance.now() + 1;
      setTimeout(() => {
        late.push(performance.now() - due);
        if (performance.now() < end) tick();
        else resolve(late);
      }, 1);
    };
    tick();
  });
}

await buildNative('isolet', undefined);
buildTypeScript();
const { Runtime } = await import('../../dist/index.mjs');
/** @type {Map<string, number[]>} */
const seen = new Map(Object.keys(loads).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, load] of Object.entries(loads)) {
    const stop = load();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = await measureLateness();
    await stop();
    seen.get(name)?.push(...late);
  }
}
console.log(`Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} cores\n`);
const rows = [...seen].map(([name, late]) => {
  late.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => (late[Math.floor((late.length - 1) * share)] ?? 0).toFixed(2);
  return [name, String(late.length), at(0.5), at(0.99), at(1)];
});
console.log(table(['While', 'timers', 'median, ms late', 'p99', 'most'], rows).join('\n'));
