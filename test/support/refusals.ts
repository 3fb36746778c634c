import { expect } from 'vitest';
import { errorOf } from './errors.js';
import { liveCounts } from './live.js';

export const notStrings = [5, true, null, 5n, Symbol('a'), {}, ['a'], () => 'a'];
export const notNumbers = ['100', true, null, 5n, Symbol('5'), {}, [], () => 5];
/** No time that a call may take. */
export const wrongTimes = [
  ...[0, -1, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 31],
];

/** Expects a wrong argument, or one out of range, to be refused by an error that says all these parts. */
export function expectRefused(call: () => unknown, kind: 'argument' | 'range', parts: string[]): void {
  const before = liveCounts();
  const error = errorOf<Error>(call, kind === 'argument' ? TypeError : RangeError);
  expect(error).toMatchObject({ code: kind === 'argument' ? 'ERR_INVALID_ARG' : 'ERR_OUT_OF_RANGE' });
  for (const part of parts) expect(error.message).toContain(part);
  expect(liveCounts(), 'nothing has started').toEqual(before);
}
