// @ts-check
// What is counted. Each is made once in a fresh runtime and then repeated.

/**
 * @typedef {object} Work
 * @property {string} name
 * @property {number} times of the shorter of two runs: enough for V8 to have compiled all that it will, and for what
 *   differs from start to start to be small against what is counted
 * @property {(runtime: import('isolet').Runtime) => () => unknown} prepare
 */

const small = { id: 7, name: 'seven', isOdd: true };
const records = Array.from({ length: 100 }, (_, i) => ({
  id: i,
  name: `record ${i}`,
  score: i * 0.5,
  tags: ['red', 'green', 'blue'],
}));
const hostCalls = 100;

/** @param {import('isolet').Runtime} runtime @param {unknown} value */
function thereAndBack(runtime, value) {
  /** @type {(value: unknown) => unknown} */
  const back = runtime.eval('((value) => value)');
  return () => back(value);
}

/** @type {readonly Work[]} */
export const works = [
  { name: 'eval', times: 8000, prepare: (runtime) => () => runtime.eval('1 + 1') },
  {
    name: 'call',
    times: 12_000,
    prepare: (runtime) => {
      /** @type {(a: number, b: number) => number} */
      const add = runtime.eval('((a, b) => a + b)');
      return () => add(1, 2);
    },
  },
  {
    name: 'host call',
    times: 100,
    prepare: (runtime) => {
      runtime.bindFunction('hostAdd', (/** @type {number} */ a, /** @type {number} */ b) => a + b);
      /** @type {() => number} */
      const loop = runtime.eval(
        `(() => { let sum = 0; for (let i = 0; i < ${hostCalls}; i++) sum = hostAdd(sum, 1); return sum; })`,
      );
      return loop;
    },
  },
  { name: 'small object', times: 6000, prepare: (runtime) => thereAndBack(runtime, small) },
  { name: '100 records', times: 200, prepare: (runtime) => thereAndBack(runtime, records) },
];
