// A workflow: steps as ES modules, each in a runtime of its own, with timeouts and retries; JSON goes from step to step.
import { runStep } from './run-step.mjs';

// A service that fails at first, as services do.
let requests = 0;
const hostApi = {
  async service(what, customer) {
    if (what !== 'orders') throw new TypeError(`no such service: ${what}`);
    if (++requests === 1) throw new Error('503 from the order service');
    return [
      { id: 1, customer, cents: 1999 },
      { id: 2, customer, cents: 501 },
    ];
  },
};

let json = JSON.stringify({ customer: 'ada' });
for (const name of ['fetch', 'total', 'report']) {
  json = await runStep(name, json, {
    hostApi,
    timeout: 1000,
    attempts: 3,
    onFailure: (attempt, error) => {
      // The code tells a step's own error from a limit; messages of limits have measured times in them.
      const what = error.code === 'ERR_JAVASCRIPT' ? `${error.name}: ${error.message}` : error.code;
      console.log(`${error.runtime}: attempt ${attempt} failed: ${what}`);
    },
  });
  console.log(`${name}: ${json}`);
}
