import { underSignal } from './abort.js';
import { requireFew } from './arguments.js';
import { nativeBinding } from './binding.js';
import { invalidArgument } from './errors.js';
import { functionOptions, transferOf } from './options.js';
import { describe } from './text.js';
import type { FunctionOptions, JsFunction } from './types.js';

/** The signals of functions made by `with({ signal })`: native code knows none. */
const signals = new WeakMap<JsFunction, AbortSignal>();

/** Native code takes what it is given for a handle. */
function handle(value: unknown): JsFunction {
  if (nativeBinding().isJsFunction(value)) return value;
  throw invalidArgument(`a JsFunction's method was called on ${describe(value)}`);
}

/** `fn.callAsync(...args)`, aborted by `signal`. */
export function callAsync(
  fn: JsFunction,
  args: unknown[],
  signal: AbortSignal | undefined = signals.get(fn),
): Promise<unknown> {
  const binding = nativeBinding();
  return underSignal(
    signal,
    (abortId) => binding.callFunctionAsync(fn, args, abortId),
    (abortId) => binding.abortFunction(fn, abortId),
  );
}

/** `fn` under other options; what is not given stays as it is in `fn`. */
export function derive(fn: JsFunction, options: FunctionOptions): JsFunction {
  const {
    hasReceiver,
    this: receiver,
    timeout,
    cpuTimeout,
    transfer,
    signal = signals.get(fn),
  } = functionOptions(options);
  const derived = nativeBinding().deriveFunction(
    fn,
    hasReceiver,
    receiver,
    timeout ?? 0,
    cpuTimeout ?? 0,
    transferOf(transfer),
  );
  if (signal !== undefined) signals.set(derived, signal);
  return derived;
}

/**
 * The prototype of every JsFunction: documented in `types.ts`. It inherits
 * from Function.prototype, so `call`, `apply` and `bind` work, but ignore
 * their `this`: `with` sets it.
 */
export const functionPrototype: object = Object.setPrototypeOf(
  {
    callAsync(this: unknown, ...args: unknown[]): Promise<unknown> {
      try {
        const fn = handle(this);
        requireFew('the arguments', args.length);
        return callAsync(fn, args);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    with(this: unknown, options: FunctionOptions): JsFunction {
      return derive(handle(this), options);
    },
    close(this: unknown): void {
      nativeBinding().closeFunction(handle(this));
    },
    [Symbol.dispose](this: unknown): void {
      nativeBinding().closeFunction(handle(this));
    },
  },
  Function.prototype,
);

for (const key of Reflect.ownKeys(functionPrototype)) {
  Object.defineProperty(functionPrototype, key, { enumerable: false });
}
