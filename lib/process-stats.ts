import { nativeBinding } from './binding.js';
import type { ProcessStats } from './types.js';

/** What isolet holds in the whole process, all worker threads together. */
export function getProcessStats(): ProcessStats {
  const { runtimes, threads, handles, lost } = nativeBinding().liveCounts();
  return { runtimes, threads, endingThreads: Math.max(0, threads - runtimes), lostThreads: lost, handles };
}
