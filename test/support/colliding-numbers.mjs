// @ts-check

/**
 * Source text of `chosen(count, buckets)`: integers that V8 all puts into one of that many buckets of a Map or Set, a power
 * of two, as it hashes them without a secret (Thomas Wang's hash).
 */
export const chosen = `
  function chosen(count, buckets = 2048) {
    const found = [];
    for (let i = 0; found.length < count; i++) {
      let hash = (~i + (i << 15)) | 0;
      hash ^= hash >>> 12;
      hash = (hash + (hash << 2)) | 0;
      hash ^= hash >>> 4;
      hash = Math.imul(hash, 2057);
      hash ^= hash >>> 16;
      if ((hash & (buckets - 1)) === 0) found.push(i);
    }
    return found;
  }`;
