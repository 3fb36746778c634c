/** Pieces of error messages. Nothing here runs code of the values it names. */

/** What comes from a plugin can be of any length; a message holds no more of it than this. */
const longestPart = 10_000;

/** `text`, or its beginning. */
export function clip(text: string, length = longestPart): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/** `text` in double quotes, on one line. */
export function quote(text: string): string {
  return JSON.stringify(clip(text, 100));
}

/** Names a value and its type: `"64MB" (a string)`, `an array`. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `${quote(value)} (a string)`;
    case 'bigint':
      return 'a bigint';
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : 'an object';
    default:
      return String(value);
  }
}

const units = ['KiB', 'MiB', 'GiB', 'TiB'];

/** A size for people: `50 MiB`. */
export function bytes(size: number): string {
  let amount = size;
  let unit = 'bytes';
  for (const larger of units) {
    if (amount < 1024) break;
    amount /= 1024;
    unit = larger;
  }
  return `${Math.round(amount * 100) / 100} ${unit}`;
}

/** A duration for people: `100 ms`, `0.25 ms`. */
export function milliseconds(duration: number): string {
  return `${Math.round(duration * 100) / 100} ms`;
}

/** The one of `names` that was probably meant by `name`, if any is close. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (name.length > 64) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.floor(name.length / 3) + 1;
  for (const candidate of names) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's: insertions, removals and replacements of one character. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
