import type { Runtime, RuntimeConfig } from 'isolet';
import { makeRuntime } from './runtimes.js';

/** Reads a stream, or any async iterable, to its end. */
export async function readAll<T>(source: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return chunks;
}

/** A runtime whose plugin has the same function, `readAll`. */
export function makeReadingRuntime(config?: RuntimeConfig): Runtime {
  const runtime = makeRuntime({ timeout: 10_000, ...config });
  runtime.eval(`async function readAll(source) {
    const chunks = [];
    for await (const chunk of source) chunks.push(chunk);
    return chunks;
  }`);
  return runtime;
}

/** Counts to `count`, and writes down each number that was asked for, and its end. */
export async function* counting(count: number, log: unknown[] = []): AsyncGenerator<number, void, undefined> {
  try {
    for (let i = 0; i < count; i++) {
      log.push(i);
      yield i;
    }
  } finally {
    log.push('ended');
  }
}

/** A stream as the plugin sees it, and what it was asked for so far: pulls only when it is read, and never ends. */
export const pulledStream = `
  var pulls = 0, reason = 'not cancelled';
  new ReadableStream(
    { pull(controller) { controller.enqueue(pulls++); }, cancel(why) { reason = why; } },
    { highWaterMark: 0 },
  )`;
