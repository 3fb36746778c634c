const clone = structuredClone;

/**
 * The memory of `buffer` in another one, moved as Node does it: Node knows what is not to be moved (the pool of its
 * Buffers, memory of addons, what `markAsUntransferable` has marked), and its versions tell in different ways. Then it is a
 * copy (Node 20), or `undefined` and to be copied (Node 22 on refuses), and `buffer` is as it was.
 */
export function moveBuffer(buffer: ArrayBuffer): ArrayBuffer | undefined {
  try {
    return clone(buffer, { transfer: [buffer] });
  } catch {
    return undefined;
  }
}
