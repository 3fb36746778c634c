import { format, inspect } from 'node:util';
import { IsoletError, JavaScriptError, ModuleError } from '../errors.js';
import type { ConsoleSink, StackFrame } from '../types.js';

/**
 * The sink of a console that stands for the user's own: it prints as Node's
 * does, without a name in front and with control characters as they are, since
 * here the script is the only one that speaks.
 */
export const plainConsole: ConsoleSink = (level, args) => {
  if (level === 'trace') console.error(trace(args));
  else Reflect.apply(console[level], console, args);
};

/** Host frames are no help; the runtime passes its own as the last argument. */
function trace(args: unknown[]): string {
  const message = format(...args.slice(0, -1));
  const stack = String(args.at(-1) ?? '');
  const end = stack.indexOf('\n');
  return `Trace${message && `: ${message}`}${end < 0 ? '' : stack.slice(end)}`;
}

/** An error for its reader: the plugin's stack where there is one, else one line. Nothing of the host's stack. */
export function describeError(error: unknown): string {
  if (error instanceof JavaScriptError) {
    const text = Object.hasOwn(error, 'value')
      ? `Uncaught ${inspect(error.value)}${framesOf(error.frames)}`
      : (error.stack ?? error.message);
    return `${text}${causeOf(error)}`;
  }
  if (error instanceof ModuleError) return `${error.stack ?? error.message}${causeOf(error)}`;
  if (error instanceof IsoletError) return `${error.name} [${error.code}]: ${error.message}`;
  return inspect(error);
}

/** A value that is no Error has no stack: the frames are all that says where it was thrown. */
function framesOf(frames: readonly StackFrame[]): string {
  return frames.map((frame) => `\n    at ${placeOf(frame)}`).join('');
}

function placeOf({ functionName, fileName, lineNumber, columnNumber }: StackFrame): string {
  const place = `${fileName}:${lineNumber}:${columnNumber}`;
  return functionName === '' ? place : `${functionName} (${place})`;
}

/** As Node prints it below an error. */
function causeOf(error: Error): string {
  if (!Object.hasOwn(error, 'cause')) return '';
  return `\n  [cause]: ${inspect(error.cause).replaceAll('\n', '\n  ')}`;
}
