// @ts-check
// The wire format (native/shared/wire_format.h) as the generator needs it: the tags, and where in an encoding the values
// and the numbers are. It knows valid bytes only, and throws on others: the format has changed, then.

export const tags = /** @type {const} */ ([
  'undefined',
  'null',
  'true',
  'false',
  'int32',
  'double',
  'bigint',
  'oneByteString',
  'twoByteString',
  'hole',
  'end',
  'reference',
  'object',
  'array',
  'primitiveArray',
  'sparseArray',
  'map',
  'set',
  'date',
  'regexp',
  'error',
  'hidden',
  'boxed',
  'buffer',
  'attachedBuffer',
  'view',
  'function',
  'ownFunction',
  'stream',
]);

/** @typedef {typeof tags[number]} TagName */

export const tag = /** @type {Record<TagName, number>} */ (
  Object.fromEntries(tags.map((name, value) => [name, value]))
);

export const viewKinds = 13;

/** @param {bigint} value */
export function varint(value) {
  const bytes = [];
  for (; value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(value));
}

/**
 * @typedef {object} Template  an encoding, and the spans in it, as pairs of begin and end
 * @property {Uint8Array} bytes
 * @property {[number, number][]} values   every value, containers before what is in them
 * @property {[number, number][]} numbers  every length, index, offset, id and count
 */

/** @param {Uint8Array} bytes @returns {Template} */
export function parse(bytes) {
  /** @type {[number, number][]} */
  const values = [];
  /** @type {[number, number][]} */
  const numbers = [];
  let at = 0;

  function number() {
    const begin = at;
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    numbers.push([begin, at]);
    return value;
  }
  /** @param {number} count */
  function skip(count) {
    at += count;
  }
  /** @param {number} expected */
  function skipIf(expected) {
    const found = bytes[at] === expected;
    if (found) at++;
    return found;
  }
  /** @param {number} count */
  function some(count) {
    for (let i = 0; i < count; i++) value();
  }
  function properties() {
    while (!skipIf(tag.end)) {
      skipIf(tag.hidden);
      some(2);
    }
  }
  function items() {
    while (!skipIf(tag.end)) value();
  }
  /** @type {Record<Exclude<TagName, 'end' | 'hidden'>, () => void>} */
  const bodies = {
    undefined: () => {},
    null: () => {},
    true: () => {},
    false: () => {},
    hole: () => {},
    int32: number,
    double: () => skip(8),
    bigint: () => {
      skip(1);
      skip(number() * 8);
    },
    oneByteString: () => skip(number()),
    twoByteString: () => skip(number() * 2),
    reference: number,
    object: properties,
    array: () => some(number()),
    primitiveArray: () => some(number()),
    sparseArray: () => {
      number();
      properties();
    },
    map: items,
    set: items,
    date: () => skip(8),
    regexp: () => {
      value();
      number();
    },
    error: () => {
      some(3);
      properties();
    },
    boxed: value,
    buffer: () => skip(number()),
    attachedBuffer: number,
    view: () => {
      skip(1);
      number();
      number();
      value();
    },
    function: number,
    ownFunction: number,
    stream: () => {
      number();
      number();
    },
  };
  function value() {
    /** @type {[number, number]} */
    const span = [at, at];
    values.push(span);
    const name = tags[bytes[at++] ?? -1];
    if (name === undefined || name === 'end' || name === 'hidden') {
      throw new Error(`wire.mjs: no value begins with ${name} at ${span[0]}`);
    }
    bodies[name]();
    span[1] = at;
  }

  value();
  if (at !== bytes.length) throw new Error(`wire.mjs: the value ends at ${at} of ${bytes.length}`);
  return { bytes, values, numbers };
}
