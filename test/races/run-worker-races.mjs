// @ts-check
// Terminates workers while they race in one state, and says what is left of them.
//   node --expose-gc run-worker-races.mjs STATE ROUNDS
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Runtime } from 'isolet';
import { eventNames } from './events.mjs';
import { countLive, releaseAll } from './live.mjs';

const [state, rounds] = process.argv.slice(2);

const bystander = new Runtime();
for (const event of eventNames) {
  for (let round = 0; round < Number(rounds); round++) {
    const worker = new Worker(new URL('racing-worker.mjs', import.meta.url), {
      workerData: { state, event },
    });
    await once(worker, 'message');
    // Up to the length of a few races.
    await sleep((round * 0.618 * 7) % 20);
    await worker.terminate();
    if (bystander.eval('6 * 7') !== 42) throw new Error('another runtime was harmed');
  }
}
bystander.close();
await releaseAll();
console.log(countLive());
