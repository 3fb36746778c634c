// @ts-check
// Whether the event loop of this thread goes on: a timer that should fire every few milliseconds.

/** ms */
const tick = 5;

/** @returns {() => number} stops watching, and tells for how many ms the loop stood still at most */
export function watchEventLoop() {
  let last = performance.now();
  let longest = 0;
  const beat = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - tick);
    last = now;
  };
  const timer = setInterval(beat, tick);
  return () => {
    beat();
    clearInterval(timer);
    return longest;
  };
}
