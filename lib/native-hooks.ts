import { type NativeBinding, nativeBinding } from './binding.js';
import { createError } from './errors.js';
import { functionPrototype } from './js-function.js';
import { endStreams, openStream, wrapStream } from './streams.js';
import { streamEnds, streamsFile } from './streams-library.js';
import { moveBuffer } from './transfer.js';

let prepared: NativeBinding | undefined;

/** The addon, told once per environment what it needs of this layer. */
export function preparedBinding(): NativeBinding {
  if (prepared === undefined) {
    const binding = nativeBinding();
    binding.setup({
      createError,
      functionPrototype,
      openStream,
      wrapStream,
      endStreams,
      moveBuffer,
      streamsFile: streamsFile(),
      streamEnds,
    });
    prepared = binding;
  }
  return prepared;
}
