import { AbortedError } from './errors.js';

/** Ids of async calls that a signal can abort; `0` stands for none. */
let lastAbortId = 0;

/**
 * Runs an async native call under a signal. `start` gets an id, `abort`
 * aborts the call of that id. A signal that is aborted already starts
 * nothing. What `start` throws is a rejection, so that async functions of this
 * package never throw.
 */
export function underSignal<T>(
  signal: AbortSignal | undefined,
  start: (abortId: number) => Promise<T>,
  abort: (abortId: number) => void,
): Promise<T> {
  if (signal !== undefined) return startUnderSignal(signal, start, abort);
  try {
    return start(0);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function startUnderSignal<T>(
  signal: AbortSignal,
  start: (abortId: number) => Promise<T>,
  abort: (abortId: number) => void,
): Promise<T> {
  if (signal.aborted) throw signal.reason;
  const abortId = ++lastAbortId;
  const group = AbortGroup.of(signal);
  group.join(abortId, abort);
  try {
    return await start(abortId);
  } catch (error) {
    throw error instanceof AbortedError ? signal.reason : error;
  } finally {
    group.leave(abortId);
  }
}

/** Of each signal that has calls in flight. */
const groups = new WeakMap<AbortSignal, AbortGroup>();

/**
 * The calls in flight under one signal. They share a listener: Node walks a
 * signal's list of them whenever one comes or goes, and warns of more than ten.
 */
class AbortGroup {
  readonly #signal: AbortSignal;
  /** In the order of the calls, by their ids. */
  readonly #aborts = new Map<number, (abortId: number) => void>();

  static of(signal: AbortSignal): AbortGroup {
    return groups.get(signal) ?? new AbortGroup(signal);
  }

  private constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  join(abortId: number, abort: (abortId: number) => void): void {
    if (this.#aborts.size === 0) {
      this.#signal.addEventListener('abort', this.#abortAll);
      groups.set(this.#signal, this);
    }
    this.#aborts.set(abortId, abort);
  }

  leave(abortId: number): void {
    if (!this.#aborts.delete(abortId) || this.#aborts.size > 0) return;
    this.#signal.removeEventListener('abort', this.#abortAll);
    groups.delete(this.#signal);
  }

  // An event can come again, and be no abort: each call is aborted once, and not by an event that is older than it.
  readonly #abortAll = (): void => {
    for (const [abortId, abort] of [...this.#aborts]) {
      this.leave(abortId);
      abort(abortId);
    }
  };
}
