// @ts-check
// The plot of cost against size: a panel for each kind of data, both axes logarithmic, as SVG.
import { sandboxes } from './sandboxes/index.mjs';
import { size, time } from './units.mjs';

/** @typedef {import('./works/size.mjs').CostBySize} CostBySize */
/** @typedef {import('./works/size.mjs').Point} Point */

/** Told apart in grey and by those who see few colours: dark to light, and by their marks. */
const styles = [
  { color: '#1b4f9c', mark: 'circle' },
  { color: '#c8511b', mark: 'square' },
  { color: '#2b8a57', mark: 'triangle' },
  { color: '#8a4fb0', mark: 'diamond' },
  { color: '#777777', mark: 'cross' },
];

const panels = /** @type {const} */ ([
  { data: 'text', title: 'Strings' },
  { data: 'bytes', title: 'Uint8Arrays' },
  { data: 'records', title: 'Arrays of records (JSON bytes)' },
]);

const panel = { width: 270, height: 300, gap: 22 };
const left = 62;
/** Room for half of the last label. */
const right = 28;
const top = 78;
const bottom = 52;
const width = left + panels.length * panel.width + (panels.length - 1) * panel.gap + right;
const height = top + panel.height + bottom;

/** About what one takes, for the legend. */
const widthOfLetter = 6.6;

/** Powers of ten: bytes, and ms. */
const xRange = /** @type {const} */ ([1, 8]);
const yRange = /** @type {const} */ ([-4, 4]);

/** @param {number} value @param {readonly [number, number]} range */
function share(value, [low, high]) {
  return (Math.log10(value) - low) / (high - low);
}

/** @param {number} bytes @param {number} at */
const xOf = (bytes, at) => at + share(bytes, xRange) * panel.width;
/** @param {number} ms */
const yOf = (ms) => top + (1 - share(ms, yRange)) * panel.height;

/** @param {number} x @param {number} y @param {string} text @param {string} [more] */
function label(x, y, text, more = '') {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${text}</text>`;
}

/** Of a power of ten. @param {string} figure */
function short(figure) {
  return figure.replace(/\.0+ /, ' ');
}

/** @param {string} kind @param {number} x @param {number} y @param {string} color */
function mark(kind, x, y, color) {
  const r = 3.4;
  const point = (/** @type {number} */ dx, /** @type {number} */ dy) =>
    `${(x + dx * r).toFixed(1)},${(y + dy * r).toFixed(1)}`;
  const polygon = (/** @type {string[]} */ ...points) =>
    `<polygon points="${points.join(' ')}" fill="${color}"/>`;
  if (kind === 'circle')
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r}" fill="${color}"/>`;
  if (kind === 'square')
    return polygon(point(-0.9, -0.9), point(0.9, -0.9), point(0.9, 0.9), point(-0.9, 0.9));
  if (kind === 'triangle') return polygon(point(0, -1.2), point(1.1, 0.9), point(-1.1, 0.9));
  if (kind === 'diamond') return polygon(point(0, -1.3), point(1.3, 0), point(0, 1.3), point(-1.3, 0));
  return `<path d="M${point(-1, -1)} L${point(1, 1)} M${point(-1, 1)} L${point(1, -1)}" stroke="${color}" stroke-width="1.6"/>`;
}

/** @param {number} low @param {number} high */
function powers(low, high) {
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}

/** @param {string} title @param {number} at @param {boolean} isFirst */
function grid(title, at, isFirst) {
  const lines = [
    label(at + panel.width / 2, top - 10, title, 'text-anchor="middle" font-weight="bold"'),
    `<rect x="${at}" y="${top}" width="${panel.width}" height="${panel.height}" fill="none" stroke="#999"/>`,
  ];
  for (const bytes of powers(...xRange)) {
    const x = xOf(bytes, at);
    lines.push(`<path d="M${x.toFixed(1)} ${top} v${panel.height}" stroke="#ddd"/>`);
    // Every other one: there is no room for all.
    if (Math.log10(bytes) % 2 === 0)
      lines.push(label(x, top + panel.height + 16, short(size(bytes)), 'text-anchor="middle"'));
  }
  for (const ms of powers(...yRange)) {
    const y = yOf(ms);
    lines.push(`<path d="M${at} ${y.toFixed(1)} h${panel.width}" stroke="#ddd"/>`);
    if (isFirst) lines.push(label(at - 6, y + 4, short(time(ms)), 'text-anchor="end"'));
  }
  return lines;
}

/** @param {readonly Point[]} points @param {number} at @param {{ color: string, mark: string }} style */
function line(points, at, style) {
  const places = points.map(({ size: bytes, time: ms }) => ({ x: xOf(bytes, at), y: yOf(ms) }));
  const path = places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  return [
    `<polyline points="${path}" fill="none" stroke="${style.color}" stroke-width="1.8"/>`,
    ...places.map(({ x, y }) => mark(style.mark, x, y, style.color)),
  ];
}

/** @param {Record<string, CostBySize>} bySandbox @param {string} node */
export function sizePlot(bySandbox, node) {
  const shown = sandboxes.filter(({ name }) => name in bySandbox);
  const styleOf = (/** @type {number} */ index) =>
    /** @type {typeof styles[number]} */ (styles[index % styles.length]);
  const parts = [
    label(
      left,
      22,
      `Time of a value there and back, by its size (Node ${node})`,
      'font-size="15" font-weight="bold"',
    ),
  ];
  let x = left;
  shown.forEach(({ title }, index) => {
    const { color, mark: kind } = styleOf(index);
    parts.push(
      `<path d="M${x} 42 h26" stroke="${color}" stroke-width="1.8"/>`,
      mark(kind, x + 13, 42, color),
      label(x + 32, 46, title),
    );
    x += 62 + title.length * widthOfLetter;
  });
  panels.forEach(({ data, title }, index) => {
    const at = left + index * (panel.width + panel.gap);
    parts.push(...grid(title, at, index === 0));
    shown.forEach(({ name }, which) => {
      parts.push(...line(bySandbox[name]?.[data] ?? [], at, styleOf(which)));
    });
  });
  parts.push(label(left + (width - left) / 2, height - 12, 'size of the value', 'text-anchor="middle"'));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
