import { invalidArgument, outOfRange } from './errors.js';
import { describe, quote } from './text.js';

/** Checks of what is no options object: names, code, functions, lists. Each throws `ERR_INVALID_ARG`, or `ERR_OUT_OF_RANGE` of a count. */

export function requireString(subject: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalidArgument(`${subject} must be a string, got ${describe(value)}`);
}

export function requireNonEmpty(subject: string, value: unknown): asserts value is string {
  requireString(subject, value);
  if (value === '') throw invalidArgument(`${subject} must not be empty`);
}

export function requireFunction(subject: string, value: unknown): void {
  if (typeof value !== 'function')
    throw invalidArgument(`${subject} must be a function, got ${describe(value)}`);
}

export function requireObject(subject: string, value: unknown): asserts value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidArgument(`${subject} must be an object, got ${describe(value)}`);
  }
}

/** V8's own limit on what a call takes (Code::kMaxArguments). */
const mostArguments = 65_534;

export function requireFew(subject: string, count: number): void {
  if (count > mostArguments) throw outOfRange(`${subject} must be at most ${mostArguments}, got ${count}`);
}

/** A copy of the list. Its length is read once: a getter or a proxy may lengthen it while it is copied. */
export function copyArguments(subject: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw invalidArgument(`${subject} must be an array, got ${describe(value)}`);
  const { length } = value;
  requireFew(subject, length);
  return Array.from({ length }, (_, index) => value[index]);
}

/** The only globals that ECMAScript itself fixes: no property can take their place. */
const fixedGlobals = new Set(['undefined', 'NaN', 'Infinity']);

/** Any other string names a global: it becomes an own property, so even `__proto__` is harmless. */
export function requireGlobalName(value: unknown): asserts value is string {
  requireNonEmpty('the name of a global', value);
  if (fixedGlobals.has(value))
    throw invalidArgument(`${quote(value)} can't be bound: ECMAScript fixes that global`);
}
