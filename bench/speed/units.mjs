// @ts-check
// Figures as a page shows them.

/** Three digits that count, no exponent. @param {number} value */
export function digits(value) {
  if (value === 0) return '0';
  if (value < 0.001) return '<0.001';
  const places = Math.max(0, 2 - Math.floor(Math.log10(value)));
  return value.toFixed(Math.min(places, 3));
}

/** @param {number} ms */
export function time(ms) {
  if (ms < 1e-3) return `${digits(ms * 1e6)} ns`;
  if (ms < 1) return `${digits(ms * 1e3)} µs`;
  return ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`;
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1e3) return `${digits(bytes)} B`;
  if (bytes < 1e6) return `${digits(bytes / 1e3)} kB`;
  return `${digits(bytes / 1e6)} MB`;
}
