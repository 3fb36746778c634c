// One step of a workflow: an ES module, run in a runtime of its own, again if it fails.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsoletError, Runtime } from 'isolet';

// What steps may import, by the names that they import it by. The host decides which file that is.
const libraries = new Map([['lib/money', new URL('./money.mjs', import.meta.url)]]);
const stepFile = (name) => new URL(`./steps/${name}.mjs`, import.meta.url);

// Turns values into JSON and back on the step's side: what it passes on is text, and no object of one step is ever
// seen by another. It runs before the step's own code is imported, so it has the original JSON.
const runner = `
const { parse, stringify } = JSON;
export async function run(input) {
  const { default: step } = await import('step');
  return stringify(await step(parse(input)));
}`;

export async function runStep(name, input, { hostApi, timeout, attempts, onFailure }) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(name, input, { hostApi, timeout, attempt });
    } catch (error) {
      // Our own mistakes, and limits of the workflow, are not tried again.
      if (!(error instanceof IsoletError) || attempt === attempts) throw error;
      onFailure(attempt, error);
      await sleep(10 * 2 ** attempt);
    }
  }
}

/** A new runtime for each attempt: a failed one may have left anything behind. */
async function runOnce(name, input, { hostApi, timeout, attempt }) {
  const runtime = new Runtime({ name, timeout, maxHeapSize: 32 * 1024 * 1024 });
  try {
    for (const [key, handler] of Object.entries(hostApi)) runtime.bindFunction(key, handler);
    runtime.addStaticModule('runner', runner);
    runtime.addStaticModule('workflow', `export const attempt = ${attempt};`);
    // Names that the resolver does not know are those of static modules, or an error for the step.
    runtime.setModuleResolver((specifier) => {
      if (specifier === 'step') return stepFile(name).href;
      return libraries.get(specifier)?.href;
    });
    // Only asked for what the resolver answered.
    runtime.setModuleLoader((url) => readFile(new URL(url), 'utf8'));
    const { run } = await runtime.evalModuleAsync('runner');
    const output = await run.callAsync(input);
    if (typeof output !== 'string') throw new TypeError(`step ${name} gave no JSON`);
    return output;
  } finally {
    runtime.close();
  }
}
