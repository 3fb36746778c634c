// @ts-check
// What the addon holds in this process.
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** @type {{ nativeBinding(): import('../../lib/binding.js').NativeBinding }} */
const { nativeBinding } = createRequire(import.meta.url)('../../dist/binding.js');

/** Collects until no runtime is left, or it is clear that one stays; then waits for the threads. */
export async function releaseAll() {
  for (let round = 0; round < 100 && nativeBinding().liveCounts().runtimes > 0; round++) {
    globalThis.gc?.();
    await nextTurn();
  }
  if (!nativeBinding().awaitThreads(0, 60_000)) throw new Error('threads are left');
  await nextTurn();
}

export function countLive() {
  return JSON.stringify(nativeBinding().liveCounts());
}
