// @ts-check
// Memory that a host and its worker share: whose turn it is, what is said, and one value. Each side sleeps in
// Atomics.wait while it is the other's turn.
import { deserialize, serialize } from 'node:v8';

export const host = 0;
export const guest = 1;

/** What is said. */
export const compiles = 1;
export const defines = 2;
export const binds = 3;
export const calls = 4;
export const replies = 5;

/** Where what is in the control words. */
const turnAt = 0;
const saidAt = 1;
const idAt = 2;
const formAt = 3;
const lengthAt = 4;

/** Forms of a value. */
const asNumbers = 0;
const asBytes = 1;
const asSerialized = 2;

const mostNumbers = 8;
const head = 128;

/** @param {number} bytes of the largest value */
export function memoryFor(bytes) {
  return new SharedArrayBuffer(head + bytes);
}

/** One side's end. */
export class Channel {
  #control;
  #numbers;
  #bytes;
  #me;

  /** @param {SharedArrayBuffer} memory @param {number} me */
  constructor(memory, me) {
    this.#control = new Int32Array(memory, 0, 8);
    this.#numbers = new Float64Array(memory, 64, mostNumbers);
    this.#bytes = Buffer.from(memory, head);
    this.#me = me;
  }

  /** Gives the turn to the other side, and waits until it has come back. */
  handOver() {
    const other = 1 - this.#me;
    Atomics.store(this.#control, turnAt, other);
    Atomics.notify(this.#control, turnAt);
    this.waitForTurn();
  }

  waitForTurn() {
    const other = 1 - this.#me;
    while (Atomics.load(this.#control, turnAt) === other) Atomics.wait(this.#control, turnAt, other);
  }

  get said() {
    return this.#control[saidAt];
  }

  get id() {
    return /** @type {number} */ (this.#control[idAt]);
  }

  /** @param {number} said @param {number} id @param {unknown} value */
  say(said, id, value) {
    this.#control[saidAt] = said;
    this.#control[idAt] = id;
    if (typeof value === 'number') this.#write(asNumbers, this.#putNumbers([value]));
    else if (value instanceof Uint8Array) this.#write(asBytes, this.#putBytes(value));
    else this.#write(asSerialized, this.#putBytes(serialize(value)));
  }

  /** Arguments: numbers are the likeliest, and need no serializer. @param {number} said @param {number} id @param {unknown[]} args */
  sayAll(said, id, args) {
    if (args.length === 1 && typeof args[0] !== 'number') {
      this.say(said, id, args[0]);
      return;
    }
    this.#control[saidAt] = said;
    this.#control[idAt] = id;
    this.#write(asNumbers, this.#putNumbers(/** @type {number[]} */ (args)));
  }

  value() {
    return this.#read(this.#control[formAt]);
  }

  /** @returns {unknown[]} */
  values() {
    if (this.#control[formAt] !== asNumbers) return [this.value()];
    return Array.from(this.#numbers.subarray(0, this.#control[lengthAt]));
  }

  /** @param {number} form @param {number} length */
  #write(form, length) {
    this.#control[formAt] = form;
    this.#control[lengthAt] = length;
  }

  /** @param {number[]} numbers */
  #putNumbers(numbers) {
    for (let i = 0; i < numbers.length; i++) this.#numbers[i] = /** @type {number} */ (numbers[i]);
    return numbers.length;
  }

  /** @param {Uint8Array} bytes */
  #putBytes(bytes) {
    this.#bytes.set(bytes);
    return bytes.length;
  }

  /** @param {number | undefined} form */
  #read(form) {
    if (form === asNumbers) return this.#numbers[0];
    const bytes = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#control[lengthAt]);
    return form === asBytes ? bytes : deserialize(bytes);
  }
}
