// @ts-check
// isolated-vm, as its README says to use it: a memory limit, a timeout for each evaluation, results copied. Without
// `onCatastrophicError`: it would be called when the isolate is lost, and is documented as a chance to end the process.
import { hostFunctions } from '../../../test/hostile/host-functions.mjs';
import { limitsOf, mebibyte } from '../../../test/hostile/hostile-case.mjs';
import { ivm, version } from '../../isolated-vm.mjs';
import { withDeadline } from './deadline.mjs';

/** @typedef {import('./index.mjs').HostileCase} HostileCase */
/** @typedef {import('./index.mjs').Outcome} Outcome */

export { version };

// Values cross by structured clone, which has no functions. `call` alone is worth more work: see below.
export const lacks = ['everything'];

/**
 * `call`: the script's function goes to the host as a reference, as do arguments that are no primitives.
 * @param {any} context @param {number} timeout
 */
function offerCall(context, timeout) {
  const call = (/** @type {any} */ fn, /** @type {any[]} */ ...args) =>
    fn.applySync(
      undefined,
      args.map((arg) => (arg instanceof ivm.Reference ? arg.derefInto() : arg)),
      { timeout, result: { copy: true } },
    );
  context.evalClosureSync(
    `globalThis.call = (fn, ...args) =>
      $0.applySync(undefined, [fn, ...args], { arguments: { reference: true }, result: { copy: true } });`,
    [new ivm.Reference(call)],
  );
}

/**
 * A function that gives the script a promise. If the host's is rejected already, the process ends by an
 * unhandled rejection (laverdet/isolated-vm#314): that is left as a user would meet it.
 * @param {any} context @param {string} name @param {Function} fn
 */
function offerAsync(context, name, fn) {
  context.evalClosureSync(
    `globalThis[$0] = (...args) =>
      $1.apply(undefined, args, { arguments: { copy: true }, result: { promise: true, copy: true } });`,
    [name, new ivm.Reference(fn)],
  );
}

/** @param {HostileCase} hostile @param {any} context */
function offerHostFunctions(hostile, context) {
  const { timeout } = limitsOf(hostile);
  const functions = hostFunctions((code) => context.evalSync(code, { timeout, copy: true }));
  for (const name of hostile.host ?? []) {
    if (name === 'call') offerCall(context, timeout);
    else if (['later', 'refuse', 'never'].includes(name)) offerAsync(context, name, functions[name]);
    else context.global.setSync(name, new ivm.Callback(functions[name]));
  }
}

/** Its own errors have no class and no code. @param {unknown} error @returns {Outcome} */
function outcomeOf(error) {
  if (!(error instanceof Error)) return 'a thrown value';
  return /timed out|memory limit|disposed/.test(error.message) ? error.message : error.name;
}

/** @type {import('./index.mjs').Sandbox['run']} */
export async function run(hostile) {
  const { maxHeapSize, timeout } = limitsOf(hostile);
  // There is no option for the size of the stack.
  const isolate = new ivm.Isolate({ memoryLimit: maxHeapSize / mebibyte });
  try {
    const context = isolate.createContextSync();
    offerHostFunctions(hostile, context);
    if (hostile.call !== 'async') return { value: context.evalSync(hostile.code, { timeout, copy: true }) };
    // The timeout ends where the first run of the script does: what it awaits is the host's to limit.
    return await withDeadline(
      context
        .eval(hostile.code, { timeout, copy: true, promise: true })
        .then((/** @type {unknown} */ value) => ({ value })),
      timeout,
      () => 'the timer of the host',
    );
  } catch (error) {
    return outcomeOf(error);
  } finally {
    if (!isolate.isDisposed) isolate.dispose();
  }
}
