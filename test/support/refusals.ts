import { expect } from 'vitest';
import { errorOf } from './errors.js';
import { liveCounts } from './live.js';

export const notStrings = [5, true, null, 5n, Symbol('a'), {}, ['a'], () => 'a'];

/** Expects a wrong argument, or one out of range, to be refused by an error that says all these parts. */
export function expectRefused(call: () => unknown, kind: 'argument' | 'range', parts: string[]): void {
  const before = liveCounts();
  const error = errorOf<Error>(call, kind === 'argument' ? TypeError : RangeError);
  expect(error).toMatchObject({ code: kind === 'argument' ? 'ERR_INVALID_ARG' : 'ERR_OUT_OF_RANGE' });
  for (const part of parts) expect(error.message).toContain(part);
  expect(liveCounts(), 'nothing has started').toEqual(before);
}
