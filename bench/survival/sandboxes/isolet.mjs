// @ts-check
// This project's own build.
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { hostFunctions } from '../../../test/hostile/host-functions.mjs';
import { limitsOf } from '../../../test/hostile/hostile-case.mjs';

/** @typedef {import('./index.mjs').Outcome} Outcome */

const require = createRequire(import.meta.url);
/** @type {typeof import('isolet')} */
const { Runtime, IsoletError, JavaScriptError } = require('../../../dist/index.js');

/** @type {string} */
export const version = require('../../../package.json').version;

/** @type {readonly string[]} */
export const lacks = [];

/** @param {unknown} error @returns {Outcome} */
function outcomeOf(error) {
  if (error instanceof JavaScriptError) return error.name;
  if (error instanceof IsoletError) return error.code;
  return `not an error of isolet: ${inspect(error)}`;
}

/** @type {import('./index.mjs').Sandbox['run']} */
export async function run(hostile) {
  const runtime = new Runtime(limitsOf(hostile));
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
