// Code that does not heed its deadline.
import { type Runtime, TimeoutError } from 'isolet';
import { errorOf } from './errors.js';

/**
 * Whether a runtime whose code does not stop is given up after seconds, not at once: V8 has loops there that come back
 * (native/isolate/overrun.h).
 */
export const isPatient = Number.parseInt(process.versions.v8, 10) >= 13;

/** A built-in that never looks whether it is to stop. It takes some seconds, and longer than its runtime is waited for. */
export const deaf = `Array.prototype.lastIndexOf.call({ length: ${isPatient ? 1e9 : 2e8} }, 1)`;

/** Has `runtime` given up. On a busy machine the time of a call may be up before its code has begun. */
export function giveUp(runtime: Runtime): void {
  while (!runtime.isClosed()) errorOf(() => runtime.eval(deaf, { timeout: 20 }), TimeoutError);
}

/** One that practically never ends. */
export const stuck = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)';
