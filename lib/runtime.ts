import { underSignal } from './abort.js';
import { requireFunction, requireGlobalName, requireObject, requireString } from './arguments.js';
import type { NativeRuntime } from './binding.js';
import { invalidArgument } from './errors.js';
import { preparedBinding } from './native-hooks.js';
import { asyncEvalOptions, bindOptions, evalOptions, runtimeConfig } from './options.js';
import type { AsyncEvalOptions, BindOptions, EvalOptions, RuntimeConfig, RuntimeStats } from './types.js';

/** Not public: the native side of a runtime, for the rest of this package. */
export let nativeOf: (runtime: Runtime) => NativeRuntime;

/**
 * A V8 isolate on an OS thread of its own, with bare ECMAScript and
 * WebAssembly inside and nothing of the host but what is bound.
 *
 * `close()` it, or declare it with `using`: it holds a thread and a heap.
 *
 * Every method that reaches the runtime throws what ended it, once it has
 * ended: `RuntimeClosedError` after `close()`, `RuntimeTerminated` after
 * `terminate()` or a failed start, `HeapLimitError` after it ran out of memory.
 *
 * @example
 * using runtime = new Runtime({ maxHeapSize: 64 * 1024 * 1024, timeout: 1000 });
 * runtime.bindFunction('add', (a: number, b: number) => a + b);
 * runtime.eval('add(1, 2)'); // 3
 */
export class Runtime implements Disposable {
  readonly #native: NativeRuntime;
  /** Milliseconds; `0` for none. */
  readonly #timeout: number;
  readonly #cpuTimeout: number;

  static {
    nativeOf = (runtime) => runtime.#native;
  }

  /**
   * Starts the thread without waiting for it: if the runtime can't be made,
   * or `bootstrap` throws, the first call says so.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an unknown option, or one of the wrong type
   * @throws RangeError `ERR_OUT_OF_RANGE`: a size or time out of range
   */
  constructor(config?: RuntimeConfig) {
    const checked = runtimeConfig(config);
    this.#timeout = checked.timeout;
    this.#cpuTimeout = checked.cpuTimeout;
    this.#native = new (preparedBinding().Runtime)(checked);
  }

  /**
   * Runs a classic script and returns the value of its last expression. Blocks
   * the host's thread meanwhile, but for the host functions that the script calls.
   *
   * If the value is a promise, returns what it settles to. Top-level
   * `let`, `const` and `class` stay for the next call.
   *
   * @throws JavaScriptError the script threw, can't be parsed, or its promise was rejected
   * @throws TimeoutError `timeout` or `cpuTimeout` ran out; the runtime stays usable
   * @throws PendingPromiseError the promise needs the host to settle: use `evalAsync`
   * @throws DataCloneError, SerializationLimitError the value can't cross
   * @throws TypeError `ERR_INVALID_ARG`, RangeError `ERR_OUT_OF_RANGE`: a wrong argument; nothing ran
   */
  eval<T = unknown>(code: string, options?: EvalOptions): T {
    // The hot path: every check more shows in the cost of a call.
    if (options === undefined && typeof code === 'string') return this.#native.eval(code) as T;
    return this.#evalWith(code, options) as T;
  }

  #evalWith(code: string, options: EvalOptions | undefined): unknown {
    requireString('code', code);
    const given = evalOptions(options);
    return this.#native.eval(
      code,
      given.timeout ?? this.#timeout,
      given.cpuTimeout ?? this.#cpuTimeout,
      given.filename,
      given.lineOffset ?? 0,
      given.columnOffset ?? 0,
    );
  }

  /**
   * Like `eval`, without blocking the host's event loop. Several may be in
   * flight: they run in the order given and interleave where they await. The
   * deadline covers the whole promise.
   *
   * Never throws: what `eval` throws, wrong arguments included, is a
   * rejection. An aborted `signal` stops the code and rejects with the signal's reason.
   */
  evalAsync<T = unknown>(code: string, options?: AsyncEvalOptions): Promise<T> {
    let given: AsyncEvalOptions;
    try {
      requireString('code', code);
      given = asyncEvalOptions(options);
    } catch (error) {
      return Promise.reject(error);
    }
    const native = this.#native;
    const timeout = given.timeout ?? this.#timeout;
    const cpuTimeout = given.cpuTimeout ?? this.#cpuTimeout;
    const { signal, filename, lineOffset = 0, columnOffset = 0 } = given;
    return underSignal(
      signal,
      (abortId) => native.evalAsync(code, timeout, cpuTimeout, filename, lineOffset, columnOffset, abortId),
      (abortId) => native.abort(abortId),
    ) as Promise<T>;
  }

  /**
   * Installs a global function that calls `handler` at the host, with the
   * plugin's arguments by value. If `handler` returns a promise, the plugin gets one.
   * What `handler` throws arrives in the plugin by name and message, without the host's stack.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an empty name, `undefined`, `NaN` or `Infinity` as name, or no function
   */
  // biome-ignore lint/suspicious/noExplicitAny: a handler takes what the plugin gives; `unknown` would refuse every typed handler
  bindFunction(name: string, handler: (...args: any[]) => unknown): void {
    requireGlobalName(name);
    requireFunction('the handler', handler);
    this.#native.bind(name, handler);
  }

  /**
   * Installs a global object, frozen: a copy of `object` as it is now. Functions
   * in it, however deep, become plugin functions as in `bindFunction`.
   *
   * @throws TypeError `ERR_INVALID_ARG`: a name as in `bindFunction`, or no object (arrays and functions are none here)
   * @throws DataCloneError, SerializationLimitError the object can't cross
   */
  bindObject(name: string, object: Record<string, unknown>): void {
    requireGlobalName(name);
    requireObject('the object to bind', object);
    this.#native.bind(name, object);
  }

  /**
   * `bindFunction` under the handler's own name, or `options.name`; returns
   * the handler, so that it can wrap a function expression.
   *
   * @throws TypeError `ERR_INVALID_ARG`: as `bindFunction`, or a handler without a name and none given
   */
  // biome-ignore lint/suspicious/noExplicitAny: as in bindFunction
  bind<F extends (...args: any[]) => unknown>(handler: F, options?: BindOptions): F {
    requireFunction('the handler', handler);
    const name = bindOptions(options).name ?? handler.name;
    if (name === '') throw invalidArgument('the handler has no name of its own: give one, as { name }');
    this.bindFunction(name, handler);
    return handler;
  }

  /** Figures of this runtime; cheap, and safe while code runs. */
  getStats(): RuntimeStats {
    return this.#native.stats();
  }

  /** Whether the runtime has ended: by `close()`, `terminate()` or a limit. */
  isClosed(): boolean {
    return this.#native.isClosed();
  }

  /**
   * Ends the runtime and frees its thread and heap; idempotent. Running code is
   * stopped; calls in flight fail with RuntimeClosedError. Waits for nothing that a plugin can hold up.
   */
  close(): void {
    this.#native.close();
  }

  /**
   * Stops running code now and closes. Calls in flight, and later ones, fail
   * with RuntimeTerminated. Does nothing to a runtime that has ended.
   */
  terminate(): void {
    this.#native.terminate('terminated by the host');
  }

  /** `close()` */
  [Symbol.dispose](): void {
    this.close();
  }
}
