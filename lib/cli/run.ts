import { setTimeout as delay } from 'node:timers/promises';
import { TimeoutError } from '../errors.js';
import { Runtime } from '../runtime.js';
import type { Command, Settings } from './arguments.js';
import { plainConsole } from './print.js';
import { addModules, readImports, readSource } from './source.js';

/** How long to wait before looking again whether timers are left: nothing tells when the last one fired. */
const pollInterval = 5;

/**
 * Runs a file, stdin or `--eval`, and prints the value as `console.log` does.
 * Then waits for what the code has left behind, as Node does.
 *
 * @throws UsageError a file can't be read; nothing ran
 * @throws what the code threw, the first rejection that it left unhandled, or the limit that it reached
 */
export async function runCode({ source, isModule, settings }: Command & { kind: 'run' }): Promise<void> {
  const [main, imports] = await Promise.all([readSource(source), readImports(settings.imports)]);
  const run = new Run(settings);
  try {
    await run.start();
    addModules(run.runtime, isModule ? [main, ...imports] : imports);
    const value = await (isModule ? run.evalModule(main.name) : run.eval(main.code, main.name));
    if (shows(value, source.from === 'text', isModule)) console.log(value);
    await run.finish();
  } finally {
    run.runtime.close();
  }
}

/** A file is run for what it does: one that ends with a call of nothing to tell prints nothing. */
function shows(value: unknown, isText: boolean, isModule: boolean): boolean {
  if (isModule) return Object.keys(value as object).length > 0;
  return isText || value !== undefined;
}

/** One runtime and the limits of all that is run in it. */
class Run {
  readonly runtime: Runtime;
  readonly #settings: Settings;
  readonly #started = performance.now();
  /** Aborted by the first rejection that is left unhandled: the end of the run, as it is in Node. */
  readonly #failed = new AbortController();
  /** CPU time that it took to set up the runtime: not the code's. */
  #cpuTimeAtStart = 0;
  /** Whether the runtime asked for a module since it was last looked at. */
  #hasImported = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.runtime = new Runtime({
      maxHeapSize: settings.heap,
      stackSize: settings.stack,
      cpuTimeout: settings.cpuTimeout, // also for what timers run; the wall time of these is that of `finish`
      enableConsole: settings.console && plainConsole,
      enableTimers: settings.timers,
      onUnhandledRejection: (error) => this.#failed.abort(error),
    });
    this.runtime.setModuleResolver(() => {
      this.#hasImported = true;
      return undefined;
    });
  }

  async start(): Promise<void> {
    await this.#passQueue();
    this.#cpuTimeAtStart = this.runtime.getStats().cpuTimeMs;
  }

  eval(code: string, filename: string): Promise<unknown> {
    return this.#bounded((timeout, signal) => this.runtime.evalAsync(code, { filename, timeout, signal }));
  }

  evalModule(name: string): Promise<unknown> {
    return this.#bounded((timeout, signal) => this.runtime.evalModuleAsync(name, { timeout, signal }));
  }

  /** Until no timer is left and no `import()` is under way. */
  async finish(): Promise<void> {
    let isIdle = false;
    while (!isIdle) {
      this.#hasImported = false;
      await this.#passQueue();
      const { activeTimers, activeIntervals, cpuTimeMs } = this.runtime.getStats();
      this.#checkCpuTime(cpuTimeMs - this.#cpuTimeAtStart);
      const hasTimers = activeTimers + activeIntervals > 0;
      if (hasTimers) await delay(Math.min(pollInterval, Math.max(1, this.#remaining())));
      isIdle = !hasTimers && !this.#hasImported;
    }
    // What the last of them left unhandled has been told by now.
    await this.#passQueue();
  }

  /** An empty script: it runs, and its end is told, after all that was there before it. */
  #passQueue(): Promise<unknown> {
    return this.#bounded((timeout, signal) => this.runtime.evalAsync('', { timeout, signal }));
  }

  /** The runtime bounds each of its timers' callbacks, not their sum. */
  #checkCpuTime(used: number): void {
    const { cpuTimeout } = this.#settings;
    if (cpuTimeout !== undefined && used >= cpuTimeout) throw new TimeoutError('cpu', cpuTimeout, used);
  }

  #elapsed(): number {
    return performance.now() - this.#started;
  }

  #remaining(): number {
    return this.#settings.timeout - this.#elapsed();
  }

  /** One deadline for the whole run, which is also what the error tells. */
  async #bounded<T>(call: (timeout: number, signal: AbortSignal) => Promise<T>): Promise<T> {
    const timedOut = () => new TimeoutError('wall', this.#settings.timeout, this.#elapsed());
    const remaining = this.#remaining();
    if (remaining <= 0) throw timedOut();
    try {
      return await call(remaining, this.#failed.signal);
    } catch (error) {
      throw error instanceof TimeoutError && error.kind === 'wall' ? timedOut() : error;
    }
  }
}
