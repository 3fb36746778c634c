import { RuntimeClosedError } from './errors.js';
import { preparedBinding } from './native-hooks.js';
import { poolSettings, type RuntimePoolConfig } from './pool-options.js';
import { nativeOf, Runtime } from './runtime.js';
import type { RuntimeConfig } from './types.js';

/** How long nothing is made ahead after a runtime has failed to start, ms. */
const pauseAfterFailure = 1000;

/** What `RuntimePool.getStats` tells. Counts but the first two are over the pool's life. */
export interface RuntimePoolStats {
  /** Runtimes that have started and wait to be handed out. */
  ready: number;
  /** Runtimes that are being made ahead. */
  starting: number;
  /** Runtimes handed out. */
  acquired: number;
  /** Of those, how many were made only then, as none was ready. */
  coldStarts: number;
  /** Runtimes made ahead that ended before they were handed out: they could not start, or by their `bootstrap`. */
  failed: number;
  /** Bytes that the ready ones hold: the memory behind their heaps, and what counts as external in `RuntimeStats`. */
  readyBytes: number;
}

/**
 * Keeps runtimes of one configuration ready, so that a new one need not be waited for: a host takes one for each
 * request or job, and closes it afterwards. None is used twice.
 *
 * They are made in the background, one at a time: from the moment the pool is made, and for each that is handed out. That
 * needs turns of the event loop, and does not keep the process alive. A pool that nobody asks does nothing once it is full.
 *
 * `close()` it, or declare it with `using`: its ready runtimes hold threads and heaps.
 *
 * @example
 * using pool = new RuntimePool({ runtime: { maxHeapSize: 64 * 1024 * 1024, timeout: 1000 }, size: 4 });
 * using runtime = pool.acquire();
 * runtime.eval('6 * 7'); // 42
 */
export class RuntimePool implements Disposable {
  readonly #config: RuntimeConfig;
  readonly #size: number;
  /** The oldest first. */
  readonly #ready: Runtime[] = [];
  #starting: Runtime | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** On the clock of `performance.now()`. */
  #pausedUntil = 0;
  #isClosed = false;
  #acquired = 0;
  #coldStarts = 0;
  #failed = 0;

  /**
   * @throws TypeError `ERR_INVALID_ARG`: an unknown option, or one of the wrong type, of the pool or of its runtimes
   * @throws RangeError `ERR_OUT_OF_RANGE`: a size or time out of range
   * @throws SnapshotError the `snapshot` of its runtimes is damaged, from another build, or needs more than `maxHeapSize`
   */
  constructor(config?: RuntimePoolConfig) {
    const { runtime, size } = poolSettings(config);
    this.#config = runtime;
    this.#size = size;
    // An addon that can't be loaded is the business of whoever makes the pool, and of no callback later.
    preparedBinding();
    this.#refillSoon();
  }

  /**
   * A runtime that nobody has used: `close()` it when you are done. It is one that has started, or, if none is ready,
   * what `new Runtime(config)` gives, whose first call waits for its start.
   *
   * One that has ended while it waited is not handed out. Where runtimes of this configuration can't start, or end by
   * their `bootstrap`, you get one as from `new Runtime(config)`: every call says why.
   *
   * @throws RuntimeClosedError the pool is closed
   */
  acquire(): Runtime {
    if (this.#isClosed) throw new RuntimeClosedError('the runtime pool is closed');
    const runtime = this.#takeReady() ?? this.#startCold();
    this.#acquired++;
    this.#refillSoon();
    return runtime;
  }

  /** Figures of the pool. Asks each ready runtime for its memory. */
  getStats(): RuntimePoolStats {
    const alive = this.#ready.filter((runtime) => !runtime.isClosed()).map((runtime) => runtime.getStats());
    return {
      ready: alive.length,
      starting: this.#starting === undefined ? 0 : 1,
      acquired: this.#acquired,
      coldStarts: this.#coldStarts,
      failed: this.#failed,
      readyBytes: alive.reduce((sum, stats) => sum + stats.physicalTotalBytes + stats.externalMemoryBytes, 0),
    };
  }

  /** Closes the runtimes that have not been handed out; idempotent. Those handed out stay as they are. */
  close(): void {
    this.#isClosed = true;
    clearImmediate(this.#immediate);
    const runtimes = this.#ready.splice(0);
    if (this.#starting !== undefined) runtimes.push(this.#starting);
    this.#starting = undefined;
    for (const runtime of runtimes) runtime.close();
  }

  /** `close()` */
  [Symbol.dispose](): void {
    this.close();
  }

  #takeReady(): Runtime | undefined {
    for (;;) {
      const runtime = this.#ready.shift();
      if (runtime === undefined || !runtime.isClosed()) return runtime;
      this.#noteFailure();
    }
  }

  #startCold(): Runtime {
    this.#coldStarts++;
    return new Runtime(this.#config);
  }

  /** Once the caller is done with its turn: making a runtime takes longer than handing one out. */
  #refillSoon(): void {
    // It holds the process for this one turn. One without a reference may come only when something else wakes the loop,
    // and a timer costs four times as much.
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.#refill();
    });
  }

  #refill(): void {
    if (this.#isClosed || this.#starting !== undefined || this.#ready.length >= this.#size) return;
    // Nothing tries again by itself: where each runtime fails, only those that are asked for cost anything.
    if (performance.now() < this.#pausedUntil) return;
    const starting = new Runtime(this.#config);
    this.#starting = starting;
    // Weak: a runtime whose start takes for ever must not keep a pool that nobody refers to.
    const self = new WeakRef(this);
    nativeOf(starting).whenStarted(() => {
      const pool = self.deref();
      if (pool !== undefined) pool.#onStarted();
    });
  }

  #onStarted(): void {
    const started = this.#starting;
    if (started === undefined) return;
    this.#starting = undefined;
    if (started.isClosed()) {
      this.#noteFailure();
    } else {
      this.#ready.push(started);
      this.#refill();
    }
  }

  #noteFailure(): void {
    this.#failed++;
    this.#pausedUntil = performance.now() + pauseAfterFailure;
  }
}
