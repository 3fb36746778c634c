// @ts-check
// Data as hosts have it.

/** Objects of four fields, one an array. @param {number} count */
export function records(count) {
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    name: `record ${i}`,
    score: i * 0.5,
    tags: ['red', 'green', 'blue'],
  }));
}
