// @ts-check
// isolated-vm. Scripts are compiled once and run often, which isolet has no way to do. Functions are References called
// by `applySync`. Copies are made by the options `copy`, but for bytes: `copy` copies them twice, an ExternalCopy that
// is given up (`transferIn`) once.
import { ivm, version } from '../../isolated-vm.mjs';

/** @typedef {import('./index.mjs').Session} Session */
/** @typedef {import('./index.mjs').Kind} Kind */

export { version };

export const awaitsHost = false;

const givenUp = { transferIn: true, release: true };

/** What makes arguments of a host's values, and the options of the call. @param {Kind} takes */
function argumentsOf(takes) {
  if (takes === 'object') return { options: { copy: true }, wrap: undefined };
  if (takes !== 'bytes') return { options: undefined, wrap: undefined };
  return {
    options: undefined,
    wrap: (/** @type {unknown} */ value) => new ivm.ExternalCopy(value).copyInto(givenUp),
  };
}

/** @param {Kind} gives */
function resultOf(gives) {
  if (gives === 'object') return { copy: true };
  return gives === 'bytes' ? { externalCopy: true } : undefined;
}

/** @param {any} context @param {string} source @param {Kind} takes @param {Kind} gives */
function functionOf(context, source, takes, gives) {
  const reference = context.evalSync(source, { reference: true });
  const { options, wrap } = argumentsOf(takes);
  const callOptions = { arguments: options, result: resultOf(gives) };
  const call = (/** @type {any[]} */ args) => reference.applySync(undefined, args, callOptions);
  if (gives === 'bytes') {
    return (/** @type {any[]} */ ...args) => call(wrap ? args.map(wrap) : args).copy(givenUp);
  }
  if (wrap) return (/** @type {any[]} */ ...args) => call(args.map(wrap));
  return (/** @type {any[]} */ ...args) => call(args);
}

/**
 * Both ways by ExternalCopies that own the memory. The isolate makes its own: the library is in a closure around the
 * plugin's function, not in its reach.
 * @param {any} context @param {string} source
 */
function moverOf(context, source) {
  const reference = context.evalClosureSync(
    `const fn = ${source}; return (bytes) => new $0.ExternalCopy(fn(bytes), { transferOut: true });`,
    [ivm],
    { result: { reference: true } },
  );
  return (/** @type {Uint8Array} */ bytes) => {
    const moved = new ivm.ExternalCopy(bytes, { transferOut: true });
    return reference.applySync(undefined, [moved.copyInto(givenUp)]).copy(givenUp);
  };
}

/** @param {import('./index.mjs').Limits} limits @returns {Session} */
export function open({ memory }) {
  const isolate = new ivm.Isolate({ memoryLimit: memory / 2 ** 20 });
  const context = isolate.createContextSync();
  return {
    script: (code) => {
      const script = isolate.compileScriptSync(code);
      return () => script.runSync(context);
    },
    limitedScript: (code, timeout) => {
      const script = isolate.compileScriptSync(code);
      return () => script.runSync(context, { timeout });
    },
    asyncScript: (code, timeout) => {
      const script = isolate.compileScriptSync(code);
      return () => script.run(context, { timeout });
    },
    fn: (source, takes, gives) => functionOf(context, source, takes, gives),
    mover: (source) => moverOf(context, source),
    // A Callback rather than a Reference, which the plugin would have to call by `applySync`.
    bind: (name, handler) => context.global.setSync(name, new ivm.Callback(handler)),
    cpuTime: () => Number(isolate.cpuTime) / 1e6,
    close: () => isolate.dispose(),
  };
}
