// @ts-check
// This project's own build.
import { createRequire } from 'node:module';
import { isolet } from '../../../test/support/isolet.mjs';

/** @typedef {import('./index.mjs').Session} Session */

const require = createRequire(import.meta.url);

/** @type {string} */
export const version = require('../../../package.json').version;

export const awaitsHost = false;
export const limitsPromises = true;

/** @param {import('./index.mjs').Limits} limits @returns {Session} */
export function open({ memory, value }) {
  const runtime = new isolet.Runtime({ maxHeapSize: memory, maxSerializationBytes: value });
  return {
    script: (code) => () => runtime.eval(code),
    limitedScript: (code, timeout) => () => runtime.eval(code, { timeout }),
    asyncScript: (code, timeout) => () => runtime.evalAsync(code, { timeout }),
    fn: (source) => runtime.eval(source),
    mover: (source) =>
      /** @type {import('isolet').JsFunction} */ (runtime.eval(source)).with({ transfer: 'both' }),
    bind: (name, handler) => runtime.bindFunction(name, handler),
    cpuTime: () => runtime.getStats().cpuTimeMs,
    close: () => runtime.close(),
  };
}
