/** Options of one call. */
export interface CallOptions {
  /** Wall time, ms. Default: the runtime's `timeout`. */
  timeout?: number | undefined;
  /** CPU time of the runtime's own thread, ms: host calls and waits do not count. Default: the runtime's `cpuTimeout`. */
  cpuTimeout?: number | undefined;
}

export interface AsyncCallOptions extends CallOptions {
  /** Stops running code and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Options of `Runtime.eval`. */
export interface EvalOptions extends CallOptions {
  /** The script's name in stacks and frames. Default: `<eval>`. */
  filename?: string | undefined;
  /** Added to every line number in stacks and frames. Default: 0. */
  lineOffset?: number | undefined;
  /** Added to the column numbers of the first line in stacks and frames. Default: 0. */
  columnOffset?: number | undefined;
}

/** Options of `Runtime.evalAsync`. */
export interface AsyncEvalOptions extends EvalOptions, AsyncCallOptions {}

/** Options of `JsFunction.with`. */
export interface FunctionOptions extends AsyncCallOptions {
  /** What the function sees as `this`; `undefined`, if given, counts. Default: the `this` it has. */
  this?: unknown;
}

/** Options of `Runtime.bind`. */
export interface BindOptions {
  /** The global's name in the runtime. Default: the handler's own `name`. */
  name?: string | undefined;
}

/** Limits and names of a runtime. Sizes in bytes, times in milliseconds; `undefined` means the default. */
export interface RuntimeConfig {
  /** Shown as the name of the runtime's OS thread, which systems cut (Linux: 15 bytes). Default: `isolet`. */
  name?: string | undefined;
  /** Bytes for the V8 heap and ArrayBuffers together, 8 MiB to 1 TiB. Default: V8's own, by the machine's memory. */
  maxHeapSize?: number | undefined;
  /** Bytes of V8 heap to start with. Needs `maxHeapSize`, and must not exceed it. Default: V8's own. */
  initialHeapSize?: number | undefined;
  /** Bytes of stack of the runtime's own OS thread, 512 KiB to 64 MiB. Default: 2 MiB. */
  stackSize?: number | undefined;
  /** Wall time, ms, of every call that sets none of its own. Default: none. */
  timeout?: number | undefined;
  /** CPU time of the runtime's own thread, ms, of every call that sets none of its own. Default: none. */
  cpuTimeout?: number | undefined;
  /** A script that runs first. What it throws, the first call throws. */
  bootstrap?: string | undefined;
  /** How deep a value that crosses may be nested, 1 to 1000. Default: 64. */
  maxSerializationDepth?: number | undefined;
  /** How many bytes one value that crosses may take, up to 1 GiB. Default: 10 MiB. */
  maxSerializationBytes?: number | undefined;
}

/** What `Runtime.getStats` tells; sums are over the runtime's life. Of one that has ended, sums and sizes are the last. */
export interface RuntimeStats {
  heapTotalBytes: number;
  heapUsedBytes: number;
  /** ArrayBuffers and other memory outside the V8 heap. */
  externalMemoryBytes: number;
  /** What of the heap is backed by memory. */
  physicalTotalBytes: number;
  /** CPU time of the runtime's own thread. */
  cpuTimeMs: number;
  totalExecutionTimeMs: number;
  lastExecutionTimeMs: number;
  /** What ran last; `null` before the first call. */
  lastExecutionKind: string | null;
  evalSyncCount: number;
  evalAsyncCount: number;
  callFunctionSyncCount: number;
  callFunctionAsyncCount: number;
  /** Calls of host functions by the plugin. */
  hostCallCount: number;
  /** Async calls that have begun and not settled. */
  activeAsyncOps: number;
  /** Function handles open, of both directions. */
  openResources: number;
}

/** What `getProcessStats` tells. */
export interface ProcessStats {
  /** Runtimes that have not ended. */
  runtimes: number;
  /** Threads of runtimes, those included whose runtime has ended. */
  threads: number;
  /**
   * Threads whose runtime has ended and that have not: for a moment, or because a builtin does not look whether it is to
   * stop. Making a runtime is refused while more than 128 of them are stuck.
   */
  endingThreads: number;
  /**
   * Threads that will not end before the process does, with their heaps: V8 ran out of memory where neither could be freed.
   * No runtime is made once there are 64.
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

export interface PluginManagerOptions {
  /** The directory that holds the plugins: a path, or a `file:` URL. It must exist. */
  pluginDir: string | URL;
  /** Default: `{ maxHeapSize: 50 MiB }`, and the runtime's own defaults for the rest. */
  limits?: PluginLimits | undefined;
  /** Wall time, ms, for loading one plugin. Default: 5000. */
  loadTimeout?: number | undefined;
  /** Wall time, ms, of one hook call. Default: 1000. */
  timeout?: number | undefined;
}

/**
 * A plugin's function at the host. Its handle is released by `close()`, by
 * garbage collection, or with its runtime, whichever is first.
 */
// biome-ignore lint/suspicious/noExplicitAny: the public contract; what a plugin's function takes and returns is unknowable
export interface JsFunction<A extends unknown[] = any[], R = any> {
  /**
   * Blocks until the function returned. A promise that is still pending then is returned as a host promise.
   *
   * A signal given to `with` does not count here: it can't fire while the host's thread waits.
   */
  (...args: A): R;
  /** Never blocks the host's event loop; the deadline covers the whole promise. */
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
  [Symbol.dispose](): void;
}
