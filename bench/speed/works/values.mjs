// @ts-check
// Values that cross.

import { compared, inSession, mebibyte, usualLimits } from './pair-work.mjs';
import { records } from './records.mjs';

/** @typedef {import('../sandboxes/index.mjs').Kind} Kind */
/** @typedef {import('../sandboxes/index.mjs').Limits} Limits */
/** @typedef {import('./index.mjs').Work} Work */

/** Room for the large ones, a copy on its way included. @type {Limits} */
const largeLimits = { memory: 1024 * mebibyte, value: 64 * mebibyte };

const small = { id: 7, name: 'seven', isOdd: true };
const many = records(1000);
const text = 'x'.repeat(mebibyte);
const size = 16 * mebibyte;

/** There and back. @param {unknown} value @param {Kind} kind @param {Limits} [limits] */
function thereAndBack(value, kind, limits = usualLimits) {
  return compared(
    inSession((session) => {
      const fn = session.fn('((value) => value)', kind, kind);
      return fn && (() => fn(value));
    }, limits),
    value,
  );
}

/** @type {readonly Omit<Work, 'sandboxes'>[]} */
export const valueWorks = [
  {
    name: 'object',
    title: 'an object of three fields there and back',
    target: 3,
    measure: thereAndBack(small, 'object'),
  },
  {
    name: 'records',
    title: '1,000 records there and back',
    target: 2,
    measure: thereAndBack(many, 'object'),
  },
  {
    name: 'text',
    title: 'a string of 1 MiB there and back',
    target: 1.5,
    measure: thereAndBack(text, 'text', largeLimits),
  },
  {
    name: 'bytes-in',
    title: 'a Uint8Array of 16 MiB, copied to the plugin',
    target: 1.5,
    measure: compared(
      inSession((session) => {
        const fn = session.fn('((bytes) => bytes.length)', 'bytes', 'numbers');
        const bytes = new Uint8Array(size).fill(1);
        return fn && (() => fn(bytes));
      }, largeLimits),
      size,
    ),
  },
  {
    name: 'bytes-out',
    title: 'the same, copied to the host',
    target: 1.5,
    measure: compared(
      inSession((session) => {
        const fn = session.fn(
          `((bytes) => () => bytes)(new Uint8Array(${size}).fill(1))`,
          'nothing',
          'bytes',
        );
        return fn && (() => /** @type {any} */ (lengthOf(fn())));
      }, largeLimits),
      size,
    ),
  },
  {
    name: 'move',
    title: 'the same, moved there and back',
    target: undefined,
    measure: compared(
      inSession((session) => {
        const fn = session.mover('((bytes) => bytes)');
        if (fn === null) return null;
        /** What came back is sent again. @type {any} */
        let bytes = new Uint8Array(size);
        return () => {
          const back = fn(bytes);
          if (!(back instanceof Promise)) {
            bytes = back;
            return lengthOf(back);
          }
          return back.then((moved) => {
            bytes = moved;
            return lengthOf(moved);
          });
        };
      }, largeLimits),
      size,
    ),
  },
];

/** Also of one that is still to come. @param {unknown} bytes @returns {number | Promise<number>} */
function lengthOf(bytes) {
  if (bytes instanceof Promise) return bytes.then((come) => come.length);
  return /** @type {Uint8Array} */ (bytes).length;
}
