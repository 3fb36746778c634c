import type { Runtime } from '../runtime.js';
import type { JsFunction } from '../types.js';
import {
  continuations,
  IncompleteInput,
  type Input,
  type Inputs,
  isAtEnd,
  isSyntaxErrorIn,
  linesOf,
} from './input.js';
import { endsTooEarly } from './script-inputs.js';

/** Of a script that is a function of an expression: modules have no value, nor an offset for what stands before it. */
const expressionStart = `'use strict'; (async () => (`;

/** The same, but for a statement. */
const statementStart = `'use strict'; (async () => { `;

/** Ends a template literal or a comment that is still open, as what no expression goes on with. */
const closer = '\n/*`*/';

const exportStart = 'export { ';

const exposerName = '<repl>';

/** Makes the names of a module globals, but for those that no global can have, such as `NaN`. */
const exposer = `const { keys } = Object;
const { defineProperty } = Reflect;
const realm = globalThis;
export function expose(names) {
  for (const name of keys(names)) {
    if (name === 'default') continue;
    defineProperty(realm, name, { __proto__: null, get: () => names[name], configurable: true, enumerable: true });
  }
}`;

/**
 * Inputs as ES modules, each of its own. What one declares or imports, the later ones see as if they had imported it:
 * its names become globals with getters.
 *
 * Which names that are, V8 says: it refuses to export any that a module does not declare.
 */
export class ModuleInputs implements Inputs {
  readonly #runtime: Runtime;
  /** Sources of the input that is being run, by name. What could not be parsed is asked for again. */
  readonly #sources = new Map<string, string>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    runtime.addStaticModule(exposerName, exposer);
    runtime.setModuleResolver((specifier) => (this.#sources.has(specifier) ? specifier : undefined));
    runtime.setModuleLoader((name) => this.#sources.get(name) ?? '');
  }

  async run(input: Input): Promise<unknown> {
    // Before any input can change what it uses.
    await this.#runtime.evalModuleAsync(exposerName, { signal: input.signal });
    const expression = await this.#expressionIn(input);
    if (expression !== undefined) return this.#evaluate({ ...input, code: expression });
    try {
      return await this.#runModule(input);
    } finally {
      this.#sources.clear();
    }
  }

  /** Without the semicolon at its end; but what begins with a brace and ends with a semicolon is a block. */
  async #expressionIn({ code, ...input }: Input): Promise<string | undefined> {
    const isBraced = /^\s*\{/.test(code);
    const expression = isBraced ? code : code.replace(/;\s*$/, '');
    const closes = (text: string) => endsTooEarly(this.#runtime, { ...input, code: text });
    if (!(await closes(`${expressionStart}${expression}${closer})\n(`))) return undefined;
    // Functions and classes can be expressions, but not before a comma: there they are declarations.
    if (isBraced || (await closes(`${statementStart}${expression}${closer}, (`))) return expression;
    return undefined;
  }

  async #evaluate({ code, name: filename, signal }: Input): Promise<unknown> {
    const made = await this.#runtime.evalAsync<JsFunction>(`${expressionStart}${code}\n))`, {
      filename,
      signal,
      columnOffset: -expressionStart.length,
    });
    try {
      return await made.with({ signal }).callAsync();
    } finally {
      made.close();
    }
  }

  /** With as many names exported as it has; its value is its default export. */
  async #runModule({ code, name, signal }: Input): Promise<unknown> {
    const lineCount = linesOf(code).length;
    const names = new Set(code.match(/[$_\p{ID_Start}](?:[$\p{ID_Continue}]|\u200c|\u200d)*/gu));
    for (;;) {
      const exported = [...names];
      const lines = exported.map((exportedName) => `${exportStart}${exportedName} };`);
      try {
        return await this.#import({ code: [code, ...lines, 'export {};'].join('\n'), name, signal });
      } catch (error) {
        if (!isSyntaxErrorIn(error, name)) throw error;
        const { lineNumber = 0, columnNumber } = error.frames[0] ?? {};
        const refused = exported[lineNumber - lineCount - 1];
        const isRefused = refused !== undefined && columnNumber === exportStart.length + 1;
        if (isRefused) names.delete(refused);
        else if (lineNumber > lineCount || (await this.#goesOn({ code, name, signal })))
          throw new IncompleteInput();
        else throw error;
      }
    }
  }

  /** By a module around it, so that no frame of ours is in the stack. */
  async #import({ code, name, signal }: Input): Promise<unknown> {
    const around = `<${name}>`;
    this.#sources.set(name, code).set(around, exposing(name));
    const { default: value } = await this.#runtime.evalModuleAsync(around, { signal });
    return value;
  }

  async #goesOn({ code, name, signal }: Input): Promise<boolean> {
    for (const continuation of continuations) {
      const continued = code + continuation;
      try {
        await this.#import({ code: continued, name, signal });
      } catch (error) {
        if (isSyntaxErrorIn(error, name) && isAtEnd(error, continued)) return true;
      }
    }
    return false;
  }
}

/** A module that has the names of another be globals. */
function exposing(name: string): string {
  return `import * as names from ${JSON.stringify(name)};
import { expose } from ${JSON.stringify(exposerName)};
expose(names);
export default await names.default;`;
}
