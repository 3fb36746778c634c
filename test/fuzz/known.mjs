// @ts-check
// Inputs that once did harm, found by the fuzzer or by reading: run first, each time.
import { tag, varint } from './wire.mjs';

/** @typedef {{ name: string, verdict: string, bytes: number[], options?: number }} KnownInput */

/** @param {number} value */
const number = (value) => [...varint(BigInt(value))];
/** @param {string} text */
const string = (text) => [tag.oneByteString, ...number(text.length), ...Buffer.from(text, 'latin1')];
/** @param {number} value */
const integer = (value) => [tag.int32, ...number(value * 2)];
/** @param {number} count @param {number[]} element */
const array = (count, element) => [tag.array, ...number(count), ...Array(count).fill(element).flat()];
/** @param {number[]} properties @param {number[]} [stack] */
const error = (properties, stack = [tag.undefined]) => [
  tag.error,
  ...string('Own'),
  ...string('message'),
  ...stack,
  ...properties,
  tag.end,
];

/** @type {KnownInput[]} */
export const knownInputs = [
  {
    name: 'an empty two-byte string at an odd address, copied to a null pointer',
    verdict: 'decoded',
    bytes: [tag.array, 3, tag.twoByteString, 0, tag.null, tag.twoByteString, 0],
  },
  {
    name: 'short arrays of great length, for whose elements there was room at once: 256 MB each',
    verdict: 'decoded',
    bytes: array(100, [tag.sparseArray, ...number(2 ** 25 - 1), tag.end]),
  },
  {
    name: 'objects with one great index, for which there was room up to it: 12 KB each',
    verdict: 'decoded',
    bytes: array(2000, [tag.object, ...integer(1022), tag.null, tag.end]),
  },
  {
    name: 'the same with the index as a string',
    verdict: 'decoded',
    bytes: array(2000, [tag.object, ...string('1022'), tag.null, tag.end]),
  },
  {
    name: 'short arrays with such elements',
    verdict: 'decoded',
    bytes: array(2000, [tag.sparseArray, 1, ...integer(1022), tag.null, tag.end]),
  },
  {
    name: 'arrays one inside the other, each with a length as if it had the rest for itself',
    verdict: 'refused',
    bytes: [...Array(3000).fill([tag.array, ...number(10_000)]), ...Array(10_000).fill(tag.null)].flat(),
  },
  {
    name: "an error's stack, for which V8's own was formatted by code of the realm",
    verdict: 'decoded',
    bytes: error([], string('Own: message\n    at f')),
  },
  {
    name: "a stack among an error's properties",
    verdict: 'refused',
    bytes: error([...string('stack'), tag.null]),
  },
  {
    name: "a message among an error's properties",
    verdict: 'refused',
    bytes: error([...string('message'), tag.null]),
  },
  {
    name: 'two buffers over one attachment',
    verdict: 'refused',
    bytes: array(2, [tag.attachedBuffer, 0]),
    options: 1,
  },
];

/** As reports of errors: of each field one that is of the wrong type. @type {number[][]} */
export const knownReports = [
  [tag.object, ...string('message'), tag.object, ...string('toString'), tag.null, tag.end, tag.end],
  [tag.object, ...string('name'), tag.function, 1, tag.end],
  [tag.object, ...string('stack'), tag.map, tag.end, tag.end],
  [tag.object, ...string('frames'), ...integer(1), tag.end],
  [tag.object, ...string('frames'), ...array(2, [tag.null]), tag.end],
  [tag.object, ...string('frames'), tag.sparseArray, 0, ...string('find'), tag.function, 1, tag.end, tag.end],
];
