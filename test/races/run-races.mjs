// @ts-check
// Races each event against each other in one state, and says what was wrong.
//   node --expose-gc run-races.mjs STATE ROUNDS
import { setTimeout as sleep } from 'node:timers/promises';
import { Runtime } from 'isolet';
import { eventNames, eventOf } from './events.mjs';
import { countLive, releaseAll } from './live.mjs';
import { startRace } from './race.mjs';

const [state = '', rounds] = process.argv.slice(2);

/** @param {string} text @param {() => boolean} holds */
function expect(text, holds) {
  if (!holds()) throw new Error(`${state}: ${text}`);
}

/** @param {string[]} pair @param {number} round */
async function raceOnce(pair, round) {
  const { target, outcome, stops } = startRace({ state, eventNames: pair, round });
  const name = `${pair.join(' and ')}, round ${round}`;
  const allowed = ['value', ...pair.map((event) => eventOf(event).outcome)];
  if (!stops) {
    await Promise.race([outcome, sleep(5)]);
    target.runtime()?.close();
    target.controller.abort();
    allowed.push('ERR_CLOSED', 'AbortError');
  }
  const came = await outcome;
  expect(`${name} came to ${came}`, () => allowed.includes(came));
  const runtime = target.runtime();
  if (runtime === undefined) return;
  if (stops && !pair.some((event) => eventOf(event).ends)) {
    expect(`${name} left it unusable`, () => runtime.eval('6 * 7') === 42);
  }
  runtime.close();
}

for (const [i, first] of eventNames.entries()) {
  for (const second of eventNames.slice(i)) {
    for (let round = 0; round < Number(rounds); round++) {
      await raceOnce(round % 2 ? [first, second] : [second, first], round);
    }
  }
}
const fresh = new Runtime();
expect('a fresh runtime does not work', () => fresh.eval('6 * 7') === 42);
fresh.close();
await releaseAll();
console.log(countLive());
