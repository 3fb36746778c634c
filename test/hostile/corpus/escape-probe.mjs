// @ts-check
// Escape: every known way from a sandbox to its host. Each script says where it got to: `inside` is the only answer
// that is allowed.

/**
 * `reach(value)` follows all prototypes, properties and accessors from there, and looks whether any of them belongs to
 * another realm, or shows a path. Scripts have no names that look like files, so what does is the host's.
 * `without(error, specifier)` takes out of an error's texts what the script itself had given.
 */
const probe = `
  const showsPath = (text) => /\\.[cm]?[jt]s\\b|\\.node\\b|node:|file:/.test(text);
  const source = Function.prototype.toString;
  const reach = (start) => {
    const seen = new Set();
    const queue = [start];
    while (queue.length > 0) {
      const value = queue.pop();
      if (typeof value === 'string' && showsPath(value)) return 'a path: ' + value;
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
      seen.add(value);
      if (typeof value === 'function' && showsPath(source.call(value))) return 'source of the host: ' + source.call(value);
      let root = value;
      for (let next; (next = Object.getPrototypeOf(root)) !== null; ) root = next;
      if (root !== value && root !== Object.prototype) return 'a prototype of another realm';
      queue.push(Object.getPrototypeOf(value));
      for (const key of Reflect.ownKeys(value)) {
        const { value: held, get, set } = Object.getOwnPropertyDescriptor(value, key);
        queue.push(held, get, set);
        if (typeof key === 'string') queue.push(key);
      }
    }
    for (const make of [start.constructor, start.constructor.constructor, Object.getPrototypeOf(start).constructor.constructor]) {
      if (make.constructor('return this')() !== globalThis) return 'another global object';
      if (make.constructor('return typeof process + typeof require')() !== 'undefinedundefined') return 'the host';
    }
    return 'inside';
  };
  const without = (error, specifier) => {
    for (const key of Reflect.ownKeys(error)) {
      const text = error[key];
      if (typeof text === 'string' && specifier !== '') error[key] = text.replaceAll(specifier, '');
    }
    return error;
  };`;

/** @type {import('../hostile-case.mjs').Outcome[]} */
export const inside = [{ value: 'inside' }];

/** @param {string} code */
export const probing = (code) => `${probe}\n${code}`;
