import { IsoletError, JavaScriptError } from 'isolet';
import { expect } from 'vitest';
import { errorOf } from './errors.js';
import { expectUsable, makeRuntime } from './runtimes.js';

/** The JavaScriptError for what the code throws. */
export function failure(code: string): JavaScriptError {
  const runtime = makeRuntime();
  const error = errorOf(() => runtime.eval(code, { filename: 'plugin.js' }), JavaScriptError);
  expectWellFormed(error);
  expectUsable(runtime);
  return error;
}

/** What a host may rely on, whatever a plugin threw. */
export function expectWellFormed(error: JavaScriptError): void {
  expect(error).toBeInstanceOf(IsoletError);
  expect(error.code).toBe('ERR_JAVASCRIPT');
  expect([typeof error.name, typeof error.message, typeof error.stack]).toStrictEqual([
    'string',
    'string',
    'string',
  ]);
  expect(error.stack).not.toContain(process.cwd());
  expect(Array.isArray(error.frames)).toBe(true);
  for (const frame of error.frames) {
    expect(frame).toStrictEqual({
      functionName: expect.any(String),
      fileName: expect.any(String),
      lineNumber: expect.any(Number),
      columnNumber: expect.any(Number),
    });
  }
}
