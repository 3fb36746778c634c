import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventNames } from './races/events.mjs';
import { stateNames } from './races/states.mjs';
import { type ChildResult, runChildFile } from './support/child.js';

// Each event against each other in each state, some time apart: the time is swept, so that many rounds cross every
// window. A handful of them here: the files of test/races/ take any number.
const rounds = { races: 8, workers: 1, exits: 2 };

const released = '{"runtimes":0,"threads":0,"handles":0,"lost":0}\n';

function run(file: string, ...args: (string | number)[]): Promise<ChildResult> {
  const options = { nodeArgs: ['--expose-gc'], args: args.map(String) };
  return runChildFile(join(__dirname, 'races', file), options);
}

describe.each(stateNames)('a runtime %s', (state) => {
  it(`survives ${eventNames.join(', ')}, each against each other`, async () => {
    const { code, signal, stdout, stderr } = await run('run-races.mjs', state, rounds.races);
    expect({ code, signal, stdout }, stderr).toEqual({ code: 0, signal: null, stdout: released });
  });

  it(`survives the end of its worker amidst ${eventNames.join(', ')}`, async () => {
    const { code, signal, stdout, stderr } = await run('run-worker-races.mjs', state, rounds.workers);
    expect({ code, signal, stdout }, stderr).toEqual({ code: 0, signal: null, stdout: released });
  });

  it.each([...eventNames, 'worker termination'])(
    'at %s lets the process exit with its code, all output written',
    async (event) => {
      const runs = Array.from({ length: rounds.exits }, (_, round) =>
        run('exit-race.mjs', state, event, round),
      );
      for (const { code, signal, stdout, stderr } of await Promise.all(runs)) {
        expect({ code, signal, length: stdout.length }, stderr).toEqual({
          code: 7,
          signal: null,
          length: 10_001,
        });
      }
    },
  );
});
