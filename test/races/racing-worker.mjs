// @ts-check
// Races on and on in a worker, which is to be terminated meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { startRace } from './race.mjs';

const { state, event } = workerData;
for (let round = 0; ; round++) {
  const { target, outcome } = startRace({ state, eventNames: [event], round });
  if (round === 0) parentPort?.postMessage('racing');
  await Promise.race([outcome, new Promise(setImmediate)]);
  target.runtime()?.close();
  await outcome;
}
