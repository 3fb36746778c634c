// @ts-check
// The deadline that a host sets by a timer of its own, for sandboxes whose time limit does not cover a promise.

const expired = Symbol('expired');

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @param {() => T} onExpiry what is done then, and the answer
 * @returns {Promise<T>}
 */
export async function withDeadline(promise, ms, onExpiry) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const expiry = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, expired);
  });
  try {
    const first = await Promise.race([promise, expiry]);
    return first === expired ? onExpiry() : first;
  } finally {
    clearTimeout(timer);
  }
}
