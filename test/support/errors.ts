import { expect } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: constructors of all error classes, whatever they take
export type ErrorClass<E> = abstract new (...args: any[]) => E;

/** What `call` throws, which must be exactly of that class. */
export function errorOf<E extends Error>(call: () => unknown, type: ErrorClass<E>): E {
  const thrown = thrownBy(call);
  expect(thrown).toBeInstanceOf(type);
  expect((thrown as E).constructor, String(thrown)).toBe(type);
  return thrown as E;
}

/** Whatever `call` throws. */
export function thrownBy(call: () => unknown): unknown {
  let value: unknown;
  try {
    value = call();
  } catch (error) {
    return error;
  }
  return expect.unreachable(`nothing was thrown, but returned: ${String(value)}`);
}

/** The reason a promise is rejected with, which must be exactly of that class. */
export async function rejectionOf<E extends Error>(
  promise: Promise<unknown>,
  type: ErrorClass<E>,
): Promise<E> {
  const reason = await reasonOf(promise);
  expect(reason).toBeInstanceOf(type);
  expect((reason as E).constructor, String(reason)).toBe(type);
  return reason as E;
}

/** Whatever a promise is rejected with. */
export async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  return expect.unreachable(`the promise was fulfilled: ${String(value)}`);
}

/** A wrong argument, as isolet refuses it. */
export function expectInvalidArgument(call: () => unknown, message = /./): void {
  const error = errorOf(call, TypeError);
  expect(error).toMatchObject({ code: 'ERR_INVALID_ARG' });
  expect(error.message).toMatch(message);
}
