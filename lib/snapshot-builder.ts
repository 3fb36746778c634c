import { requireNonEmpty, requireString } from './arguments.js';
import type { NativeRuntime } from './binding.js';
import { preparedBinding } from './native-hooks.js';
import { builderConfig } from './options.js';
import { packSnapshot } from './snapshot.js';
import type { SnapshotBuilderOptions } from './types.js';

/**
 * Runs scripts once and keeps what they leave: globals, functions, objects, compiled code. A `Runtime` with that
 * `snapshot` starts with it, without running them. `build()` it, or `close()` it: until then it holds a thread and a
 * heap.
 *
 * On Node 22 and later it is a snapshot of V8's; on Node 20 the scripts run again in each runtime, without being
 * compiled again: they should do the same each time. A snapshot is good for the very build of Node and of this package
 * that made it, and **must come from a source that you trust**: it is code, and V8 reads it as its own memory.
 *
 * @example
 * const builder = new SnapshotBuilder();
 * builder.executeScript('library.js', source);
 * const snapshot = builder.build();
 * using runtime = new Runtime({ snapshot });
 */
export class SnapshotBuilder implements Disposable {
  readonly #native: NativeRuntime;
  readonly #scripts: { name: string; source: string }[] = [];

  /**
   * Runs `bootstrap`, if it is given, as `executeScript('<bootstrap>', bootstrap)` does.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an unknown option, or one of the wrong type
   * @throws RangeError `ERR_OUT_OF_RANGE`: a size or time out of range
   * @throws what `executeScript` throws; nothing is left to be closed then
   */
  constructor(options?: SnapshotBuilderOptions) {
    const { bootstrap, ...config } = builderConfig(options);
    this.#native = new (preparedBinding().Runtime)({
      ...config,
      bootstrap: undefined,
      snapshot: undefined,
      buildsSnapshot: true,
    });
    if (bootstrap === undefined) return;
    try {
      this.executeScript('<bootstrap>', bootstrap);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Runs a classic script to its end, continuations of settled promises included. `name` is that of the script in
   * stacks, also later on. What throws leaves the builder usable, with what it has done so far.
   *
   * @throws JavaScriptError the script threw, or can't be parsed
   * @throws TimeoutError `timeout` or `cpuTimeout` ran out
   * @throws HeapLimitError it needed more than `maxHeapSize`: the builder is closed
   * @throws RuntimeClosedError after `build()` or `close()`
   * @throws TypeError `ERR_INVALID_ARG`: an empty name, or no strings
   */
  executeScript(name: string, source: string): void {
    requireNonEmpty('the name of the script', name);
    requireString('the source', source);
    this.#native.runScript(source, name);
    this.#scripts.push({ name, source });
  }

  /**
   * The snapshot, for the option `snapshot` of any number of runtimes. Closes the builder.
   *
   * @throws SnapshotError something is alive that can't be kept: an object of `Intl` or `WebAssembly`, a resizable
   *   buffer, and the like; the message says what, as far as it is known
   * @throws TimeoutError `timeout` or `cpuTimeout` ran out
   * @throws RuntimeClosedError after `build()` or `close()`
   */
  build(): Uint8Array {
    const { heapUsedBytes: heap } = this.#native.stats();
    const { blob, caches } = this.#native.buildSnapshot();
    this.close();
    if (blob !== undefined) return packSnapshot({ heap, snapshot: { blob } });
    const scripts = this.#scripts.map((script, index) => ({
      ...script,
      cache: caches?.[index] ?? new Uint8Array(),
    }));
    return packSnapshot({ heap, snapshot: { scripts } });
  }

  /** Whether it has ended: by `build()`, `close()`, or its heap limit. */
  isClosed(): boolean {
    return this.#native.isClosed();
  }

  /** Ends it without a snapshot; idempotent. */
  close(): void {
    this.#native.close();
  }

  /** `close()` */
  [Symbol.dispose](): void {
    this.close();
  }
}
