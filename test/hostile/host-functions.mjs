// @ts-check
// The functions that hostile scripts find bound. They stand for what hosts bind: they take what a plugin gives, call
// it back, throw, and answer with values of every kind.

/** What a host error carries that no plugin may see. */
const secret = import.meta.url;

/** @param {number} depth */
function nested(depth) {
  let value = {};
  for (let i = 0; i < depth; i++) value = { value };
  return value;
}

function hostError(/** @type {string} */ message) {
  return Object.assign(new RangeError(message, { cause: secret }), { code: 'E_HOST', file: secret });
}

/** One value of each kind that crosses; made anew, so that nothing a plugin does to one shows in the next. */
function everything() {
  return {
    list: [1, 2],
    object: { a: 1 },
    map: new Map([[{ key: 1 }, { value: 1 }]]),
    set: new Set([{ member: 1 }]),
    date: new Date(0),
    regexp: /x/g,
    bytes: new Uint8Array([1, 2, 3]),
    buffer: new ArrayBuffer(4),
    view: new DataView(new ArrayBuffer(4)),
    boxed: Object('text'),
    error: new RangeError('as a value', { cause: 'told' }),
    method() {
      return secret;
    },
    Class: class {
      static inner = secret;
      inner = secret;
    },
  };
}

/** @typedef {keyof ReturnType<typeof hostFunctions>} HostName */

/**
 * @param {(code: string) => unknown} evaluate runs a script in the runtime that the functions are bound in
 */
export function hostFunctions(evaluate) {
  return {
    echo: (/** @type {unknown} */ value) => value,
    /** Calls a function of the plugin's. */
    call: (/** @type {(...args: unknown[]) => unknown} */ fn, /** @type {unknown[]} */ ...args) =>
      fn(...args),
    /** A nested call. */
    run: (/** @type {string} */ code) => evaluate(code),
    fail: (/** @type {string} */ message) => {
      throw hostError(message);
    },
    later: async (/** @type {unknown} */ value) => value,
    refuse: async (/** @type {string} */ message) => {
      throw hostError(message);
    },
    never: () => new Promise(() => {}),
    everything,
    /** A value that may be too large to cross. */
    text: (/** @type {number} */ length) => 'x'.repeat(length),
    bytes: (/** @type {number} */ length) => new Uint8Array(length),
    nested,
    /** A sink, as of a log. */
    note: (/** @type {string} */ text) => text.length,
  };
}
