// @ts-check
// This project's own build.
import { createRequire } from 'node:module';
import { hostFunctions } from '../../../test/hostile/host-functions.mjs';
import { limitsOf } from '../../../test/hostile/hostile-case.mjs';
import { isolet, outcomeOf } from '../../../test/support/isolet.mjs';

const require = createRequire(import.meta.url);

/** @type {string} */
export const version = require('../../../package.json').version;

/** @type {readonly string[]} */
export const lacks = [];

/** @type {import('./index.mjs').Sandbox['run']} */
export async function run(hostile) {
  const runtime = new isolet.Runtime(limitsOf(hostile));
  const functions = hostFunctions((code) => runtime.eval(code));
  for (const name of hostile.host ?? []) runtime.bindFunction(name, functions[name]);
  try {
    return {
      value: hostile.call === 'async' ? await runtime.evalAsync(hostile.code) : runtime.eval(hostile.code),
    };
  } catch (error) {
    return outcomeOf(error);
  } finally {
    runtime.close();
  }
}
