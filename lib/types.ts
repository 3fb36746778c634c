import type { IsoletError } from './errors.js';

/**
 * Options of one call. Unknown ones and wrong types are a TypeError `ERR_INVALID_ARG`, numbers out of range a
 * RangeError `ERR_OUT_OF_RANGE`; nothing has run then. `undefined` means the default.
 */
export interface CallOptions {
  /**
   * Wall time, ms, above 0 and at most 2^31-1; the first call of a runtime waits for its start as well. What the call
   * leaves behind, waiting for the host or a timer, is under the runtime's own limits. Default: the runtime's
   * `timeout`.
   */
  timeout?: number | undefined;
  /**
   * CPU time of the runtime's own thread, ms, above 0 and at most 2^31-1: host calls and waits do not count. Default:
   * the runtime's `cpuTimeout`.
   */
  cpuTimeout?: number | undefined;
}

/** Options of one async call. */
export interface AsyncCallOptions extends CallOptions {
  /**
   * Stops what computes for this call and rejects with the signal's reason. What waits for the host or for a timer goes
   * on when that comes, under the runtime's own limits: `close()` the runtime to be sure that nothing does.
   */
  signal?: AbortSignal | undefined;
}

/** Options of `Runtime.eval`. */
export interface EvalOptions extends CallOptions {
  /** `result`: the ArrayBuffers in the result are moved; see `FunctionOptions`. Default: `none`. */
  transfer?: 'none' | 'result' | undefined;
  /** The script's name in stacks and frames. Default: `<eval>`. */
  filename?: string | undefined;
  /** Added to every line number in stacks and frames: an integer from -2^30 to 2^30. Default: 0. */
  lineOffset?: number | undefined;
  /** Added to the column numbers of the first line in stacks and frames: an integer from -2^30 to 2^30. Default: 0. */
  columnOffset?: number | undefined;
}

/** Options of `Runtime.evalAsync`. */
export interface AsyncEvalOptions extends EvalOptions, AsyncCallOptions {}

/** Options of `JsFunction.with`. */
export interface FunctionOptions extends AsyncCallOptions {
  /**
   * Which ArrayBuffers, and whole views of them, are moved instead of copied: those in the arguments, in the result, or
   * both. A moved one is empty (detached) where it was, from when the value has been written: also if the call then
   * fails. What is copied all the same: a view of a part of a buffer (a `Buffer` of Node's may be one), resizable
   * buffers, the memory of WebAssembly, what Node keeps from being moved (`markAsUntransferable`), and what `this` has,
   * too. Moved bytes count for `maxSerializationBytes`, and against the `maxHeapSize` of
   * the runtime that has them. Default: as `fn` has it, at first `none`.
   */
  transfer?: 'none' | 'arguments' | 'result' | 'both' | undefined;
  /** What the function sees as `this`; `undefined`, if given, counts. Default: the `this` it has. */
  this?: unknown;
}

/** Options of `Runtime.bind`. */
export interface BindOptions {
  /** The global's name in the runtime. Default: the handler's own `name`. */
  name?: string | undefined;
}

/** Options of `Runtime.registerOp`. */
export interface OpOptions {
  /** `sync`: called by `__host_op_sync__`; `async`: by `__host_op_async__`, which gives a promise. Default: `sync`. */
  mode?: 'sync' | 'async' | undefined;
}

/** What a plugin's console was asked to do; `clear` is not told. */
export type ConsoleLevel =
  | 'log'
  | 'info'
  | 'warn'
  | 'error'
  | 'debug'
  | 'trace'
  | 'dir'
  | 'table'
  | 'group'
  | 'groupEnd';

/**
 * Gets each call of a plugin's console. The arguments are values, as those of a
 * host function are, but that functions, symbols, promises and the like are
 * described by a text. Of arguments that take more than 64 KiB together, only the
 * beginnings of texts come. What it throws, the plugin's call throws.
 */
export type ConsoleSink = (level: ConsoleLevel, args: unknown[]) => void;

/**
 * Gives the name of the module that `specifier` means in `referrer`; `null` or `undefined`: a static module, if there
 * is one. The referrer of a script without a `filename` is `<eval>`.
 */
export type ModuleResolver = (specifier: string, referrer: string) => string | null | undefined;

/** Gives the source of a module by its name. */
export type ModuleLoader = (name: string) => string | PromiseLike<string>;

/** Limits and names of a runtime. Sizes in bytes, times in milliseconds; `undefined` means the default. */
export interface RuntimeConfig {
  /**
   * Any text but an empty one: the name of the runtime's OS thread, which systems cut (Linux: 15 bytes), the property
   * `runtime` of its errors, and in front of each line that its console prints. Default: `isolet`; errors have no
   * `runtime` then.
   */
  name?: string | undefined;
  /**
   * Bytes for the V8 heap, ArrayBuffers and WebAssembly memory together, 8 MiB to 1 TiB. A runtime that needs more is
   * closed: that call and all others fail with a HeapLimitError. Soft: one large object can pass it before that.
   * Default: V8's own, by the machine's memory.
   */
  maxHeapSize?: number | undefined;
  /** Bytes of V8 heap to start with, from 1. Needs `maxHeapSize`, and must not exceed it. Default: V8's own. */
  initialHeapSize?: number | undefined;
  /** Bytes of stack of the runtime's own OS thread, 512 KiB to 64 MiB; more is a RangeError inside. Default: 2 MiB. */
  stackSize?: number | undefined;
  /**
   * Wall time, ms, above 0 and at most 2^31-1, of every call that sets none of its own, and of each piece of work that
   * a call has left behind. Default: none.
   */
  timeout?: number | undefined;
  /**
   * CPU time of the runtime's own thread, ms, above 0 and at most 2^31-1, of every call that sets none of its own.
   * Default: none.
   */
  cpuTimeout?: number | undefined;
  /**
   * A script that runs first, before anything is bound, under `timeout` and `cpuTimeout`. If it throws or takes longer,
   * the runtime is closed, and every call throws that error. A promise as its value is not awaited. Not together with
   * `snapshot`. Default: none.
   */
  bootstrap?: string | undefined;
  /**
   * What a `SnapshotBuilder` has made: the runtime begins with it. The bytes are checked and copied: the constructor
   * throws a SnapshotError if they are damaged, from another build of Node or of this package, or if they need more
   * than `maxHeapSize`. They must come from a source that you trust. Default: none.
   */
  snapshot?: Uint8Array | undefined;
  /**
   * A `console` in the runtime. `true`: it prints on the host's, each line with the runtime's name in front; a
   * function gets level and arguments. Default: `false`, there is none.
   */
  enableConsole?: boolean | ConsoleSink | undefined;
  /** `setTimeout`, `setInterval`, `clearTimeout`, `clearInterval` and `queueMicrotask` inside. Default: `false`. */
  enableTimers?: boolean | undefined;
  /**
   * Gets each error that nobody in the runtime handles: of a promise that was rejected, thrown by a timer's
   * callback, or a TimeoutError where the runtime's own limits stopped such work. On the host's thread, while it serves
   * the runtime, and not after `close` or `terminate`. While 64 have not been taken by the host, further ones are only
   * counted. What it throws is an uncaught exception of the host. Default: they are only counted, in stats.
   */
  onUnhandledRejection?: ((error: IsoletError) => void) | undefined;
  /** How deep a value that crosses may be nested, 1 to 1000. Default: 64. */
  maxSerializationDepth?: number | undefined;
  /** How many bytes one value that crosses may take, 1 byte to 1 GiB. Default: 10 MiB. */
  maxSerializationBytes?: number | undefined;
}

/** Options of a `SnapshotBuilder`. Its limits hold for each script, and for `build`. */
export interface SnapshotBuilderOptions {
  /** A script that runs first. Default: none. */
  bootstrap?: string | undefined;
  /** See `RuntimeConfig`. What the scripts print comes while they run. Default: `false`. */
  enableConsole?: boolean | ConsoleSink | undefined;
  /** Bytes for heap and buffers together, 8 MiB to 1 TiB. Default: 256 MiB. */
  maxHeapSize?: number | undefined;
  /** See `RuntimeConfig`. Default: 2 MiB. */
  stackSize?: number | undefined;
  /** Wall time, ms, above 0 and at most 2^31-1, of each script. Default: 30 s. */
  timeout?: number | undefined;
  /** CPU time, ms, above 0 and at most 2^31-1, of each script. Default: none. */
  cpuTimeout?: number | undefined;
}

/**
 * What `Runtime.getStats` tells. Sizes are bytes, times milliseconds; counts, totals and sums are over the runtime's
 * life. Of one that has ended they are the last, and what was open or active is 0.
 */
export interface RuntimeStats {
  /** What V8 has reserved for its heap. */
  heapTotalBytes: number;
  /** What of that objects take, garbage that is not collected yet included. */
  heapUsedBytes: number;
  /** ArrayBuffers, WebAssembly memory and what else counts against `maxHeapSize` outside the V8 heap. */
  externalMemoryBytes: number;
  /** What of the heap is backed by memory. */
  physicalTotalBytes: number;
  /** CPU time of the runtime's own thread, its start and the work of timers included. */
  cpuTimeMs: number;
  /**
   * Wall time that calls kept the runtime's thread: with the host functions and timers that they waited for, without
   * what runs later for a promise that was still pending, or for a timer.
   */
  totalExecutionTimeMs: number;
  /** As `totalExecutionTimeMs`, of the last call. */
  lastExecutionTimeMs: number;
  /** What the last call was; `null` before the first. */
  lastExecutionKind:
    | 'evalSync'
    | 'evalAsync'
    | 'evalModuleSync'
    | 'evalModuleAsync'
    | 'callFunctionSync'
    | 'callFunctionAsync'
    | null;
  /**
   * Calls of `eval`, failed ones included. Nested ones, which a host function makes that the runtime has called, count
   * neither here nor below.
   */
  evalSyncCount: number;
  /** Of `evalAsync`. */
  evalAsyncCount: number;
  /** Of `evalModule`. */
  evalModuleSyncCount: number;
  /** Of `evalModuleAsync`. */
  evalModuleAsyncCount: number;
  /** Of JsFunctions, called directly. */
  callFunctionSyncCount: number;
  /** Of JsFunctions, by `callAsync`; a read of a plugin's stream is one. */
  callFunctionAsyncCount: number;
  /** Calls of host functions by the plugin, also of ops, console, resolver, loader, and reads of the host's streams. */
  hostCallCount: number;
  /** Promises rejected, and errors thrown in the background, that nobody handled. */
  unhandledRejectionCount: number;
  /** Of `setTimeout`, not yet fired or cleared. */
  activeTimers: number;
  /** Of `setInterval`, not cleared. */
  activeIntervals: number;
  /** Async calls that have not settled. */
  activeAsyncOps: number;
  /** Function handles open, of both directions. */
  openResources: number;
  /** Streams of the plugin's that the host has and that have not ended. */
  activeJsStreams: number;
  /** Streams of the host's that the plugin has and that have not ended. */
  activeHostStreams: number;
  /** As `activeJsStreams`, those that have ended included. */
  totalJsStreams: number;
  /** As `activeHostStreams`, those that have ended included. */
  totalHostStreams: number;
  /** Of the chunks that were bytes or text (in UTF-8); others count nothing. */
  bytesStreamedJsToHost: number;
  /** As `bytesStreamedJsToHost`, in the other direction. */
  bytesStreamedHostToJs: number;
}

/** What `getProcessStats` tells. */
export interface ProcessStats {
  /** Runtimes that have not ended. */
  runtimes: number;
  /** Threads of runtimes, those included whose runtime has ended. */
  threads: number;
  /**
   * Threads whose runtime has ended and that have not: for a moment, or because a builtin does not look whether it is
   * to stop. Making a runtime is refused while more than 128 of them are stuck.
   */
  endingThreads: number;
  /**
   * Threads that will not end before the process does, with their heaps: V8 ran out of memory where neither could be
   * freed. No runtime is made once there are 64.
   */
  lostThreads: number;
  /** Function handles, of both directions. */
  handles: number;
}

/** A place in a plugin's source. Lines and columns count from 1. */
export interface StackFrame {
  functionName: string;
  fileName: string;
  lineNumber: number;
  columnNumber: number;
}

/** Limits of each plugin's runtime: see `RuntimeConfig`. */
export interface PluginLimits
  extends Pick<
    RuntimeConfig,
    'maxHeapSize' | 'stackSize' | 'cpuTimeout' | 'maxSerializationDepth' | 'maxSerializationBytes'
  > {}

/** Options of a `PluginManager`. Times in milliseconds, sizes in bytes; `undefined` means the default. */
export interface PluginManagerOptions {
  /** The directory that holds the plugins: a path, or a `file:` URL. It must exist. */
  pluginDir: string | URL;
  /** Default: `{ maxHeapSize: 50 MiB }`, and the runtime's own defaults for the rest. */
  limits?: PluginLimits | undefined;
  /** Wall time, ms, above 0 and at most 2^31-1, for loading one plugin. Default: 5000. */
  loadTimeout?: number | undefined;
  /** Wall time, ms, above 0 and at most 2^31-1, of one hook call. Default: 1000. */
  timeout?: number | undefined;
  /** A script that runs in each plugin's runtime before the plugin: to take something away, or to lay something out. */
  bootstrap?: string | undefined;
  /** What each plugin's runtime begins with: see `RuntimeConfig`. Not together with `bootstrap`. */
  snapshot?: Uint8Array | undefined;
  /** A `console` in each plugin's runtime: see `RuntimeConfig`. The plugin's name is in front. Default: `false`. */
  enableConsole?: boolean | ConsoleSink | undefined;
  /** Timers in each plugin's runtime: see `RuntimeConfig`. Default: `false`. */
  enableTimers?: boolean | undefined;
  /** See `RuntimeConfig`; the error says which plugin it is from, in `plugin` and in its message. */
  onUnhandledRejection?: RuntimeConfig['onUnhandledRejection'];
}

/**
 * A plugin's function at the host. `close()` it when it is not needed any more: it keeps the plugin's function alive.
 * Garbage collection and the end of its runtime release it, too.
 */
// biome-ignore lint/suspicious/noExplicitAny: the public contract; what a plugin's function takes and returns is unknowable
export interface JsFunction<A extends unknown[] = any[], R = any> {
  /**
   * Blocks until the function returned. A promise that is still pending then is returned as a host promise, under the
   * same deadline.
   *
   * A signal given to `with` does not count here: it can't fire while the host's thread waits.
   *
   * @throws JavaScriptError the function threw, or its promise was rejected
   * @throws ModuleError its promise was that of an `import()` that failed
   * @throws TimeoutError `timeout` or `cpuTimeout` ran out; the runtime stays usable
   * @throws DataCloneError, SerializationLimitError an argument, `this` or the value can't cross
   * @throws RuntimeClosedError it, its runtime, or a JsFunction among the arguments is closed
   * @throws RuntimeTerminated, HeapLimitError, or whatever else ended the runtime: see `Runtime`
   * @throws TypeError `ERR_INVALID_ARG`: a function of another runtime among the arguments, or as `this`
   */
  (...args: A): R;
  /**
   * Never blocks the host's event loop; the deadline covers the whole promise.
   *
   * Never throws: what the call itself throws is a rejection, and so is a RangeError `ERR_OUT_OF_RANGE` for more than
   * 65,534 arguments. An aborted signal, given to `with`, stops what computes and rejects with the signal's reason;
   * what waits for the host or for a timer goes on when that comes.
   */
  callAsync(...args: A): Promise<Awaited<R>>;
  /**
   * The same function with other call options, or another `this`. What is not given stays. Closing either closes both.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an unknown option, or one of the wrong type
   * @throws RangeError `ERR_OUT_OF_RANGE`: a time out of range
   */
  with(options: FunctionOptions): JsFunction<A, R>;
  /** Releases the plugin's function; idempotent. Later calls throw RuntimeClosedError. */
  close(): void;
  /** `close()` */
  [Symbol.dispose](): void;
}
