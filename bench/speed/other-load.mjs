// @ts-check
// What else the machine does. A hand-over between threads takes ten times as long where one of two cores is taken.
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of one core's time. */
const harmless = 0.1;
/** ms */
const look = 300;

/** ms that all cores have worked */
function worked() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

/** Waits until nothing else is going on, but not for ever. @param {number} patience ms @returns {Promise<boolean>} whether that came */
export async function waitForRest(patience) {
  const end = performance.now() + patience;
  do {
    const before = worked();
    await sleep(look);
    if (worked() - before < harmless * look) return true;
  } while (performance.now() < end);
  return false;
}
