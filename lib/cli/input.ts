import { JavaScriptError } from '../errors.js';

/** What was typed in a repl, as far as it is one piece of code. */
export interface Input {
  code: string;
  /** The name that stacks show. */
  name: string;
  signal: AbortSignal;
}

/** How the inputs of a session are run in its runtime. */
export interface Inputs {
  /** @throws IncompleteInput */
  run(input: Input): Promise<unknown>;
}

/** The code ends too early; more of it may follow. Nothing of it has run. */
export class IncompleteInput extends SyntaxError {
  constructor() {
    super('the input is incomplete');
  }
}

/**
 * Ends of what may be open at the end of an input, each with an open
 * parenthesis after it. If an input with one of them is wrong only where it
 * ends, then that was open. None can be run by accident: either the
 * parenthesis stays open, or it belongs to a token that never ends.
 */
export const continuations = [
  '\n*/ (', // block comment
  '\n} (', // substitution in a template literal
  '\ncatch (', // try
  '" (', // string that goes on after a backslash
  "' (",
];

/** Whether it says what is wrong with the text of the input itself, or is made to look so. */
export function isSyntaxErrorIn(error: unknown, name: string): error is JavaScriptError {
  return (
    error instanceof JavaScriptError && error.name === 'SyntaxError' && error.frames[0]?.fileName === name
  );
}

export function linesOf(code: string): string[] {
  return code.split(/\r\n|[\n\r\u2028\u2029]/);
}

export function isAtEnd(error: JavaScriptError, code: string): boolean {
  const lines = linesOf(code);
  const frame = error.frames[0];
  return frame?.lineNumber === lines.length && frame.columnNumber === (lines.at(-1) ?? '').length + 1;
}
