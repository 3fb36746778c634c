import type { Runtime } from '../runtime.js';
import {
  continuations,
  IncompleteInput,
  type Input,
  type Inputs,
  isAtEnd,
  isSyntaxErrorIn,
} from './input.js';

/** Inputs as classic scripts, which share their declarations. */
export class ScriptInputs implements Inputs {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async run(input: Input): Promise<unknown> {
    const { code, name: filename, signal } = input;
    try {
      const isLiteral = await this.#isObjectLiteral(input);
      return await (isLiteral
        ? this.#runtime.evalAsync(`(${code}\n)`, { filename, signal, columnOffset: -1 })
        : this.#runtime.evalAsync(code, { filename, signal }));
    } catch (error) {
      throw (await this.#isIncomplete(error, input)) ? new IncompleteInput() : error;
    }
  }

  /** As in Node's own repl: what could be a block or an object is an object, unless a semicolon follows. */
  async #isObjectLiteral({ code, ...input }: Input): Promise<boolean> {
    if (!/^\s*\{/.test(code) || /;\s*$/.test(code)) return false;
    return endsTooEarly(this.#runtime, { ...input, code: `(${code}\n)\n(` });
  }

  async #isIncomplete(error: unknown, { code, ...input }: Input): Promise<boolean> {
    if (!isSyntaxErrorIn(error, input.name)) return false;
    if (isAtEnd(error, code)) return true;
    for (const continuation of continuations) {
      if (await endsTooEarly(this.#runtime, { ...input, code: code + continuation })) return true;
    }
    return false;
  }
}

/** For a script that can't be parsed: whether its end is what is wrong with it. */
export async function endsTooEarly(runtime: Runtime, { code, name, signal }: Input): Promise<boolean> {
  try {
    await runtime.evalAsync(code, { filename: name, signal });
    return false;
  } catch (error) {
    return isSyntaxErrorIn(error, name) && isAtEnd(error, code);
  }
}
