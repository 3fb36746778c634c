/** Characters that one call may print, roughly. */
const mostCharacters = 128 * 1024;
/** What `util.inspect` shows of a value unless told otherwise: levels below the first, items of a list, characters of a text. */
const deepest = 2;
const mostItems = 100;
const longestText = 10_000;
/** Characters of what has no parts, and of what stands around one that has. */
const small = 16;
/** Of a line break: what is put in front of the next line. */
const lineBreak = 64;
/** Items of a list, among which its other keys are looked for, that take as long as a character. */
const itemsPerCharacter = 8;

/**
 * How much is left for one call of a plugin's console. What a plugin sends is small, but may have one part in a thousand
 * places, each of which `util.inspect` shows anew: 64 KB became 200 MB, in a minute.
 */
export class ConsoleRoom {
  #left = mostCharacters;

  /** Whether there is room for what is shown of the value. What was looked at is used up in any case. */
  admits(value: unknown): boolean {
    this.#take(value, 0);
    return this.#left >= 0;
  }

  #take(value: unknown, depth: number): void {
    this.#left -= sizeOf(value);
    if (typeof value !== 'object' || value === null || depth > deepest) return;
    for (const [key, part] of partsOf(value)) {
      if (typeof key === 'string') this.#left -= key.length;
      else this.#take(key, depth + 1);
      this.#take(part, depth + 1);
      if (this.#left < 0) return;
    }
  }
}

/** Of the value without its parts. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return sizeOfText(value.slice(0, longestText));
  // In base 16, which is made in no time.
  if (typeof value === 'bigint') return small + 2 * value.toString(16).length;
  if (value instanceof BigInt) return sizeOf(value.valueOf());
  if (Array.isArray(value)) return small + Math.min(value.length, mostCharacters) / itemsPerCharacter;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return small * mostItems;
  if (value instanceof String || value instanceof RegExp) return small + value.toString().length;
  if (value instanceof Error) return sizeOfText(`${value.name}${value.message}${value.stack}`);
  return small;
}

function sizeOfText(text: string): number {
  return small + text.length + lineBreak * (text.split('\n').length - 1);
}

/** What is shown inside a value: the name of each part, or what stands in its place in a Map, and the part. */
function* partsOf(value: object): Generator<[key: unknown, part: unknown]> {
  if (ArrayBuffer.isView(value) || value instanceof String) return;
  if (value instanceof Map) yield* firstOf(value);
  else if (value instanceof Set) yield* firstOf(value.entries());
  else if (Array.isArray(value)) {
    yield* firstOf(value.entries());
    yield* otherPropertiesOf(value);
  } else {
    if (value instanceof Error)
      yield* Object.entries({ cause: value.cause, errors: Reflect.get(value, 'errors') });
    for (const key of Object.keys(value)) yield [key, Reflect.get(value, key)];
  }
}

function* firstOf<T>(items: Iterable<T>): Generator<T> {
  let count = 0;
  for (const item of items) {
    if (count++ === mostItems) return;
    yield item;
  }
}

/** Of an item: the last number of 32 bits is none, and comes behind other names. */
function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return index < 2 ** 32 - 1 && String(index) === key;
}

/** Those of an array that are not its items: they come last. */
function* otherPropertiesOf(array: unknown[]): Generator<[key: string, part: unknown]> {
  const keys = Object.keys(array);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string;
    if (isIndex(key)) return;
    yield [key, Reflect.get(array, key)];
  }
}
