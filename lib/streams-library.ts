/**
 * The library that runs inside a runtime that needs streams: the body of a
 * function of `exports` and `module`.
 *
 * Empty where the package is not to be found, as in a bundle: then there are no
 * streams, and everything else is as ever.
 */
export function streamsFile(): string {
  try {
    return require.resolve('web-streams-polyfill');
  } catch {
    return '';
  }
}

/**
 * What runs behind the library, in the same function: how a stream is opened
 * for the host, and one of the host's is wrapped.
 *
 * Functions of the realm are taken when this runs. A plugin that has patched
 * them before harms itself.
 */
export const streamEnds = `
const { ReadableStream } = exports;
const { apply } = Reflect;
const { getReader } = ReadableStream.prototype;
const { asyncIterator } = Symbol;
// Of a value that can't cross: the host was not called.
const isRefusal = (error) => error?.code === 'ERR_DATA_CLONE' || error?.code === 'ERR_SERIALIZATION_LIMIT';
return {
  open(source) {
    if (source instanceof ReadableStream) {
      const reader = apply(getReader, source, []);
      return [() => reader.read(), (reason) => reader.cancel(reason)];
    }
    const iterator = source[asyncIterator]();
    return [
      async () => {
        const result = await iterator.next();
        if (typeof result !== 'object' || result === null) throw new TypeError('the result of an async iterator must be an object');
        return { done: !!result.done, value: result.value };
      },
      async (reason) => {
        if (typeof iterator.return === 'function') await iterator.return(reason);
      },
    ];
  },
  wrap(pull, cancel) {
    return new ReadableStream(
      {
        async pull(controller) {
          let result;
          try {
            result = await pull();
          } catch (error) {
            // The chunk may be what failed, not its source, which is told that nobody reads on.
            cancel().catch(() => {});
            throw error;
          }
          if (result.done) controller.close();
          else controller.enqueue(result.value);
        },
        async cancel(reason) {
          try {
            await cancel(reason);
          } catch (error) {
            // That the stream is given up counts for more than why.
            if (!isRefusal(error)) throw error;
            await cancel();
          }
        },
      },
      { highWaterMark: 0 },
    );
  },
};
`;
