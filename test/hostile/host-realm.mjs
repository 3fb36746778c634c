// @ts-check
// Whether the host's own realm is as it was: no plugin may have put anything there.

const roots = [
  Object,
  Function,
  Array,
  String,
  Promise,
  Map,
  Set,
  Error,
  RangeError,
  Date,
  RegExp,
  Uint8Array,
  ArrayBuffer,
  Reflect,
  JSON,
];

/** Node itself fills in values of globals, and symbols, when they are first asked for. */
const globalNames = () => Object.getOwnPropertyNames(globalThis).join();

/** @param {object} object */
function propertiesOf(object) {
  return Reflect.ownKeys(object).map((key) => {
    const property = /** @type {PropertyDescriptor} */ (Reflect.getOwnPropertyDescriptor(object, key));
    return [key, property.value, property.get, property.set];
  });
}

/** Names of what differs from what it was when this was called. @returns {() => string[]} */
export function watchHostRealm() {
  const objects = roots.flatMap((root) => ('prototype' in root ? [root, root.prototype] : [root]));
  const before = objects.map((object) => propertiesOf(object));
  const namesBefore = globalNames();
  return () => {
    /** @type {string[]} */
    const changed = globalNames() === namesBefore ? [] : ['globalThis'];
    for (const [index, object] of objects.entries()) {
      const now = propertiesOf(object);
      const was = before[index] ?? [];
      const same =
        now.length === was.length &&
        now.every((property, i) => property.every((part, j) => Object.is(part, was[i]?.[j])));
      if (!same) changed.push(String(now.find((property, i) => property[0] !== was[i]?.[0])?.[0] ?? index));
    }
    return changed;
  };
}
