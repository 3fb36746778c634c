// @ts-check
// What may happen to a runtime and its call at any moment.

/**
 * What a race is about: a runtime that may be collected, and one call.
 * @typedef {object} Target
 * @property {() => import('isolet').Runtime | undefined} runtime undefined once it has been collected
 * @property {AbortController} controller of the call
 * @property {() => void} letGo nothing but the call refers to the runtime any more
 */

/**
 * @typedef {object} RaceEvent
 * @property {(target: Target) => void} happen
 * @property {{ timeout?: number }} [options] of the call
 * @property {string} [outcome] what the call may come to by it: a `code`, or the name of an error without one
 * @property {boolean} [ends] the runtime
 */

/** @type {Record<string, RaceEvent>} */
const events = {
  close: { happen: ({ runtime }) => runtime()?.close(), outcome: 'ERR_CLOSED', ends: true },
  terminate: { happen: ({ runtime }) => runtime()?.terminate(), outcome: 'ERR_TERMINATED', ends: true },
  abort: { happen: ({ controller }) => controller.abort(), outcome: 'AbortError' },
  // Comes by itself, about when others are made to.
  timeout: { happen: () => undefined, options: { timeout: 1 }, outcome: 'ERR_TIMEOUT' },
  collection: {
    happen: ({ letGo }) => {
      letGo();
      globalThis.gc?.();
    },
  },
};

export const eventNames = Object.keys(events);

/** @param {string} name */
export function eventOf(name) {
  const event = events[name];
  if (event === undefined) throw new Error(`No event: ${name}`);
  return event;
}
