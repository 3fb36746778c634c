// @ts-check
// How long the event loop of this thread stood still, and how much of that sync calls explain.

/** ms */
const tick = 10;

/** Time of this thread in calls that block it. */
export class SyncCalls {
  #depth = 0;
  /** ms */
  #spent = 0;

  /** Runs `call`; of an async function it is the time until that gave its promise. @template T @param {() => T} call */
  run(call) {
    const started = performance.now();
    this.#depth++;
    try {
      return call();
    } finally {
      if (--this.#depth === 0) this.#spent += performance.now() - started;
    }
  }

  /** Since the last time that this was asked. */
  takeSpent() {
    const spent = this.#spent;
    this.#spent = 0;
    return spent;
  }
}

export class LoopWatch {
  #last = performance.now();
  #calls;
  #timer = setInterval(() => this.#look(), tick);
  /** ms, at most; whatever the reason. */
  longest = 0;
  /** ms, at most; less the time in sync calls. */
  longestUnexplained = 0;

  /** @param {SyncCalls} calls */
  constructor(calls) {
    this.#calls = calls;
  }

  #look() {
    const now = performance.now();
    const stalled = Math.max(0, now - this.#last - tick);
    this.longest = Math.max(this.longest, stalled);
    this.longestUnexplained = Math.max(this.longestUnexplained, stalled - this.#calls.takeSpent());
    this.#last = now;
  }

  stop() {
    this.#look();
    clearInterval(this.#timer);
  }
}
