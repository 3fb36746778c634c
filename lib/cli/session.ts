import { Runtime } from '../runtime.js';
import type { InputKind, Settings } from './arguments.js';
import { IncompleteInput, type Inputs } from './input.js';
import { ModuleInputs } from './module-inputs.js';
import { describeError, plainConsole } from './print.js';
import { ScriptInputs } from './script-inputs.js';
import { addModules, type NamedSource } from './source.js';

const inputsOf: Record<InputKind, new (runtime: Runtime) => Inputs> = {
  script: ScriptInputs,
  module: ModuleInputs,
};

/** What came of one input. */
export type Outcome =
  | { kind: 'value'; value: unknown }
  | { kind: 'incomplete'; error: IncompleteInput }
  | { kind: 'failed'; text: string };

/** The runtime behind a repl, and the next one when it has ended. */
export class Session {
  readonly #kind: InputKind;
  readonly #settings: Settings;
  readonly #imports: readonly NamedSource[];
  readonly #onUnhandled: (text: string) => void;
  #runtime: Runtime;
  #inputs: Inputs;
  #current: AbortController | undefined;
  #inputCount = 0;
  #isClosed = false;

  /** @throws UsageError */
  constructor(
    kind: InputKind,
    settings: Settings,
    imports: readonly NamedSource[],
    onUnhandled: (text: string) => void,
  ) {
    this.#kind = kind;
    this.#settings = settings;
    this.#imports = imports;
    this.#onUnhandled = onUnhandled;
    this.#runtime = this.#start();
    this.#inputs = new inputsOf[kind](this.#runtime);
  }

  get isEvaluating(): boolean {
    return this.#current !== undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async evaluate(code: string): Promise<Outcome> {
    const name = this.#nextName();
    this.#current = new AbortController();
    const { signal } = this.#current;
    try {
      return { kind: 'value', value: await this.#inputs.run({ code, name, signal }) };
    } catch (error) {
      if (error === signal.reason) return { kind: 'failed', text: `Stopped${this.#replaceEnded()}` };
      if (error instanceof IncompleteInput) return { kind: 'incomplete', error };
      return { kind: 'failed', text: `${uncaught(error)}${this.#replaceEnded()}` };
    } finally {
      this.#current = undefined;
    }
  }

  /** Stops the evaluation, if there is one. */
  interrupt(): void {
    this.#current?.abort();
  }

  /** With a new runtime. */
  restart(): void {
    this.#runtime.close();
    this.#renew();
  }

  close(): void {
    this.#isClosed = true;
    this.#runtime.close();
  }

  #start(): Runtime {
    const { heap, stack, timeout, cpuTimeout, ...settings } = this.#settings;
    const runtime = new Runtime({
      maxHeapSize: heap,
      stackSize: stack,
      timeout,
      cpuTimeout,
      enableConsole: settings.console && plainConsole,
      enableTimers: settings.timers,
      onUnhandledRejection: (error) => this.#onUnhandled(uncaught(error)),
    });
    addModules(runtime, this.#imports);
    return runtime;
  }

  #renew(): void {
    this.#runtime = this.#start();
    this.#inputs = new inputsOf[this.#kind](this.#runtime);
  }

  /** As stacks show it. An input that is a module may have no name that can be imported already. */
  #nextName(): string {
    const name = `REPL${++this.#inputCount}`;
    return this.#imports.some((module) => module.name === name) ? this.#nextName() : name;
  }

  /** A runtime that reached its heap limit, or that can't be stopped, is no use any more. */
  #replaceEnded(): string {
    if (this.#isClosed || !this.#runtime.isClosed()) return '';
    this.#renew();
    return '\nThe runtime has ended; this is a new one, without the variables of before.';
  }
}

function uncaught(error: unknown): string {
  const text = describeError(error);
  return text.startsWith('Uncaught ') ? text : `Uncaught ${text}`;
}
