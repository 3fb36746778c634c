import { requireFunction, requireNonEmpty } from './arguments.js';
import type { NativeRuntime } from './binding.js';
import { invalidArgument, outOfRange } from './errors.js';
import { quote } from './text.js';

// biome-ignore lint/suspicious/noExplicitAny: an op takes what the plugin gives
type Handler = (...args: any[]) => unknown;
type Mode = 'sync' | 'async';

interface Op {
  readonly name: string;
  readonly mode: Mode;
  readonly handler: Handler;
}

const globals: Record<Mode, string> = { sync: '__host_op_sync__', async: '__host_op_async__' };

/** The ops of one runtime, and the two globals that call them by number: defined with the first op of their mode. */
export class HostOps {
  readonly #native: NativeRuntime;
  readonly #ops: Op[] = [];
  readonly #defined = new Set<Mode>();

  constructor(native: NativeRuntime) {
    this.#native = native;
  }

  /**
   * The number of the new op. Registering the first of a mode defines the global that calls them.
   *
   * @throws TypeError `ERR_INVALID_ARG`: an empty name, a name that is taken, or no function
   * @throws what `Runtime.bindFunction` throws
   */
  register(name: unknown, handler: Handler, mode: Mode): number {
    requireNonEmpty("the op's name", name);
    requireFunction('the handler', handler);
    if (this.#ops.some((op) => op.name === name))
      throw invalidArgument(`an op ${quote(name)} was registered before`);
    this.#native.requireOpen();
    if (!this.#defined.has(mode)) {
      const call: Handler = (id, ...args) => this.#find(id, mode).handler(...args);
      this.#native.bind(globals[mode], mode === 'sync' ? call : async (...args: unknown[]) => call(...args));
      this.#defined.add(mode);
    }
    return this.#ops.push({ name, mode, handler }) - 1;
  }

  /**
   * Called by the plugin, which gets what this throws.
   *
   * @throws RangeError `ERR_OUT_OF_RANGE`: no op has that number
   * @throws TypeError `ERR_INVALID_ARG`: the op is of the other mode
   */
  #find(id: unknown, mode: Mode): Op {
    const op = typeof id === 'number' ? this.#ops[id] : undefined;
    if (op === undefined) {
      throw outOfRange(`${globals[mode]}: there is no op ${typeof id === 'number' ? id : typeof id}`);
    }
    if (op.mode !== mode)
      throw invalidArgument(`op ${quote(op.name)} is ${op.mode}: use ${globals[op.mode]}`);
    return op;
  }
}
