import { type NativeBinding, nativeBinding } from './binding.js';
import { createError } from './errors.js';
import { functionPrototype } from './js-function.js';

let prepared: NativeBinding | undefined;

/** The addon, told once per environment what it needs of this layer. */
export function preparedBinding(): NativeBinding {
  if (prepared === undefined) {
    const binding = nativeBinding();
    binding.setup({ createError, functionPrototype });
    // `process.exit()` runs no native clean-up in the main thread, and a thread
    // that runs JavaScript while V8's platform goes down takes the process with it.
    process.on('exit', () => binding.haltRunningCode());
    prepared = binding;
  }
  return prepared;
}
