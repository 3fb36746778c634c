// @ts-check
// Tells the parent process what goes on, at once and in a way that outlives this process: one line of JSON each, written
// whole, from the main thread and from workers.
import { writeSync } from 'node:fs';

/** A file descriptor. */
const events = 3;
/** An error's name may be 64 KB long. */
const mostOutcome = 200;

/**
 * @typedef {object} Event
 * @property {string} [started] a hostile case, by its number
 * @property {string} [name] of that case
 * @property {string} [how] it was called, and is to be stopped
 * @property {string} [ended] a case, by its number
 * @property {string} [outcome]
 */

/** @param {Event} event */
function tell(event) {
  writeSync(events, `${JSON.stringify(event)}\n`);
}

/** A sign of life of the event loop. */
export function beat() {
  tell({});
}

export class Journal {
  #by;
  #count = 0;

  /** @param {string} by who runs the cases; no other has that name */
  constructor(by) {
    this.#by = by;
  }

  /** @param {string} name @param {string} how @returns {(outcome: string) => void} to be called with the outcome */
  started(name, how) {
    const number = `${this.#by}.${++this.#count}`;
    tell({ started: number, name, how });
    return (outcome) => tell({ ended: number, outcome: outcome.slice(0, mostOutcome) });
  }
}
