// @ts-check
// The built package and its inner module, as a host would load them.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** @type {typeof import('isolet')} */
export const isolet = require('../../dist/index.js');
/** @type {import('../../lib/binding.js').NativeBinding} */
export const native = require('../../dist/binding.js').nativeBinding();
