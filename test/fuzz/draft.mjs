// @ts-check
import { varint } from './wire.mjs';

const small = Array.from({ length: 1 << 14 }, (_, value) => varint(BigInt(value)));

/** An input in the making. What does not fit is left out. */
export class Draft {
  bytes = new Uint8Array(1 << 19);
  size = 0;

  /** @param {number} value */
  byte(value) {
    if (this.size < this.bytes.length) this.bytes[this.size++] = value;
  }

  /** @param {Uint8Array} source */
  copy(source, begin = 0, end = source.length) {
    const last = Math.min(end, begin + this.bytes.length - this.size);
    for (let i = begin; i < last; i++) this.bytes[this.size++] = /** @type {number} */ (source[i]);
  }

  /** @param {number} value */
  varint(value) {
    this.copy(small[value] ?? varint(BigInt(value)));
  }

  /** @param {number} size */
  truncate(size) {
    this.size = Math.min(this.size, size);
  }
}
