// @ts-check
// Inputs for the decoder: encodings of the seeds, mutated; values grown from the grammar; noise. Input `index` of run
// `seed` is always the same.
import { Draft } from './draft.mjs';
import { Grammar } from './grammar.mjs';
import { notable } from './numbers.mjs';
import { Random } from './random.mjs';
import { tag, tags } from './wire.mjs';

/** @typedef {import('./wire.mjs').Template} Template */

/** Bits of an input's options: see prober.h. */
export const option = { attachments: 7, frozen: 8, budgeted: 16, arguments: 32 };

const longest = 1 << 17;
const openers = /** @type {const} */ (['array', 'array', 'primitiveArray', 'object', 'map', 'set', 'error']);

export class Generator {
  #random = new Random();
  #draft = new Draft();
  #unit = new Draft();
  #grammar = new Grammar(this.#random, this.#draft);
  #unitGrammar = new Grammar(this.#random, this.#unit);
  #templates;
  #seed;

  /** @param {number} seed @param {Template[]} templates */
  constructor(seed, templates) {
    this.#seed = seed;
    this.#templates = templates;
  }

  /** The bytes stay good until the next call. @param {number} index */
  make(index) {
    const random = this.#random;
    const draft = this.#draft;
    random.reset(this.#seed, index);
    draft.size = 0;
    this.#grammar.reset();
    const options = this.#options();
    if ((options & option.arguments) !== 0) this.#grammar.number(1 + random.below(3));

    const kind = random.below(1000);
    if (kind < 550) this.#mutate(random.pick(this.#templates));
    else if (kind < 650) this.#splice();
    else if (kind < 880) this.#grow();
    else if (kind < 980) this.#addNoise(random.below(random.oneIn(10) ? 2000 : 60));
    else if (kind < 999) this.#repeat(random.below(400));
    else this.#repeat(random.below(longest));

    if (random.oneIn(8)) this.#damage();
    return { bytes: draft.bytes, size: draft.size, options };
  }

  #options() {
    const random = this.#random;
    let options = random.oneIn(2) ? random.below(4) : random.below(8);
    if (random.oneIn(4)) options |= option.frozen;
    if (random.oneIn(4)) options |= option.budgeted;
    if (random.oneIn(6)) options |= option.arguments;
    return options;
  }

  #grow() {
    const values = this.#random.oneIn(5) ? 3 : 1;
    for (let i = 0; i < values; i++) this.#grammar.value(this.#random.below(5));
  }

  /** The template with a few of its values and numbers changed. @param {Template} template */
  #mutate(template) {
    const random = this.#random;
    const changes = 1 + random.below(random.oneIn(4) ? 8 : 2);
    const { bytes } = template;
    let done = 0;
    for (let i = 0; i < changes && done < bytes.length; i++) {
      // Left to right, so that a change within what another has replaced falls away.
      const ofNumber = template.numbers.length > 0 && !random.oneIn(3);
      const [begin, end] = random.pick(ofNumber ? template.numbers : template.values);
      if (begin < done) continue;
      this.#draft.copy(bytes, done, begin);
      if (ofNumber) this.#changeNumber(bytes.length - end);
      else this.#changeValue(bytes, begin, end);
      done = end;
    }
    this.#draft.copy(bytes, done);
  }

  /** @param {number} remaining the bytes after it, which a length may claim */
  #changeNumber(remaining) {
    const random = this.#random;
    if (random.oneIn(3)) this.#draft.varint(Math.max(0, remaining + random.below(5) - 2));
    else this.#draft.copy(random.pick(notable));
  }

  /** @param {Uint8Array} bytes @param {number} begin @param {number} end */
  #changeValue(bytes, begin, end) {
    const random = this.#random;
    const draft = this.#draft;
    switch (random.below(7)) {
      case 0:
        return; // left out
      case 1:
        draft.copy(bytes, begin, end);
        return draft.copy(bytes, begin, end);
      case 2:
        draft.byte(random.below(tags.length + 1));
        return draft.copy(bytes, begin + 1, end);
      case 3:
        draft.byte(tag.reference);
        return random.oneIn(4) ? draft.copy(random.pick(notable)) : draft.varint(random.below(12));
      case 4: {
        const other = random.pick(this.#templates);
        const [from, to] = random.pick(other.values);
        return draft.copy(other.bytes, from, to);
      }
      case 5:
        return this.#grammar.value(2);
      default:
        draft.byte(random.pick([tag.hole, tag.end, tag.hidden]));
        return draft.copy(bytes, begin, end);
    }
  }

  /** The beginning of one encoding and the end of another. */
  #splice() {
    const random = this.#random;
    const left = random.pick(this.#templates);
    const right = random.pick(this.#templates);
    this.#draft.copy(left.bytes, 0, random.pick(left.values)[random.below(2)]);
    this.#draft.copy(right.bytes, random.pick(right.values)[random.below(2)]);
  }

  /** Many times the same, one inside the other where it is the beginning of something. @param {number} size */
  #repeat(size) {
    const random = this.#random;
    const draft = this.#draft;
    const unit = this.#unit;
    unit.size = 0;
    if (random.oneIn(2)) {
      this.#unitGrammar.value(random.below(3));
    } else {
      const { bytes, values } = random.pick(this.#templates);
      const [begin, end] = random.pick(values);
      unit.copy(bytes, begin, Math.min(end, begin + 200));
    }
    if (random.oneIn(2)) unit.truncate(1 + random.below(12));
    if (random.oneIn(2)) this.#open(size);
    while (draft.size < size) {
      draft.copy(unit.bytes, 0, unit.size);
      // A length that could be true for each of them, and can't be for all.
      if (random.oneIn(64)) this.#open(size - draft.size);
    }
  }

  /** The beginning of a container. @param {number} size */
  #open(size) {
    const random = this.#random;
    const name = random.pick(openers);
    this.#draft.byte(tag[name]);
    if (name.endsWith('rray')) this.#draft.varint(random.below(Math.max(1, size)));
    if (name === 'error') for (let i = 0; i < 3; i++) this.#draft.byte(tag.undefined);
  }

  /** As a transmission would: bits flipped, bytes changed, lost or cut off. */
  #damage() {
    const random = this.#random;
    const { bytes, size } = this.#draft;
    if (size === 0) return;
    const at = random.below(size);
    const byte = /** @type {number} */ (bytes[at]);
    switch (random.below(4)) {
      case 0:
        bytes[at] = byte ^ (1 << random.below(8));
        break;
      case 1:
        bytes[at] = random.below(256);
        break;
      case 2:
        bytes.copyWithin(at, at + 1, size);
        this.#draft.size--;
        break;
      default:
        this.#draft.truncate(at);
    }
  }

  /** @param {number} count */
  #addNoise(count) {
    const random = this.#random;
    const bound = random.oneIn(2) ? 256 : tags.length + 4;
    for (let i = 0; i < count; i++) this.#draft.byte(random.below(bound));
  }
}
