// @ts-check
// Random numbers that a seed and an index determine: every input can be made again without those before it.

/** sfc32: small, fast, and passes the usual batteries of tests. */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 0;

  /** Starts the sequence of input `index` of run `seed`. @param {number} seed @param {number} index */
  reset(seed, index) {
    this.#a = seed | 0;
    this.#b = index | 0;
    this.#c = Math.floor(index / 2 ** 32) ^ 0x9e3779b9;
    this.#counter = 1;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** 32 bits, as a signed number. */
  next() {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result;
  }

  /** A whole number from 0 to below `bound`. @param {number} bound */
  below(bound) {
    return Math.floor(((this.next() >>> 0) / 2 ** 32) * bound);
  }

  /** True once in `times`. @param {number} times */
  oneIn(times) {
    return this.below(times) === 0;
  }

  /** @template T @param {ArrayLike<T>} list @returns {T} */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)]);
  }
}
