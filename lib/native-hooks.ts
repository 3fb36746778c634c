import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { type NativeBinding, nativeBinding } from './binding.js';
import { createError } from './errors.js';
import { functionPrototype } from './js-function.js';

/** What `process.exit` itself ends with: skips taking V8 down (lib/internal/process/per_thread.js, Node 20 to 26). */
const { reallyExit } = process as unknown as { reallyExit(code: number | string): never };

let prepared: NativeBinding | undefined;

/** The addon, told once per environment what it needs of this layer. */
export function preparedBinding(): NativeBinding {
  if (prepared === undefined) {
    const binding = nativeBinding();
    binding.setup({ createError, functionPrototype });
    let uncaught: { error: unknown } | undefined;
    process.on('uncaughtExceptionMonitor', (error) => {
      uncaught = { error };
    });
    // `process.exit()` runs no native clean-up in the main thread, and a thread
    // that runs JavaScript while V8's platform goes down takes the process with it.
    // Where one can't be stopped, V8 must not be taken down at all.
    process.on('exit', (code) => {
      if (binding.haltRunningCode() || !isMainThread) return;
      // Node prints an uncaught error only after the listeners of `exit`.
      if (uncaught !== undefined) writeSync(2, `Uncaught ${inspect(uncaught.error)}\n`);
      reallyExit(process.exitCode ?? code);
    });
    prepared = binding;
  }
  return prepared;
}
