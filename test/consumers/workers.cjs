// Several worker threads at once, and one after another.
const assert = require('node:assert/strict');
const { Worker, isMainThread } = require('node:worker_threads');
const isolet = require('isolet');
const smoke = require('./smoke.cjs');

if (isMainThread) {
  const work = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(__filename).once('error', reject);
      worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))));
    });
  Promise.all([smoke(isolet), work(), work()])
    .then(work)
    .then(work)
    .then(() => assert.equal(isolet.getProcessStats().runtimes, 0));
} else {
  smoke(isolet);
}
