import { underSignal } from './abort.js';
import { requireFunction, requireGlobalName, requireObject, requireString } from './arguments.js';
import type { NativeRuntime } from './binding.js';
import { invalidArgument } from './errors.js';
import { ModuleHost } from './modules.js';
import { preparedBinding } from './native-hooks.js';
import { HostOps } from './ops.js';
import {
  asyncCallOptions,
  asyncEvalOptions,
  bindOptions,
  callOptions,
  evalOptions,
  opOptions,
  runtimeConfig,
  transferOf,
} from './options.js';
import { snapshotFor } from './snapshot.js';
import { HostStream, streamStats } from './streams.js';
import type {
  AsyncCallOptions,
  AsyncEvalOptions,
  BindOptions,
  CallOptions,
  EvalOptions,
  ModuleLoader,
  ModuleResolver,
  OpOptions,
  RuntimeConfig,
  RuntimeStats,
} from './types.js';

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
 * `terminate()` or a failed start, `HeapLimitError` after it ran out of memory,
 * the `JavaScriptError` or `TimeoutError` of a `bootstrap` that failed, the
 * `TimeoutError` of a call whose thread did not come back.
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
  readonly #modules: ModuleHost;
  #ops: HostOps | undefined;

  static {
    nativeOf = (runtime) => runtime.#native;
  }

  /**
   * Starts the thread without waiting for it: if the runtime can't be made,
   * or `bootstrap` fails, it is closed, and every call says why.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an unknown option, or one of the wrong type
   * @throws RangeError `ERR_OUT_OF_RANGE`: a size or time out of range
   * @throws SnapshotError the `snapshot` is damaged, from another build, or needs more than `maxHeapSize`
   */
  constructor(config?: RuntimeConfig) {
    const checked = runtimeConfig(config);
    this.#timeout = checked.timeout;
    this.#cpuTimeout = checked.cpuTimeout;
    const snapshot = checked.snapshot && snapshotFor(checked.snapshot, checked.maxHeapSize);
    this.#native = new (preparedBinding().Runtime)({ ...checked, snapshot, buildsSnapshot: false });
    this.#modules = new ModuleHost(this.#native);
  }

  /**
   * Runs a classic script and returns the value of its last expression. Blocks
   * the host's thread meanwhile, but for the host functions that the script calls.
   *
   * If the value is a promise, returns what it settles to. Top-level
   * `let`, `const` and `class` stay for the next call. Called from a host
   * function that the same runtime called, it runs nested in what waits there,
   * and no timer fires meanwhile.
   *
   * @throws JavaScriptError the script threw, can't be parsed, or its promise was rejected
   * @throws ModuleError its promise was that of an `import()` that failed
   * @throws TimeoutError `timeout` or `cpuTimeout` ran out; the runtime stays usable
   * @throws PendingPromiseError the promise needs the host to settle, or, in a nested call, a timer: use `evalAsync`
   * @throws DataCloneError, SerializationLimitError the value can't cross
   * @throws what ended the runtime, if it has ended: see `Runtime`
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
      transferOf(given.transfer),
    );
  }

  /**
   * Like `eval`, without blocking the host's event loop. Several may be in
   * flight: they run in the order given and interleave where they await. The
   * deadline covers the whole promise.
   *
   * Never throws: what `eval` throws, wrong arguments included, is a
   * rejection. An aborted `signal` stops what computes and rejects with the signal's reason; what waits for the host or
   * for a timer goes on when that comes, under the runtime's own limits.
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
    const { signal, filename, lineOffset = 0, columnOffset = 0, transfer } = given;
    return underSignal(
      signal,
      (abortId) =>
        native.evalAsync(
          code,
          timeout,
          cpuTimeout,
          filename,
          lineOffset,
          columnOffset,
          abortId,
          transferOf(transfer),
        ),
      (abortId) => native.abort(abortId),
    ) as Promise<T>;
  }

  /**
   * Installs a global function that calls `handler` at the host, with the
   * plugin's arguments by value. If `handler` returns a promise, the plugin gets one.
   * What `handler` throws arrives in the plugin by name, message and `code`, without the host's stack.
   * Waits for code that runs in the runtime, as `eval` does, and no longer than the runtime's `timeout`.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an empty name, `undefined`, `NaN` or `Infinity` as name, or no function
   * @throws JavaScriptError the plugin has declared that global, with `var` or `function`, or fixed it
   * @throws TimeoutError the runtime was busy until its `timeout` ran out
   * @throws what ended the runtime, if it has ended: see `Runtime`
   */
  // biome-ignore lint/suspicious/noExplicitAny: a handler takes what the plugin gives; `unknown` would refuse every typed handler
  bindFunction<F extends (...args: any[]) => unknown>(name: string, handler: F): void {
    requireGlobalName(name);
    requireFunction('the handler', handler);
    this.#native.bind(name, handler);
  }

  /**
   * Installs a global object, frozen: a copy of `object` as it is now. Functions
   * in it, however deep, become plugin functions as in `bindFunction`.
   *
   * @throws TypeError `ERR_INVALID_ARG`: a name as in `bindFunction`, no object (arrays and functions are none here),
   *   or a function of another runtime in it
   * @throws DataCloneError, SerializationLimitError the object can't cross
   * @throws JavaScriptError, TimeoutError, or what ended the runtime: as `bindFunction`
   */
  bindObject(name: string, object: object): void {
    requireGlobalName(name);
    requireObject('the object to bind', object);
    this.#native.bind(name, object);
  }

  /**
   * `bindFunction` under the handler's own name, or `options.name`; returns
   * the handler, so that it can wrap a function expression.
   *
   * @throws TypeError `ERR_INVALID_ARG`: as `bindFunction`, or a handler without a name and none given
   * @throws JavaScriptError, TimeoutError, or what ended the runtime: as `bindFunction`
   */
  // biome-ignore lint/suspicious/noExplicitAny: as in bindFunction
  bind<F extends (...args: any[]) => unknown>(handler: F, options?: BindOptions): F {
    requireFunction('the handler', handler);
    const name = bindOptions(options).name ?? handler.name;
    if (name === '') throw invalidArgument('the handler has no name of its own: give one, as { name }');
    this.bindFunction(name, handler);
    return handler;
  }

  /**
   * Makes a host function callable by number: in the runtime `__host_op_sync__(id, ...args)` gives its value,
   * `__host_op_async__(id, ...args)` a promise of it, by the op's mode. Returns the number.
   *
   * In the plugin, a number that is no op's is a RangeError with `code` `ERR_OUT_OF_RANGE`, an op of the other mode a
   * TypeError with `code` `ERR_INVALID_ARG`: thrown by the sync function, a rejection of the async one. Each of the two
   * functions is there from its first op on.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an empty name, a name that is taken, no function, or a wrong option
   * @throws JavaScriptError, TimeoutError, or what ended the runtime: as `bindFunction`
   */
  // biome-ignore lint/suspicious/noExplicitAny: as in bindFunction
  registerOp(name: string, handler: (...args: any[]) => unknown, options?: OpOptions): number {
    this.#ops ??= new HostOps(this.#native);
    return this.#ops.register(name, handler, opOptions(options).mode ?? 'sync');
  }

  /**
   * A module that can be imported by `name`, unless the resolver says something else.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an empty name, one that was added before, or a source that is no string
   * @throws TimeoutError, or what ended the runtime: as `bindFunction`
   */
  addStaticModule(name: string, source: string): void {
    this.#modules.add(name, source);
  }

  /**
   * Is asked first what a specifier means. A module that it names is a static module, or comes from the loader. Its
   * referrer is the name of the importing module, the filename of the importing script (`<eval>` if it has none), or
   * empty for `evalModule`.
   * What it throws is the `cause` of a ModuleError.
   *
   * @throws TypeError `ERR_INVALID_ARG`: no function
   * @throws TimeoutError, or what ended the runtime: as `bindFunction`
   */
  setModuleResolver(resolver: ModuleResolver): void {
    this.#modules.setResolver(resolver);
  }

  /**
   * Is asked for the source of each module that is no static one, once; without a resolver by its specifier. If it
   * returns a promise, only `evalModuleAsync` and a dynamic `import()` that `evalAsync` waits for can wait for it.
   * What it throws is the `cause` of a ModuleError.
   *
   * @throws TypeError `ERR_INVALID_ARG`: no function
   * @throws TimeoutError, or what ended the runtime: as `bindFunction`
   */
  setModuleLoader(loader: ModuleLoader): void {
    this.#modules.setLoader(loader);
  }

  /**
   * Imports a module and returns its namespace as a plain object, with functions as JsFunctions. Blocks as `eval` does.
   *
   * @throws ModuleError it, or a module that it imports, can't be had
   * @throws PendingPromiseError its loader, or its top-level await, needs the host: use `evalModuleAsync`. Also in a
   *   host function that a module of this runtime calls from its top level: imports wait for its end
   * @throws JavaScriptError, TimeoutError, DataCloneError, SerializationLimitError as `eval`
   * @throws what ended the runtime, if it has ended: see `Runtime`
   * @throws TypeError `ERR_INVALID_ARG`, RangeError `ERR_OUT_OF_RANGE`: a wrong argument; nothing ran
   */
  evalModule<T extends object = Record<string, unknown>>(specifier: string, options?: CallOptions): T {
    requireString('the specifier', specifier);
    const { timeout = this.#timeout, cpuTimeout = this.#cpuTimeout } = callOptions(options);
    return this.#native.evalModule(specifier, timeout, cpuTimeout) as T;
  }

  /** Like `evalModule`, without blocking the host's event loop; never throws, as `evalAsync`. */
  evalModuleAsync<T extends object = Record<string, unknown>>(
    specifier: string,
    options?: AsyncCallOptions,
  ): Promise<T> {
    let given: AsyncCallOptions;
    try {
      requireString('the specifier', specifier);
      given = asyncCallOptions(options);
    } catch (error) {
      return Promise.reject(error);
    }
    const { timeout = this.#timeout, cpuTimeout = this.#cpuTimeout, signal } = given;
    return underSignal(
      signal,
      (abortId) => this.#native.evalModuleAsync(specifier, timeout, cpuTimeout, abortId),
      (abortId) => this.#native.abort(abortId),
    ) as Promise<T>;
  }

  /**
   * An async iterable of the host's as a stream for this runtime: pass it as an argument, and it arrives as a
   * `ReadableStream`. So does any async iterable that is passed as it is; this names what is meant. Chunks are
   * asked for one by one, when the plugin reads. If the runtime ends, the iterator's `return` is called.
   *
   * @throws TypeError `ERR_INVALID_ARG`: no async iterable
   * @throws what ended the runtime, if it has ended: see `Runtime`
   */
  streamFromAsyncIterable<T>(iterable: AsyncIterable<T>): HostStream<T> {
    const stream = new HostStream(iterable);
    this.#native.requireOpen();
    return stream;
  }

  /** Figures of this runtime; cheap, and safe while code runs. */
  getStats(): RuntimeStats {
    const { streams, ...stats } = this.#native.stats();
    return { ...stats, ...streamStats(streams) };
  }

  /**
   * Whether the runtime has ended: by `close()`, `terminate()`, its heap limit, a `bootstrap` that failed, a start that
   * did, or a call whose thread did not come back. What happens at its start may not have happened yet.
   */
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
