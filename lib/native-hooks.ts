import { type NativeBinding, nativeBinding } from './binding.js';
import { createError } from './errors.js';
import { functionPrototype } from './js-function.js';

let prepared: NativeBinding | undefined;

/** The addon, told once per environment what it needs of this layer. */
export function preparedBinding(): NativeBinding {
  if (prepared === undefined) {
    const binding = nativeBinding();
    binding.setup({ createError, functionPrototype });
    prepared = binding;
  }
  return prepared;
}
