// @ts-check
// What a case of the corpus is, and how what it came to is compared with what it may come to.
//
// Cases are data: a script, what it needs of a host, and beside it what may happen. Nothing here knows isolet, so that
// the same scripts can be run against other sandboxes.
import { inspect, isDeepStrictEqual } from 'node:util';

/** @typedef {'memory' | 'time' | 'stack' | 'values' | 'escape' | 'floods'} Group */

/**
 * Limits of the runtime that a script runs in: bytes and milliseconds.
 * @typedef {object} Limits
 * @property {number} [maxHeapSize]
 * @property {number} [timeout]
 * @property {number} [stackSize]
 * @property {number} [maxSerializationBytes]
 * @property {number} [maxSerializationDepth]
 */

/**
 * What a case may come to: the `code` of an error of the sandbox (`ERR_…`), the name of the error that the script
 * threw (`RangeError`), or its value.
 * @typedef {string | { value: unknown }} Outcome
 */

/**
 * @typedef {object} Script
 * @property {string} name unique in the corpus
 * @property {string} code a classic script; its value is the result
 * @property {'sync' | 'async'} [call] whether the host blocks while it waits; sync if not given
 * @property {readonly import('./host-functions.mjs').HostName[]} [host] what must be bound: see host-functions.mjs
 * @property {Limits} [limits] where they differ from those of its group: see `limitsOf`
 * @property {readonly Outcome[]} expect
 * @property {number} [most] MiB that it takes at most, where one step of the engine's takes more than is aimed at
 * @property {string} why what is hostile about it
 */

/** @typedef {Script & { group: Group }} HostileCase */

export const mebibyte = 2 ** 20;

/** What is to end a case of `memory` is its memory. @type {Partial<Record<Group, number>>} */
const timeouts = { memory: 5000 };

/** @param {HostileCase} hostile */
export function limitsOf(hostile) {
  return { maxHeapSize: 32 * mebibyte, timeout: timeouts[hostile.group] ?? 500, ...hostile.limits };
}

/** Bytes that are aimed at: no case should take more, all memory counted. @param {HostileCase} hostile */
export function aimedMemory(hostile) {
  return 2 * limitsOf(hostile).maxHeapSize + 64 * mebibyte;
}

/** Bytes that a case may take at most. @param {HostileCase} hostile */
export function mostMemory(hostile) {
  return Math.max(aimedMemory(hostile), (hostile.most ?? 0) * mebibyte);
}

/** @param {HostileCase} hostile @param {Outcome} outcome */
export function isAllowed(hostile, outcome) {
  return hostile.expect.some((allowed) => isDeepStrictEqual(allowed, outcome));
}

/** @param {Outcome} outcome */
export function describeOutcome(outcome) {
  if (typeof outcome === 'string') return outcome.slice(0, 100);
  const text = inspect(outcome.value, {
    depth: 4,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: 100,
  });
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
