// @ts-check
// Many runtimes alive at once, then many made and closed one after another; prints what is left of them, and on stderr
// what they took.
//   many-runtimes.mjs ALIVE CHURNED
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Runtime } from 'isolet';
import { countLive, releaseAll } from '../races/live.mjs';

const [alive = 0, churned = 0] = process.argv.slice(2).map(Number);

/** @param {string} name @param {number} count @param {() => void | Promise<void>} work */
async function measure(name, count, work) {
  const start = performance.now();
  const before = process.memoryUsage.rss();
  await work();
  const ms = (performance.now() - start) / count;
  const mebibytes = (process.memoryUsage.rss() - before) / 2 ** 20;
  const kept = `${mebibytes.toFixed(0)} MiB more (${((mebibytes * 1024) / count).toFixed(0)} KiB each)`;
  console.error(`${name}: ${count}, ${ms.toFixed(2)} ms each, ${kept}`);
}

/** @type {Runtime[]} */
const runtimes = [];
await measure('made', alive, () => {
  for (let i = 0; i < alive; i++) runtimes.push(new Runtime());
  for (const [i, runtime] of runtimes.entries()) runtime.eval(`var id = ${i}`);
});
console.log(runtimes.every((runtime, i) => runtime.eval('id') === i));
await measure('closed', alive, () => {
  for (const runtime of runtimes) runtime.close();
});
await releaseAll();
console.log(countLive());
await measure('made and closed', churned, async () => {
  for (let i = 0; i < churned; i++) {
    // Finalizers of the host's objects run between turns of the event loop: within one, each keeps 10 KB.
    await nextTurn();
    const runtime = new Runtime();
    if (runtime.eval('6 * 7') !== 42) throw new Error('a wrong answer');
    runtime.close();
  }
});
await releaseAll();
console.log(countLive());
