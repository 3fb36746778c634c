// @ts-check
// What the addon holds in this process.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { native } from '../support/isolet.mjs';

/** Collects until no runtime is left, or it is clear that one stays; then waits for the threads. */
export async function releaseAll() {
  for (let round = 0; round < 100 && native.liveCounts().runtimes > 0; round++) {
    globalThis.gc?.();
    await nextTurn();
  }
  if (!native.awaitThreads(0, 60_000)) throw new Error('threads are left');
  await nextTurn();
}

export function countLive() {
  return JSON.stringify(native.liveCounts());
}
