import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'vitest';
import type { LiveCounts, NativeBinding } from '../../lib/binding.js';

const internal = createRequire(__filename)('../../dist/binding.js') as { nativeBinding(): NativeBinding };

/** Only to keep a broken build from hanging: a thread ends in milliseconds. */
const hangGuard = 30_000;

/** What the addon holds in this whole process. Test files must not share a process while they run. */
export function liveCounts(): LiveCounts {
  return internal.nativeBinding().liveCounts();
}

/** Fails unless every runtime, thread and handle of the process is gone. */
export async function expectAllReleased(): Promise<void> {
  expect(internal.nativeBinding().awaitThreads(0, hangGuard), 'runtime threads have ended').toBe(true);
  // Threads that ended may have left the host's loop something to let go of: one turn of it is enough.
  await nextTurn();
  expect(liveCounts()).toEqual({ runtimes: 0, threads: 0, handles: 0, lost: 0 });
}
