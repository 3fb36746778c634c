// @ts-check
// What was measured in each Node version, kept so that the page can be written again without a run.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How long was measured: figures of a quick run are kept apart. @typedef {'thorough' | 'quick'} PlanName */

/** Where it ran. @typedef {'allCores' | 'oneCore'} Cores */

/** By work, then by sandbox. @typedef {Record<string, Record<string, unknown>>} Results */

/**
 * @typedef {object} Figures
 * @property {string} node
 * @property {string} machine
 * @property {Record<string, string>} versions of the sandboxes
 * @property {Record<Cores, string[]>} disturbed works that were measured while the machine did other things as well
 * @property {Record<Cores, Results>} results
 */

const folder = fileURLToPath(new URL('../../node_modules/.cache/isolet/speed', import.meta.url));

/** @param {string} file @returns {Figures} */
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Of all Node versions. @param {PlanName} plan @returns {Figures[]} */
export function readAllFigures(plan) {
  const own = join(folder, plan);
  if (!existsSync(own)) return [];
  return readdirSync(own).map((file) => read(join(own, file)));
}

/** What was found so far in the running Node. @param {PlanName} plan @returns {Figures | undefined} */
export function readFigures(plan) {
  const file = join(folder, plan, `${process.version}.json`);
  return existsSync(file) ? read(file) : undefined;
}

/** @param {PlanName} plan @param {Figures} figures */
export function writeFigures(plan, figures) {
  const own = join(folder, plan);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, `${figures.node}.json`), JSON.stringify(figures, null, 1));
}
