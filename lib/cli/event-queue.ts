import type { EventEmitter } from 'node:events';

type Listener<A extends unknown[]> = (...args: A) => void;

/**
 * Holds an event back while an input is evaluated. REPLServer takes every line and every key as it comes, so the lines
 * of a text that is pasted, or piped, would overtake each other, and none would know that the one before it goes on.
 */
export class EventQueue<A extends unknown[]> {
  readonly #emitter: EventEmitter;
  readonly #name: string;
  readonly #listeners: Listener<A>[];
  readonly #waiting: A[] = [];
  #isHeld = false;
  #onHandled: (() => void) | undefined;
  readonly #take: Listener<A>;

  /** Takes the place of the listeners that there are. Events that are `urgent` do not wait. */
  constructor(emitter: EventEmitter, name: string, urgent: (...args: A) => boolean = () => false) {
    this.#emitter = emitter;
    this.#name = name;
    this.#listeners = emitter.listeners(name) as Listener<A>[];
    this.#take = (...args) => {
      if (this.#isHeld && urgent(...args)) return this.#pass(args);
      this.#waiting.push(args);
      this.#proceed();
    };
    emitter.removeAllListeners(name);
    emitter.on(name, this.#take);
  }

  /** From now on events wait. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#proceed();
  }

  /** The first event that waits, for another than its listeners. */
  shift(): A | undefined {
    return this.#waiting.shift();
  }

  /** Forgets the events that wait. */
  clear(): void {
    this.#waiting.length = 0;
  }

  /** What else came with the event that ended it is not for anyone. */
  end(): void {
    this.clear();
    this.#emitter.off(this.#name, this.#take);
  }

  /** Resolves when the next event, which has not come yet, and what it starts are done with. */
  nextHandled(): Promise<void> {
    return new Promise((resolve) => {
      // REPLServer closes on the next tick, so this is told on the one after.
      this.#onHandled = () => process.nextTick(resolve);
    });
  }

  #pass(args: A): void {
    for (const listener of this.#listeners) listener.call(this.#emitter, ...args);
  }

  /** An event may bring others while it is handled: `.load` does. */
  #proceed(): void {
    while (!this.#isHeld) {
      const args = this.#waiting.shift();
      if (args === undefined) break;
      this.#pass(args);
    }
    if (this.#isHeld) return;
    this.#onHandled?.();
    this.#onHandled = undefined;
  }
}
