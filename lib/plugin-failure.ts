import { hide, IsoletError, JavaScriptError, show } from './errors.js';
import { clip, quote } from './text.js';
import type { StackFrame } from './types.js';

/**
 * Says which plugin, and which hook, an error came from: as properties, and
 * in front of its message; for a thrown error also where in the plugin's file.
 * Class, `code` and a plugin's own `stack` stay. What isolet did not make (the
 * reason of a signal) is left as it is.
 */
export function nameFailure<E>(error: E, plugin: string, file: string, hook?: string): E {
  if (!isOurs(error) || Object.hasOwn(error, 'plugin')) return error;
  const { message, stack } = error;
  const subject = `plugin ${quote(plugin)}${hook === undefined ? '' : `, hook ${quote(hook)}`}`;
  const place = error instanceof JavaScriptError ? ` (${placeIn(file, error.frames)})` : '';
  const named = `${subject}: ${clip(message)}${place}`;
  hide(error, 'message', named);
  show(error, 'plugin', plugin);
  // A plugin's runtime has its name.
  Reflect.deleteProperty(error, 'runtime');
  if (hook !== undefined) show(error, 'hook', hook);
  const header = `${error.name}: ${clip(message)}`;
  if (!(error instanceof JavaScriptError) && stack?.startsWith(header)) {
    hide(error, 'stack', `${error.name}: ${named}${stack.slice(header.length)}`);
  }
  return error;
}

function isOurs<E>(error: E): error is E & Error {
  if (error instanceof IsoletError) return true;
  return error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_ARG';
}

function placeIn(file: string, frames: readonly StackFrame[]): string {
  const frame = frames.find((candidate) => candidate.fileName === file);
  return frame === undefined ? file : `${file}:${frame.lineNumber}:${frame.columnNumber}`;
}
