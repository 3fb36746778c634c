// What every consumer does with the package: makes a runtime, calls in both directions, meets limits.
const assert = require('node:assert/strict');

/** @param {typeof import('isolet')} isolet */
module.exports = async function smoke({ HeapLimitError, Runtime, TimeoutError }) {
  const runtime = new Runtime({ maxHeapSize: 32 << 20, timeout: 60_000 });
  runtime.bindFunction('add', (a, b) => a + b);
  assert.equal(runtime.eval('add(1, add(2, 3))'), 6);
  const sum = runtime.eval('({ list, ...rest }) => ({ sum: list.reduce((a, b) => add(a, b), 0), ...rest })');
  // Not deepEqual: in Jest tests have a realm of their own, and this package's objects are Node's, as all of Node's are.
  assert.equal(JSON.stringify(sum({ list: [1, 2, 3], name: 'ü' })), '{"sum":6,"name":"ü"}');
  assert.equal(await runtime.evalAsync('Promise.resolve(1 + 1)'), 2);
  assert.throws(() => runtime.eval('for (;;);', { timeout: 20 }), TimeoutError);
  assert.equal(runtime.eval('typeof process'), 'undefined');
  assert.throws(
    () => runtime.eval('const all = []; for (;;) all.push(new Array(1000).fill(0.5))'),
    HeapLimitError,
  );
  runtime.close();
};
