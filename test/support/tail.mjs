// @ts-check

/**
 * The end of what a stream says.
 * @param {import('node:stream').Readable | null} stream
 * @param {number} most characters
 * @returns {() => string} what it has said so far
 */
export function tailOf(stream, most) {
  let tail = '';
  stream?.setEncoding('utf8').on('data', (text) => {
    tail = (tail + text).slice(-most);
  });
  return () => tail;
}
