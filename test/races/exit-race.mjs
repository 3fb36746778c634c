// @ts-check
// A race that the end of the process takes part in.
//   node --expose-gc exit-race.mjs STATE EVENT ROUND
import { Worker } from 'node:worker_threads';
import { eventNames, eventOf } from './events.mjs';
import { startRace } from './race.mjs';

const [state = '', event = '', number] = process.argv.slice(2);
const round = Number(number);

/** What is written must arrive as well. */
function leave() {
  console.log('x'.repeat(10_000));
  process.exit(7);
}

if (event === 'worker termination') {
  const workerData = { state, event: eventNames[round % eventNames.length] };
  const worker = new Worker(new URL('racing-worker.mjs', import.meta.url), { workerData });
  worker.once('message', () => {
    if (round % 2) worker.terminate();
    setTimeout(leave, (round * 0.618) % 10);
  });
} else {
  const race = startRace({
    state,
    eventNames: [event],
    round,
    last(target) {
      // Listeners of `exit` still run: there it happens again.
      if (round % 2) process.on('exit', () => eventOf(event).happen(target));
      leave();
    },
  });
  // Where the call had ended before its host function had its turn.
  race.outcome.then(leave);
}
