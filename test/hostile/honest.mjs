// @ts-check
// The honest runtime at work beside the hostile ones: it keeps state, computes, and calls its host.

const script = `
  let total = 1;
  function step(n) {
    for (let i = 0; i < 200000; i++) total = (total * 31 + n + i) % 1000003;
    return triple(total);
  }
`;

export class Honest {
  #runtime;
  #total = 1;
  #steps = 0;

  /** @param {typeof import('isolet').Runtime} Runtime */
  constructor(Runtime) {
    this.#runtime = new Runtime({ maxHeapSize: 32 * 2 ** 20, name: 'honest' });
    this.#runtime.bindFunction('triple', (n) => 3 * n);
    this.#runtime.eval(script);
  }

  /**
   * Starts work that goes on while the host does something else.
   * @returns {Promise<string[]>} what was wrong with the answer
   */
  async begin() {
    const n = ++this.#steps;
    try {
      const value = await this.#runtime.evalAsync(`step(${n})`);
      const expected = this.#answer(n);
      return value === expected ? [] : [`an honest runtime answered ${value}, not ${expected}`];
    } catch (error) {
      return [`an honest runtime failed: ${error}`];
    }
  }

  /** The same at the host. @param {number} n */
  #answer(n) {
    for (let i = 0; i < 200_000; i++) this.#total = (this.#total * 31 + n + i) % 1_000_003;
    return 3 * this.#total;
  }

  close() {
    this.#runtime.close();
  }
}
