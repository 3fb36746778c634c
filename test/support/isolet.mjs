// @ts-check
// The built package and its inner module, as a host would load them.
import { createRequire } from 'node:module';
import { inspect } from 'node:util';

const require = createRequire(import.meta.url);
/** @type {typeof import('isolet')} */
export const isolet = require('../../dist/index.js');
/** @type {import('../../lib/binding.js').NativeBinding} */
export const native = require('../../dist/binding.js').nativeBinding();

/** What a hostile case came to that ended with an error. @param {unknown} error @returns {import('../hostile/hostile-case.mjs').Outcome} */
export function outcomeOf(error) {
  if (error instanceof isolet.JavaScriptError) return error.name;
  if (error instanceof isolet.IsoletError) return error.code;
  return `not an error of isolet: ${inspect(error)}`;
}
