// @ts-check
// Runs the races of test/races/ for longer than the test suite has time for, with the running Node.
//   races.mjs [rounds]    of each pair of events in each state; default: 100
import { spawn } from 'node:child_process';
import { eventNames } from '../test/races/events.mjs';
import { stateNames } from '../test/races/states.mjs';
import { repo } from './build.mjs';
import { fail } from './toolchain.mjs';

const rounds = Number(process.argv[2] ?? 100);
const released = '{"runtimes":0,"threads":0,"handles":0,"lost":0}\n';
const exitOutput = `${'x'.repeat(10_000)}\n`;

/** @param {string[]} args @returns {Promise<{ ended: number | string | null, stdout: string }>} */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--expose-gc', ...args], {
      cwd: `${repo}/test/races`,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.on('close', (code, signal) => resolve({ ended: signal ?? code, stdout }));
  });
}

let failures = 0;
/** @param {string} name @param {boolean} good */
function tell(name, good) {
  if (!good) failures++;
  console.log(`${good ? 'passed' : 'FAILED'}: ${name}`);
}

for (const state of stateNames) {
  for (const file of ['run-races.mjs', 'run-worker-races.mjs']) {
    const { ended, stdout } = await run([file, state, String(rounds)]);
    tell(`${file}, ${state}: ${ended} ${stdout.trim()}`, ended === 0 && stdout === released);
  }
  for (const event of [...eventNames, 'worker termination']) {
    let wrong = 0;
    for (let round = 0; round < rounds; round += 2) {
      const pair = [round, round + 1].map((number) => run(['exit-race.mjs', state, event, String(number)]));
      for (const { ended, stdout } of await Promise.all(pair)) {
        if (ended !== 7 || stdout !== exitOutput) wrong++;
      }
    }
    tell(`exit-race.mjs, ${state}, ${event}: ${wrong} ended otherwise`, wrong === 0);
  }
}
if (failures > 0) fail(`${failures} failed`);
