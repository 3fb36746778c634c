// @ts-check
// The results of each Node version and sandbox, kept so that the page can be written again without a run.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./verdict.mjs').Result} Result */

/**
 * @typedef {object} Figures
 * @property {string} sandbox
 * @property {string} version of the sandbox
 * @property {string} node
 * @property {string} machine
 * @property {Record<string, Result>} results by the name of the case
 */

const folder = fileURLToPath(new URL('../../node_modules/.cache/isolet/survival-peers', import.meta.url));

/** @param {string} node @param {string} sandbox */
const fileOf = (node, sandbox) => join(folder, `${node}-${sandbox}.json`);

/** @returns {Figures[]} */
export function readAllFigures() {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

/** What was found so far in the running Node. @param {string} sandbox @returns {Figures['results']} */
export function readResults(sandbox) {
  const file = fileOf(process.version, sandbox);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).results : {};
}

/** @param {Figures} figures */
export function writeFigures(figures) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(figures.node, figures.sandbox), JSON.stringify(figures, null, 1));
}
