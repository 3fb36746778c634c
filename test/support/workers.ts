import { bindingPath, packagePath } from './child.js';

/** Workers run `source` with the package at hand; `run(source)` resolves to what each posted, and its exit code. For `expectChild`. */
export const workers = `
const { Worker } = require('node:worker_threads');
const workerPrelude = ${JSON.stringify(`
const { parentPort, workerData } = require('node:worker_threads');
const isolet = require(${JSON.stringify(packagePath)});
const { Runtime } = isolet;
const { nativeBinding } = require(${JSON.stringify(bindingPath)});
`)};
const start = (source, workerData) => {
  const worker = new Worker(workerPrelude + source, { eval: true, workerData });
  worker.posted = [];
  worker.on('message', (message) => worker.posted.push(message));
  worker.ended = new Promise((resolve, reject) => {
    worker.on('exit', (code) => resolve({ code, posted: worker.posted }));
    worker.on('error', reject);
  });
  return worker;
};
const run = (source, workerData) => start(source, workerData).ended;
const posts = (worker) => new Promise((resolve) => worker.once('message', resolve));
const released = () => console.log('released', awaitThreads(0), JSON.stringify(live()));
`;

/** What `released()` prints when nothing is left. */
export const allReleased = 'released true {"runtimes":0,"threads":0,"handles":0,"lost":0}';
