import { AbortedError } from './errors.js';

/** Ids of async calls that a signal can abort; `0` stands for none. */
let lastAbortId = 0;

/**
 * Runs an async native call under a signal. `start` gets an id, `abort`
 * aborts the call of that id. A signal that is aborted already starts
 * nothing. What `start` throws is a rejection, so that async functions of this
 * package never throw.
 */
export function underSignal<T>(
  signal: AbortSignal | undefined,
  start: (abortId: number) => Promise<T>,
  abort: (abortId: number) => void,
): Promise<T> {
  if (signal !== undefined) return startUnderSignal(signal, start, abort);
  try {
    return start(0);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function startUnderSignal<T>(
  signal: AbortSignal,
  start: (abortId: number) => Promise<T>,
  abort: (abortId: number) => void,
): Promise<T> {
  if (signal.aborted) throw signal.reason;
  const abortId = ++lastAbortId;
  const onAbort = () => abort(abortId);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await start(abortId);
  } catch (error) {
    throw error instanceof AbortedError ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
