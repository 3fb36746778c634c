import { ReadableStream, type ReadableStreamDefaultController, type UnderlyingSource } from 'node:stream/web';
import { nativeBinding } from './binding.js';
import { DataCloneError, invalidArgument, SerializationLimitError } from './errors.js';
import { callAsync } from './js-function.js';
import { describe } from './text.js';
import { isThenable } from './thenable.js';
import type { JsFunction, RuntimeStats } from './types.js';

/** What is known of one runtime's streams: made by native code, empty at first, and filled here. */
export interface StreamCounts {
  js?: DirectionCounts;
  host?: DirectionCounts;
}

interface DirectionCounts {
  total: number;
  bytes: number;
  /** Of streams that are open: each ends its own. */
  readonly open: Set<(reason: unknown) => void>;
}

/** One chunk, or the end, as the other side's function gives it. */
interface Pulled {
  done: boolean;
  value?: unknown;
}

type Ends = [pull: () => Promise<Pulled>, cancel: (reason: unknown) => Promise<void>];

/**
 * A host's async iterable on its way into a runtime, where it is a
 * `ReadableStream`. Pass it to the runtime once, as an argument, a bound
 * object's property or a host function's value. There is nothing to close: the
 * iterator's `return` is called when the plugin cancels, or the runtime ends.
 */
export class HostStream<T = unknown> implements AsyncIterable<T> {
  readonly #source: AsyncIterable<T>;
  #isTaken = false;

  /** @throws TypeError `ERR_INVALID_ARG`: no async iterable */
  constructor(source: AsyncIterable<T>) {
    if (!isAsyncIterable(source)) {
      throw invalidArgument(`the source of a stream must be an async iterable, got ${describe(source)}`);
    }
    this.#source = source;
  }

  /**
   * What the runtime calls when the stream is passed to it: once.
   *
   * @throws TypeError `ERR_INVALID_ARG`: a second time, be it by `for await` or by passing the stream again
   */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    if (this.#isTaken) throw invalidArgument('a stream can be read only once');
    this.#isTaken = true;
    return this.#source[Symbol.asyncIterator]();
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as AsyncIterable<unknown> | null | undefined)?.[Symbol.asyncIterator] === 'function';
}

function countsOf(counts: StreamCounts, side: 'js' | 'host'): DirectionCounts {
  counts[side] ??= { total: 0, bytes: 0, open: new Set() };
  return counts[side];
}

/** Of a chunk's bytes or text; others have no size of their own. */
function sizeOf(chunk: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk);
  return ArrayBuffer.isView(chunk) || chunk instanceof ArrayBuffer ? chunk.byteLength : 0;
}

/** Ends a stream that its reader has dropped before its end: runs when what is registered was collected. */
const dropped = new FinalizationRegistry((end: () => void) => end());

/** The ends of a host's async iterable, for the runtime to call. Hook of native code: see `NativeHooks`. */
export function openStream(counts: StreamCounts, source: AsyncIterable<unknown>): Ends {
  const iterator = source[Symbol.asyncIterator]();
  const side = countsOf(counts, 'host');
  // The iterator gives up what it holds: a file, a connection. A generator waits for what it is to return, and would run
  // the plugin's code in place of its own `finally`.
  const stop = async (reason?: unknown): Promise<void> => {
    if (side.open.delete(abandon)) await iterator.return?.(isThenable(reason) ? undefined : reason);
  };
  // Where nobody is left to be told: what the host's own iterator says then, the host knows.
  const abandon = (reason?: unknown): void => {
    stop(reason).catch(() => undefined);
  };
  side.open.add(abandon);
  side.total++;
  const pull = async (): Promise<Pulled> => {
    if (!side.open.has(abandon)) return { done: true };
    try {
      const { done, value } = chunkOf(await iterator.next());
      if (done) side.open.delete(abandon);
      else side.bytes += sizeOf(value);
      return done ? { done: true } : { done: false, value };
    } catch (error) {
      side.open.delete(abandon);
      throw error;
    }
  };
  // Held for the runtime alone, and `abandon` does not hold it.
  dropped.register(pull, abandon);
  return [pull, stop];
}

/** A stream of what the plugin's functions give. Hook of native code: see `NativeHooks`. */
export function wrapStream(counts: StreamCounts, pull: JsFunction, cancel: JsFunction): ReadableStream {
  const source = new PluginSource(countsOf(counts, 'js'), pull, cancel);
  // Nothing is asked of the plugin before the host reads.
  return new ReadableStream(source, { highWaterMark: 0 });
}

class PluginSource implements UnderlyingSource {
  readonly #side: DirectionCounts;
  readonly #pull: JsFunction;
  readonly #cancel: JsFunction;
  /** In the list of open streams, which must not hold this: it would hold the stream, and the plugin's functions. */
  readonly #fail: (reason: unknown) => void;
  #controller: ReadableStreamDefaultController | undefined;

  constructor(side: DirectionCounts, pull: JsFunction, cancel: JsFunction) {
    this.#side = side;
    this.#pull = pull;
    this.#cancel = cancel;
    const self = new WeakRef(this);
    const fail = (reason: unknown): void => {
      side.open.delete(fail);
      const source = self.deref();
      if (source !== undefined) source.#controller?.error(reason);
    };
    this.#fail = fail;
    side.open.add(fail);
    side.total++;
    dropped.register(this, () => side.open.delete(fail));
  }

  start(controller: ReadableStreamDefaultController): void {
    this.#controller = controller;
  }

  async pull(controller: ReadableStreamDefaultController): Promise<void> {
    try {
      const { done, value } = chunkOf(await callAsync(this.#pull, []));
      if (!done) {
        this.#side.bytes += sizeOf(value);
        controller.enqueue(value);
        return;
      }
    } catch (error) {
      // The chunk may be what failed, not its source, which is told that nobody reads on.
      callAsync(this.#cancel, []).catch(() => undefined);
      this.#release();
      throw error;
    }
    this.#release();
    controller.close();
  }

  async cancel(reason: unknown): Promise<void> {
    if (!this.#side.open.has(this.#fail)) return;
    try {
      await this.#tell(reason);
    } finally {
      this.#release();
    }
  }

  /** That the stream is given up counts for more than why. */
  async #tell(reason: unknown): Promise<void> {
    try {
      await callAsync(this.#cancel, [reason]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await callAsync(this.#cancel, []);
    }
  }

  #release(): void {
    this.#side.open.delete(this.#fail);
    nativeBinding().closeFunction(this.#pull);
    nativeBinding().closeFunction(this.#cancel);
  }
}

/** Of a value that can't cross: the plugin was not called. What the plugin itself throws has another class. */
function isRefusal(error: unknown): boolean {
  return error instanceof DataCloneError || error instanceof SerializationLimitError;
}

/** What an iterator, or a plugin's function, gave may be anything. */
function chunkOf(result: unknown): Pulled {
  if (typeof result !== 'object' || result === null) {
    throw new TypeError(`the result of an async iterator must be an object, got ${describe(result)}`);
  }
  const { done, value } = result as Partial<Pulled>;
  return { done: Boolean(done), value };
}

/** Ends all streams of a runtime that has ended. Hook of native code: must not throw. */
export function endStreams(counts: StreamCounts, reason: Error): void {
  for (const side of [counts.js, counts.host]) {
    for (const end of [...(side?.open ?? [])]) end(reason);
  }
}

export function streamStats(
  counts: StreamCounts | undefined,
): Pick<
  RuntimeStats,
  | 'activeJsStreams'
  | 'activeHostStreams'
  | 'totalJsStreams'
  | 'totalHostStreams'
  | 'bytesStreamedJsToHost'
  | 'bytesStreamedHostToJs'
> {
  return {
    activeJsStreams: counts?.js?.open.size ?? 0,
    activeHostStreams: counts?.host?.open.size ?? 0,
    totalJsStreams: counts?.js?.total ?? 0,
    totalHostStreams: counts?.host?.total ?? 0,
    bytesStreamedJsToHost: counts?.js?.bytes ?? 0,
    bytesStreamedHostToJs: counts?.host?.bytes ?? 0,
  };
}
