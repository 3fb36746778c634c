import type { ReadableStream } from 'node:stream/web';
import { loadAddon } from './addon.js';
import type { StreamCounts } from './streams.js';
import type { ConsoleLevel, JsFunction, RuntimeConfig, RuntimeStats, StackFrame } from './types.js';

/**
 * The native addon's surface, as this layer sees it. Nothing here is public.
 *
 * Native code checks nothing that this layer has checked already: option
 * types and ranges are refused in `options.ts`, before a thread starts.
 * Durations cross in milliseconds, `0` meaning none; sizes in bytes, `0`
 * meaning V8's default.
 */
export interface NativeBinding {
  /** Of the Node.js that it was built for: `process.versions.modules`. Where this is another, there is nothing else. */
  abi: number;
  /** Called once per environment, before anything else. */
  setup(hooks: NativeHooks): void;
  Runtime: new (config: NativeRuntimeConfig) => NativeRuntime;
  /**
   * A JsFunction over the same handle with other call options; `0`, or `transfer` not given, leaves what
   * `fn` has. `receiver` replaces `this` when `hasReceiver` is 1.
   */
  deriveFunction(
    fn: JsFunction,
    hasReceiver: 0 | 1,
    receiver: unknown,
    timeout: number,
    cpuTimeout: number,
    transfer?: TransferBits,
  ): JsFunction;
  /** Never blocks. `abortId` is `0` or a number for `NativeRuntime.abort`. */
  callFunctionAsync(fn: JsFunction, args: unknown[], abortId: number): Promise<unknown>;
  /** A sync call that throws `pendingPromise` where the plain call returns a promise. */
  callFunctionSettled(fn: JsFunction, args: unknown[]): unknown;
  /** Idempotent; later calls throw `closed`. */
  closeFunction(fn: JsFunction): void;
  isJsFunction(value: unknown): value is JsFunction;
  /** Aborts the async call of that id, wherever it is. */
  abortFunction(fn: JsFunction, abortId: number): void;
  /** How many native functions a snapshot may refer to. */
  snapshotFormat(): number;
  /** What is alive in the whole process, for lifecycle tests and diagnosis. */
  liveCounts(): LiveCounts;
  /** Blocks until no more than `threads` runtime threads live or `timeout` ms passed; says which. */
  awaitThreads(threads: number, timeout: number): boolean;
}

/** What is moved: 1 the arguments, 2 the result. */
export type TransferBits = 0 | 1 | 2 | 3;

export interface LiveCounts {
  /** Runtimes neither closed nor dead. */
  runtimes: number;
  /** Runtime threads that have not ended. */
  threads: number;
  /** Function handles, of both directions. */
  handles: number;
  /** Threads parked for ever after V8 ran out of memory where nothing could be freed. */
  lost: number;
}

/** What `NativeRuntime.methodsOf` tells. */
export type MethodList = (string | JsFunction)[] | string;

export interface NativeRuntimeConfig {
  name: string;
  /** Errors show the name. */
  isNamed: boolean;
  maxHeapSize: number;
  initialHeapSize: number;
  stackSize: number;
  timeout: number;
  cpuTimeout: number;
  maxSerializationDepth: number;
  maxSerializationBytes: number;
  bootstrap: string | undefined;
  /** Not together with `bootstrap`. */
  snapshot: NativeSnapshot | undefined;
  /** It is there for `runScript` and `buildSnapshot`, and must have a `maxHeapSize`. */
  buildsSnapshot: boolean;
  enableTimers: boolean;
  /** Gets the level and the arguments of each call of the console; `undefined`: the plugin has none. */
  console: ((level: ConsoleLevel, ...args: unknown[]) => void) | undefined;
  /** Must not throw. */
  onUnhandledRejection: RuntimeConfig['onUnhandledRejection'];
}

/** V8's own, or scripts with what V8 has compiled. */
export type NativeSnapshot =
  | { blob: Uint8Array; scripts?: undefined }
  | { blob?: undefined; scripts: { name: string; source: string; cache: Uint8Array }[] };

/** All but what `streams.ts` counts. */
export interface NativeStats extends RuntimeStats {
  streams?: StreamCounts;
}

export interface NativeRuntime {
  /** With fewer arguments: the runtime's own limits, the default filename, no offsets. */
  eval(
    code: string,
    timeout?: number,
    cpuTimeout?: number,
    filename?: string,
    lineOffset?: number,
    columnOffset?: number,
    transfer?: TransferBits,
  ): unknown;
  /** Runs a script of a snapshot, for which its value is of no interest. */
  runScript(code: string, filename: string): void;
  /** Closes the runtime. `caches`: of the scripts that ran, in their order. */
  buildSnapshot(): { blob?: Uint8Array; caches?: Uint8Array[] };
  evalAsync(
    code: string,
    timeout: number,
    cpuTimeout: number,
    filename: string | undefined,
    lineOffset: number,
    columnOffset: number,
    abortId: number,
    transfer?: TransferBits,
  ): Promise<unknown>;
  /** The namespace of a module, evaluated. */
  evalModule(specifier: string, timeout: number, cpuTimeout: number): unknown;
  evalModuleAsync(specifier: string, timeout: number, cpuTimeout: number, abortId: number): Promise<unknown>;
  /** From now on imports ask these two: a name for a specifier, and the source for a name. */
  provideModules(
    resolve: (specifier: string, referrer: string) => string | undefined,
    load: (name: string) => string | Promise<string> | undefined,
  ): void;
  /** Defines an own global property: functions become plugin functions, objects are frozen copies. */
  bind(name: string, value: unknown): void;
  /**
   * Evaluates `code` and reads every property of the object that it gives
   * and of its prototypes below Object.prototype once: name, then a
   * JsFunction bound to the object, or the `typeof` of what is no function.
   * If it gives no object, or a function: the `typeof`, or `null`.
   */
  methodsOf(code: string, timeout: number, cpuTimeout: number): MethodList;
  /** The same of a module: its export `plugin`, else its default export if that is an object, else all it exports. */
  methodsOfModule(specifier: string, timeout: number, cpuTimeout: number): MethodList;
  abort(abortId: number): void;
  /**
   * Calls back once: when it serves, or when it has ended. From the event loop, which it does not keep alive, or from
   * `close()`. The callback must not throw.
   */
  whenStarted(callback: () => void): void;
  stats(): NativeStats;
  isClosed(): boolean;
  /** Throws what ended the runtime, if it has ended. */
  requireOpen(): void;
  close(): void;
  terminate(reason: string): void;
}

export interface NativeHooks {
  /** Makes the typed error for a failure: `errors.ts`. Must not throw. */
  createError(failure: Failure & { runtime?: string }): Error;
  /** The prototype of every JsFunction; inherits from Function.prototype. */
  functionPrototype: object;
  /** `streams.ts`. */
  openStream(counts: StreamCounts, source: AsyncIterable<unknown>): [pull: unknown, cancel: unknown];
  wrapStream(counts: StreamCounts, pull: JsFunction, cancel: JsFunction): ReadableStream;
  endStreams(counts: StreamCounts, reason: Error): void;
  /** `transfer.ts`. */
  moveBuffer(buffer: ArrayBuffer): ArrayBuffer | undefined;
  /** Read when a runtime first needs it: `streams-library.ts`. */
  streamsFile: string;
  streamEnds: string;
}

/** What a plugin threw. */
export interface Thrown {
  name: string;
  message: string;
  stack: string;
  frames: StackFrame[];
  /** The thrown value when it is no Error and can cross. */
  value?: unknown;
  /** The original host error that escaped, or the plugin error's own `cause`. */
  cause?: unknown;
  /** Own enumerable properties of the thrown error. */
  properties?: Record<string, unknown>;
}

/** Why a call failed. Which fields are present is fixed by `kind`. */
export type Failure =
  | ({ kind: 'javascript' } & Thrown)
  /** A module could not be had; `cause`: what the resolver or the loader threw. */
  | ({ kind: 'module'; specifier: string; referrer: string } & Thrown)
  | { kind: 'timeout'; clock: 'wall' | 'cpu'; limit: number; elapsed: number }
  | { kind: 'heapLimit'; limit: number; used: number }
  | { kind: 'terminated'; reason: string }
  | { kind: 'closed'; what: string; path: string }
  | { kind: 'aborted' }
  | { kind: 'pendingPromise' }
  /** `path` like `result.items[3].fn`; `what` names the value that can't cross. */
  | { kind: 'dataClone'; path: string; what: string }
  | { kind: 'serializationLimit'; limit: 'depth' | 'bytes'; max: number; seen: number; path: string }
  /** A handle used in a runtime that is not its own, or the like: a TypeError with ERR_INVALID_ARG. */
  | { kind: 'invalidArgument'; message: string }
  /** A snapshot could not be made. */
  | { kind: 'snapshot'; why: string }
  /** The runtime could not be made: no thread, no memory. */
  | { kind: 'startFailed'; message: string };

let binding: NativeBinding | undefined;

/** Loads the addon on first use, not on import, so that types and bundlers never touch it. */
export function nativeBinding(): NativeBinding {
  binding ??= loadAddon();
  return binding;
}
