// @ts-check
// Values grown from the format's grammar, with a lie here and there.
import { notable, small } from './numbers.mjs';
import { tag, tags, viewKinds } from './wire.mjs';

/** @typedef {import('./draft.mjs').Draft} Draft */
/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('./wire.mjs').TagName} TagName */

const lies = 24; // one number in so many is not what it should be
/** @type {TagName[]} */
const primitives = [
  'undefined',
  'null',
  'true',
  'false',
  'int32',
  'double',
  'bigint',
  'oneByteString',
  'twoByteString',
];
/** @type {TagName[]} */
const leaves = [
  ...primitives,
  'reference',
  'date',
  'regexp',
  'boxed',
  'buffer',
  'attachedBuffer',
  'view',
  'function',
  'ownFunction',
  'stream',
];
/** @type {TagName[]} */
const containers = ['object', 'array', 'primitiveArray', 'sparseArray', 'map', 'set', 'error'];
const keys = [
  '',
  'a',
  'b',
  '0',
  '7',
  '4294967295',
  '__proto__',
  'length',
  'name',
  'message',
  'stack',
  'cause',
  'constructor',
  'then',
  'frames',
];
const sources = [
  'a',
  '',
  '(',
  'a{2,1}',
  '[z-a]',
  '\\p{L}',
  '(?<n>.)\\k<n>',
  '(?:'.repeat(50),
  '[^]',
  '\\u{110000}',
  '/',
  '\n',
  'x{9999999999}',
];
const doubles = [
  0,
  -0,
  1.5,
  NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  8.64e15,
  8.64e15 + 1,
  1e300,
  5e-324,
];

const scratch = new DataView(new ArrayBuffer(8));

export class Grammar {
  #random;
  #draft;
  /** Attached buffers so far: each is named once, in their order. */
  #attached = 0;

  /** @param {Random} random @param {Draft} draft */
  constructor(random, draft) {
    this.#random = random;
    this.#draft = draft;
  }

  /** For the next input. */
  reset() {
    this.#attached = 0;
  }

  /** Appends a value, nested no deeper than `depth`. @param {number} depth */
  value(depth) {
    const random = this.#random;
    const name = random.pick(depth > 0 && !random.oneIn(3) ? containers : leaves);
    this.#draft.byte(random.oneIn(200) ? random.below(tags.length) : tag[name]);
    this.#body(name, depth - 1);
  }

  /** An honest number, or else a notable one. @param {number} honest */
  number(honest) {
    if (this.#random.oneIn(lies)) this.#draft.copy(this.#random.pick(notable));
    else this.#draft.varint(honest);
  }

  #primitive() {
    const name = this.#random.pick(primitives);
    this.#draft.byte(tag[name]);
    this.#body(name, 0);
  }

  /** What follows the tag. @param {TagName} name @param {number} depth @returns {void} */
  #body(name, depth) {
    const random = this.#random;
    const draft = this.#draft;
    const count = random.oneIn(40) ? random.below(200) : random.below(6);
    switch (name) {
      case 'int32':
      case 'function':
        return draft.copy(random.pick(random.oneIn(4) ? notable : small));
      case 'stream':
        draft.copy(random.pick(small));
        return draft.copy(random.pick(random.oneIn(4) ? notable : small));
      case 'ownFunction':
        return this.number(random.below(8));
      case 'reference':
        return this.number(random.below(random.oneIn(3) ? 40 : 6));
      case 'attachedBuffer':
        return this.number(this.#attached++);
      case 'double':
      case 'date':
        return this.#double();
      case 'bigint':
        draft.byte(random.below(3));
        this.number(count);
        return this.#noise(count * 8);
      case 'oneByteString':
        this.number(count);
        return this.#noise(count);
      case 'twoByteString':
        this.number(count);
        return this.#noise(count * 2);
      case 'regexp':
        // Not long: for a while V8 takes up to 36 KB for each byte of some, more than the prober allows.
        this.#text(random.pick(sources).repeat(random.oneIn(40) ? random.below(8) : 1));
        return this.number(random.below(512));
      case 'boxed':
        return this.#primitive();
      case 'buffer':
        this.number(count * 4);
        return this.#noise(count * 4);
      case 'view':
        return this.#view();
      case 'array':
        this.number(count);
        for (let i = 0; i < count; i++) this.#element(depth);
        return;
      case 'primitiveArray':
        this.number(count);
        for (let i = 0; i < count; i++) this.#primitive();
        return;
      case 'sparseArray':
        draft.copy(random.pick(notable));
        return this.#properties(count, depth);
      case 'error':
        for (let i = 0; i < 3; i++) {
          if (random.oneIn(3)) this.#text(random.pick(['TypeError', 'AggregateError', 'Own', '']));
          else if (random.oneIn(20)) this.#primitive();
          else draft.byte(tag.undefined);
        }
        return this.#properties(count, depth);
      case 'object':
        return this.#properties(count, depth);
      case 'map':
        for (let i = 0; i < count * 2; i++) this.#element(depth);
        return this.#end();
      case 'set':
        for (let i = 0; i < count; i++) this.#element(depth);
        return this.#end();
    }
  }

  /** @param {number} depth */
  #element(depth) {
    if (this.#random.oneIn(12)) this.#draft.byte(tag.hole);
    else this.value(depth);
  }

  /** @param {number} count @param {number} depth */
  #properties(count, depth) {
    const random = this.#random;
    for (let i = 0; i < count; i++) {
      if (random.oneIn(8)) this.#draft.byte(tag.hidden);
      if (random.oneIn(3)) {
        this.#draft.byte(tag.int32);
        this.#draft.copy(random.pick(random.oneIn(3) ? notable : small));
      } else if (random.oneIn(12)) this.#primitive();
      else this.#text(random.pick(keys));
      this.value(depth);
    }
    this.#end();
  }

  #end() {
    if (!this.#random.oneIn(lies)) this.#draft.byte(tag.end);
  }

  /** @returns {void} */
  #view() {
    const random = this.#random;
    const draft = this.#draft;
    draft.byte(random.below(viewKinds + 1));
    this.number(random.oneIn(2) ? 0 : random.below(5) * 8);
    this.number(random.below(5));
    if (random.oneIn(10)) return this.value(1);
    const name = random.pick(/** @type {const} */ (['buffer', 'attachedBuffer', 'reference']));
    draft.byte(tag[name]);
    if (name !== 'buffer') return this.#body(name, 0);
    this.number(40);
    this.#noise(40);
  }

  /** @param {string} text */
  #text(text) {
    this.#draft.byte(tag.oneByteString);
    this.number(text.length);
    for (let i = 0; i < text.length; i++) this.#draft.byte(text.charCodeAt(i));
  }

  #double() {
    if (this.#random.oneIn(2)) return this.#noise(8);
    scratch.setFloat64(0, this.#random.pick(doubles), true);
    for (let i = 0; i < 8; i++) this.#draft.byte(scratch.getUint8(i));
  }

  /** @param {number} count */
  #noise(count) {
    for (let i = 0; i < count; i++) this.#draft.byte(this.#random.next() & 0xff);
  }
}
