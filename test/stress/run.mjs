// @ts-check
// The process that honest and hostile runtimes share: supervise.mjs starts it, and watches it.
//   node --expose-gc test/stress/run.mjs SEED SECONDS
// Tells what goes on by journal.mjs, and writes its report on stdout as the last it does.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Random } from '../fuzz/random.mjs';
import { watchHostRealm } from '../hostile/host-realm.mjs';
import { isolet, native } from '../support/isolet.mjs';
import { Answers } from './answers.mjs';
import { attack } from './attack.mjs';
import { kinds, live } from './honest/index.mjs';
import { beat, Journal } from './journal.mjs';
import { LoopWatch, SyncCalls } from './loop-watch.mjs';

/**
 * @typedef {object} Report
 * @property {number} right answers of honest runtimes
 * @property {string[]} failures
 * @property {number} longestStall ms
 * @property {number} longestUnexplained ms
 * @property {number[]} left bytes resident at the end of each span, once all was released
 * @property {number} leftOfHeap bytes of the last of those that the host's own heap holds
 */

/**
 * The time is cut into so many spans, each of which ends with all released: what is resident then is compared. While
 * runtimes live, it depends on which hostile cases run.
 */
const spans = 5;

const hostileAtOnce = 2;
const honestOfEachKind = 2;
const mostWorkerRounds = 40;
/** ms. A hostile sync call stops the honest ones: they are to have their turns. */
const betweenSyncAttacks = 500;
const betweenBeats = 1000;
/** ms; a builtin of the corpus that never looks takes seconds, and there may be several. */
const releaseGuard = 300_000;
/** Bytes. More than a pipe holds: an exit that cuts it off shows. */
const lengthOfOutput = 2 ** 20;

const [seed = 0, seconds = 0] = process.argv.slice(2).map(Number);

const answers = new Answers();
const calls = new SyncCalls();
let workers = 0;
let sequences = 0;

/** Each who draws has numbers of his own: what he draws does not depend on when the others do. */
function makeRandom() {
  const random = new Random();
  random.reset(seed, sequences++);
  return random;
}

/** @param {number} over time, in ms @param {import('./honest/honest.mjs').Kind} kind @param {Random} random */
async function keepHonest(over, kind, random) {
  while (performance.now() < over) await live(kind, random, answers, calls);
}

/** @param {number} over time, in ms @param {'sync' | 'async'} how @param {Random} random @param {Journal} journal */
async function keepAttacking(over, how, random, journal) {
  while (performance.now() < over) {
    for (const wrong of await attack(random, how, journal, calls)) answers.fail(wrong);
    if (how === 'sync') await pause(betweenSyncAttacks);
  }
}

/**
 * Workers one after another, every other of which is terminated before its rounds are done.
 * @param {number} over time, in ms @param {'honest' | 'hostile'} side @param {Random} random
 */
async function keepWorkers(over, side, random) {
  while (performance.now() < over) {
    const rounds = 1 + random.below(mostWorkerRounds);
    const workerData = { side, seed: random.next(), rounds, name: `worker${workers++}` };
    const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData });
    worker.on('message', (message) => answers.add(message));
    worker.on('error', (error) => answers.fail(`a worker failed: ${inspect(error)}`));
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const timer = random.oneIn(2)
      ? setTimeout(() => worker.terminate(), random.below(4000))
      : setTimeout(() => worker.terminate(), over - performance.now());
    await ended;
    clearTimeout(timer);
  }
}

/** All that was opened is closed: nothing may be left but what was lost. Blocks for a second at most, to let beats through. */
async function checkReleased() {
  const giveUp = performance.now() + releaseGuard;
  const isReleased = () => {
    const { runtimes, threads, handles } = native.liveCounts();
    return runtimes === 0 && handles === 0 && threads === 0;
  };
  while (!isReleased()) {
    if (performance.now() > giveUp) {
      answers.fail(`not released: ${inspect(native.liveCounts())}`);
      return;
    }
    globalThis.gc?.();
    native.awaitThreads(0, 100);
    await nextTurn();
  }
}

/** The process is to end with its exit code and all it has written whatever plugins do at that moment. */
function leaveRuntimesBehind() {
  const idle = new isolet.Runtime();
  idle.eval('1');
  new isolet.Runtime().evalAsync('for (;;);');
  new isolet.Runtime().evalAsync('const all = []; for (;;) all.push([all.length]);');
}

process.on('unhandledRejection', (error) => answers.fail(`an unhandled rejection: ${inspect(error)}`));
process.on('uncaughtException', (error) => answers.fail(`an uncaught exception: ${inspect(error)}`));

const changesOfHost = watchHostRealm();
const beats = setInterval(beat, betweenBeats);
const honest = kinds.flatMap((kind) =>
  Array.from({ length: honestOfEachKind }, () => ({ kind, random: makeRandom() })),
);
const hostile = Array.from({ length: hostileAtOnce }, (_, i) => ({
  random: makeRandom(),
  journal: new Journal(`async${i}`),
}));
const sync = { random: makeRandom(), journal: new Journal('sync') };
const workersOf = { honest: makeRandom(), hostile: makeRandom() };

/** @type {number[]} */
const left = [];
const stalls = { longest: 0, longestUnexplained: 0 };
for (let span = 0; span < spans; span++) {
  const over = performance.now() + (seconds * 1000) / spans;
  const watch = new LoopWatch(calls);
  await Promise.all([
    ...honest.map(({ kind, random }) => keepHonest(over, kind, random)),
    ...hostile.map(({ random, journal }) => keepAttacking(over, 'async', random, journal)),
    keepAttacking(over, 'sync', sync.random, sync.journal),
    keepWorkers(over, 'honest', workersOf.honest),
    keepWorkers(over, 'hostile', workersOf.hostile),
  ]);
  watch.stop();
  stalls.longest = Math.max(stalls.longest, watch.longest);
  stalls.longestUnexplained = Math.max(stalls.longestUnexplained, watch.longestUnexplained);
  await checkReleased();
  left.push(process.memoryUsage.rss());
}
const { lostThreads } = isolet.getProcessStats();
if (lostThreads > 0) answers.fail(`${lostThreads} threads were lost`);
clearInterval(beats);
for (const name of changesOfHost()) answers.fail(`the host's realm was changed: ${name}`);

/** @type {Report} */
const report = {
  right: answers.right,
  failures: answers.wrong,
  longestStall: stalls.longest,
  longestUnexplained: stalls.longestUnexplained,
  left,
  leftOfHeap: process.memoryUsage().heapTotal,
};
leaveRuntimesBehind();
process.stdout.write(`${'.'.repeat(lengthOfOutput)}\n${JSON.stringify(report)}\n`, () => process.exit());
