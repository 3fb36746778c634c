// @ts-check
// One race: a runtime in a state, and events some time apart.
import { Runtime } from 'isolet';
import { eventOf } from './events.mjs';
import { stateOf } from './states.mjs';

/** @typedef {import('./events.mjs').Target} Target */

/** Keeps the thread, as a timer would not: the windows are microseconds wide. @param {number} ms */
function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** ms before each event, swept from 0 to 2 side by side. @param {number} round */
function delaysOf(round) {
  return [(round * 0.618) % 2, (round * round * 0.271) % 2];
}

/** What a call comes to: `value`, or the `code` of its error, or its name. @param {() => unknown} call */
async function outcomeOf(call) {
  try {
    await call();
    return 'value';
  } catch (error) {
    const { code, name } = /** @type {Error & { code?: unknown }} */ (error);
    return typeof code === 'string' ? code : name;
  }
}

/**
 * @param {object} race
 * @param {string} race.state
 * @param {string[]} race.eventNames
 * @param {number} race.round
 * @param {(target: Target) => void} [race.last] what is to happen after the events
 * @returns {{ target: Target, outcome: Promise<string>, stops: boolean }} `stops`: the events end the call
 */
export function startRace({ state, eventNames, round, last = () => undefined }) {
  const happening = eventNames.map(eventOf);
  const delays = delaysOf(round);
  const controller = new AbortController();
  /** @type {Runtime | undefined} */
  let held = new Runtime();
  const weak = new WeakRef(held);
  const target = {
    runtime: () => weak.deref(),
    controller,
    letGo: () => {
      held = undefined;
    },
  };
  const strike = () => {
    for (const [i, event] of happening.entries()) {
      spin(delays[i] ?? 0);
      event.happen(target);
    }
    last(target);
  };
  // A runtime that was collected can't be closed any more, and a sync call has no signal.
  const isDeaf = state === 'in a host call that the host waits in';
  const stops = !eventNames.includes('collection') && eventNames.some((name) => name !== 'abort' || !isDeaf);
  const outcome = outcomeOf(() =>
    stateOf(state)({
      take: () => /** @type {Runtime} */ (held),
      options: Object.assign({ signal: controller.signal }, ...happening.map(({ options }) => options)),
      strike,
      work: stops ? 'for (;;);' : 'const end = Date.now() + 3; while (Date.now() < end);',
    }),
  );
  return { target, outcome, stops };
}
