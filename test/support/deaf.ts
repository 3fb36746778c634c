// Code that does not heed its deadline.

/**
 * Whether a runtime whose code does not stop is given up after seconds, not at once: V8 has loops there that come back
 * (native/isolate/overrun.h).
 */
export const isPatient = Number.parseInt(process.versions.v8) >= 13;

/** A built-in that never looks whether it is to stop. It takes some seconds, and longer than its runtime is waited for. */
export const deaf = `Array.prototype.lastIndexOf.call({ length: ${isPatient ? 1e9 : 2e8} }, 1)`;

/** One that practically never ends. */
export const stuck = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)';
