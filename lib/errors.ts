import type { Failure } from './binding.js';
import { bytes, clip, milliseconds } from './text.js';
import type { StackFrame } from './types.js';

/**
 * What every error of a runtime or a plugin manager extends. Tell them apart
 * by class or by `code`, never by text.
 *
 * Wrong arguments are not among them: those are a `TypeError` with `code`
 * `ERR_INVALID_ARG` or a `RangeError` with `code` `ERR_OUT_OF_RANGE`.
 */
export abstract class IsoletError extends Error {
  abstract readonly code: string;
  /** The `name` of the runtime concerned, if it was given one. */
  declare readonly runtime?: string;
  /** The plugin concerned, if a `PluginManager` ran it. */
  declare readonly plugin?: string;
  /** The hook that was called, if a `PluginManager` called one. */
  declare readonly hook?: string;
}

/** What a `JavaScriptError` is made from. */
export interface JavaScriptErrorDetails {
  name: string;
  message: string;
  stack: string;
  frames: readonly StackFrame[];
  value?: unknown;
  cause?: unknown;
  properties?: Readonly<Record<string, unknown>>;
}

/**
 * Code in the runtime threw, or a promise there was rejected. `name`,
 * `message` and `stack` are those of what was thrown: the stack shows the
 * plugin's frames and nothing of the host.
 */
export class JavaScriptError extends IsoletError {
  readonly code = 'ERR_JAVASCRIPT';
  /** The plugin's stack, innermost frame first. */
  declare readonly frames: readonly StackFrame[];
  /** What was thrown; there only if it was no Error and could cross. */
  declare readonly value?: unknown;
  /** The thrown error's own enumerable properties; there only if it had any. */
  declare readonly properties?: Readonly<Record<string, unknown>>;
  /** There only if the thrown error had one, or if a host error went through the plugin: then it is that very error. */
  declare readonly cause?: unknown;

  constructor(details: JavaScriptErrorDetails) {
    super(details.message, Object.hasOwn(details, 'cause') ? { cause: details.cause } : undefined);
    hide(this, 'name', details.name);
    hide(this, 'stack', details.stack || `${clip(details.name)}: ${clip(details.message)}`);
    hide(this, 'frames', details.frames);
    if (Object.hasOwn(details, 'value')) show(this, 'value', details.value);
    if (details.properties !== undefined) show(this, 'properties', details.properties);
  }
}

/**
 * A call took longer than its limit. The runtime stays usable, unless its thread did not come back, or it was the
 * `bootstrap`: then it is closed.
 */
export class TimeoutError extends IsoletError {
  readonly code = 'ERR_TIMEOUT';
  /** The clock that ran out: `wall` for `timeout`, `cpu` for `cpuTimeout`. */
  readonly kind: 'wall' | 'cpu';
  /** Milliseconds. */
  readonly limit: number;
  /** Milliseconds on the same clock, when the call was stopped. */
  readonly elapsed: number;

  constructor(kind: 'wall' | 'cpu', limit: number, elapsed: number) {
    const clock = kind === 'wall' ? 'wall' : 'CPU';
    super(`timed out after ${milliseconds(elapsed)} of ${clock} time (limit ${milliseconds(limit)})`);
    this.kind = kind;
    this.limit = limit;
    this.elapsed = elapsed;
  }
}

/** The runtime was stopped for good by `terminate()`, or never started: `reason` says why. Make a new one. */
export class RuntimeTerminated extends IsoletError {
  readonly code: 'ERR_TERMINATED' | 'ERR_HEAP_LIMIT' = 'ERR_TERMINATED';
  /** What ended it, in words, such as `terminated by the host`: for logs, nothing to tell errors apart by. */
  readonly reason: string;

  constructor(reason: string) {
    super(`the runtime has ended: ${clip(reason)}`);
    this.reason = reason;
  }
}

/** The runtime needed more than `maxHeapSize`, and was closed. Make a new one. */
export class HeapLimitError extends RuntimeTerminated {
  override readonly code = 'ERR_HEAP_LIMIT';
  /** Bytes. */
  readonly limit: number;
  /** Bytes in use when the limit was reached; less than the limit where one allocation would not have fitted. */
  readonly used: number;

  constructor(limit: number, used: number) {
    const wanted = used < limit ? ', and more was asked for' : '';
    super(`heap limit of ${bytes(limit)} reached (${bytes(used)} in use${wanted})`);
    this.limit = limit;
    this.used = used;
  }
}

/** The runtime, or the function handle, was used after `close()`. */
export class RuntimeClosedError extends IsoletError {
  readonly code = 'ERR_CLOSED';

  constructor(message = 'the runtime is closed') {
    super(message);
  }
}

/**
 * A sync call gave a promise that can't settle while the host's thread waits for it; in a nested call, also one that
 * needs a timer. The runtime stays usable.
 */
export class PendingPromiseError extends IsoletError {
  readonly code = 'ERR_PENDING_PROMISE';

  constructor() {
    super(
      'the result is a promise that needs the host to settle: use evalAsync, evalModuleAsync, callAsync or callHookAsync, which do not block the host',
    );
  }
}

/** A value holds something that can't cross between host and runtime. */
export class DataCloneError extends IsoletError {
  readonly code = 'ERR_DATA_CLONE';
  /** Where in the value, like `result.items[3].fn`. */
  readonly path: string;

  constructor(path: string, what: string) {
    super(`${clip(path)}: ${clip(what)} can't cross`);
    this.path = path;
  }
}

/** A value is nested too deeply, or too large, to cross. */
export class SerializationLimitError extends IsoletError {
  readonly code = 'ERR_SERIALIZATION_LIMIT';
  /** `depth` for `maxSerializationDepth`, `bytes` for `maxSerializationBytes`. */
  readonly limit: 'depth' | 'bytes';
  /** The limit's value: levels, or bytes. */
  readonly max: number;
  /** What was seen when the value was given up: levels, or bytes. It may be larger still. */
  readonly seen: number;
  /** Where in the value, like `result.items`. */
  readonly path: string;

  constructor(limit: 'depth' | 'bytes', max: number, seen: number, path: string) {
    super(
      limit === 'depth'
        ? `${clip(path)}: at least ${seen} levels deep, maxSerializationDepth is ${max}`
        : `${clip(path)}: at least ${bytes(seen)}, maxSerializationBytes is ${bytes(max)}`,
    );
    this.limit = limit;
    this.max = max;
    this.seen = seen;
    this.path = path;
  }
}

/**
 * A module could not be had: nothing has that name, or the resolver or the loader failed; then `cause` is what it
 * threw.
 */
export class ModuleError extends IsoletError {
  readonly code = 'ERR_MODULE';
  /** As the importing code wrote it. */
  readonly specifier: string;
  /** The name of the module, or the filename of the script, that imported it; empty for `evalModule`. */
  readonly referrer: string;
  /** The plugin's stack, innermost frame first. */
  declare readonly frames: readonly StackFrame[];

  constructor(specifier: string, referrer: string, details: JavaScriptErrorDetails) {
    super(clip(details.message), Object.hasOwn(details, 'cause') ? { cause: details.cause } : undefined);
    this.specifier = specifier;
    this.referrer = referrer;
    hide(this, 'stack', details.stack || `ModuleError: ${clip(details.message)}`);
    hide(this, 'frames', details.frames);
  }
}

/** A snapshot could not be made, or can't be used here: it is damaged, from another Node, or needs more heap. */
export class SnapshotError extends IsoletError {
  readonly code = 'ERR_SNAPSHOT';
}

/**
 * The native addon could not be loaded: there is none for this Node.js, platform or C library, or the system refused
 * it; then `cause` is what it said. The message names what there is, and what to do.
 */
export class NativeAddonError extends IsoletError {
  readonly code = 'ERR_NATIVE_ADDON';
}

/** A plugin could not be found or read, is not loaded, or has no such hook: the message says what there is. */
export class PluginError extends IsoletError {
  readonly code = 'ERR_PLUGIN';

  constructor(message: string, options?: ErrorOptions & { plugin?: string; hook?: string }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    if (options?.plugin !== undefined) show(this, 'plugin', options.plugin);
    if (options?.hook !== undefined) show(this, 'hook', options.hook);
  }
}

/** Not public: an aborted call, until the signal's reason takes its place. */
export class AbortedError extends IsoletError {
  readonly code = 'ABORT_ERR';

  constructor() {
    super('the call was aborted');
  }
}

/** On the prototypes, so that a stack starts with the class's name. */
for (const errorClass of [
  IsoletError,
  JavaScriptError,
  TimeoutError,
  RuntimeTerminated,
  HeapLimitError,
  RuntimeClosedError,
  PendingPromiseError,
  DataCloneError,
  SerializationLimitError,
  ModuleError,
  SnapshotError,
  PluginError,
]) {
  hide(errorClass.prototype, 'name', errorClass.name);
}
hide(AbortedError.prototype, 'name', 'AbortError');

export function invalidArgument(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG' });
}

export function outOfRange(message: string): RangeError {
  return Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' });
}

/**
 * Makes the error for a native failure. Never throws: native code has no
 * other error to give. Plugins choose the strings in a failure, so nothing
 * here joins them without a bound on their length.
 */
export function createError(failure: Failure & { runtime?: string }): Error {
  const error = errorOf(failure);
  if (failure.runtime !== undefined && error instanceof IsoletError) show(error, 'runtime', failure.runtime);
  return error;
}

function errorOf(failure: Failure): Error {
  switch (failure.kind) {
    case 'javascript':
      return new JavaScriptError(failure);
    case 'module':
      return new ModuleError(failure.specifier, failure.referrer, failure);
    case 'timeout':
      return new TimeoutError(failure.clock, failure.limit, failure.elapsed);
    case 'heapLimit':
      return new HeapLimitError(failure.limit, failure.used);
    case 'terminated':
      return new RuntimeTerminated(failure.reason);
    case 'closed':
      return new RuntimeClosedError(`${failure.path && `${clip(failure.path)}: `}${failure.what} is closed`);
    case 'aborted':
      return new AbortedError();
    case 'pendingPromise':
      return new PendingPromiseError();
    case 'dataClone':
      return new DataCloneError(failure.path, failure.what);
    case 'serializationLimit':
      return new SerializationLimitError(failure.limit, failure.max, failure.seen, failure.path);
    case 'invalidArgument':
      return invalidArgument(clip(failure.message));
    case 'snapshot':
      return new SnapshotError(`the snapshot can't be made: ${clip(failure.why)}`);
    case 'startFailed':
      return new RuntimeTerminated(`it could not start: ${clip(failure.message)}`);
    default:
      return new RuntimeTerminated(`unknown failure: ${String((failure satisfies never as Failure).kind)}`);
  }
}

/** As Error's own properties are: not enumerable. */
export function hide(error: object, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, configurable: true, writable: true });
}

/** As a property of ours: enumerable, so that it shows when the error is printed. */
export function show(error: object, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: true, configurable: true, writable: true });
}
