// @ts-check
// A context of node:vm, in the host's isolate and on its thread: no wall, but the least that any sandbox costs. Scripts
// are compiled once. What crosses is copied by `structuredClone`, as objects would be shared; strings and numbers are.
import { createContext, Script } from 'node:vm';

/** @typedef {import('./index.mjs').Session} Session */
/** @typedef {import('./index.mjs').Kind} Kind */

export const version = process.versions.node;

export const awaitsHost = false;

/** @param {Kind} kind */
function isCopied(kind) {
  return kind === 'object' || kind === 'bytes';
}

/** @param {(...args: any[]) => unknown} fn @param {Kind} takes @param {Kind} gives */
function copying(fn, takes, gives) {
  if (!isCopied(takes))
    return isCopied(gives) ? (/** @type {any[]} */ ...args) => structuredClone(fn(...args)) : fn;
  if (!isCopied(gives)) return (/** @type {any} */ value) => fn(structuredClone(value));
  return (/** @type {any} */ value) => structuredClone(fn(structuredClone(value)));
}

/** @returns {Session} */
export function open() {
  const context = createContext({});
  return {
    script: (code) => {
      const script = new Script(code);
      return () => script.runInContext(context);
    },
    limitedScript: (code, timeout) => {
      const script = new Script(code);
      return () => script.runInContext(context, { timeout });
    },
    asyncScript: () => null,
    // A string that is shared takes no time, whatever its size.
    fn: (source, takes, gives) =>
      takes === 'text' ? null : copying(new Script(source).runInContext(context), takes, gives),
    mover: () => null,
    bind: (name, handler) => {
      context[name] = handler;
    },
    close: () => {},
  };
}
