// @ts-check
// What became of each hostile script: makes docs/survival.md.
//   survival.mjs measure [NAME…]   runs the corpus in the running Node, or these cases, and keeps the figures
//   survival.mjs table             writes the page from the figures of all Node versions
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { corpus } from '../test/hostile/corpus/index.mjs';
import { aimedMemory, limitsOf, mebibyte } from '../test/hostile/hostile-case.mjs';
import { supervise } from '../test/hostile/supervise.mjs';
import { buildNative, buildTypeScript, repo } from './build.mjs';
import { cell, table } from './markdown-table.mjs';
import { fail } from './toolchain.mjs';

/** @typedef {import('../test/hostile/hostile-case.mjs').HostileCase} HostileCase */
/** @typedef {import('../test/hostile/supervise.mjs').Result} Result */

const figures = join(repo, 'node_modules/.cache/isolet/survival');
const page = join(repo, 'docs/survival.md');

/** ms */
const aimedLateness = 50;

/** @param {Result} result */
function tell(result) {
  return 'death' in result ? `${result.name}: ${result.death}` : `${result.name}: ${result.outcome}`;
}

/** The figures of other cases are kept. @param {readonly string[]} wanted none: all */
async function measure(wanted) {
  await buildNative('isolet', undefined);
  buildTypeScript();
  const file = join(figures, `${process.version}.json`);
  /** @type {Result[]} */
  const before = wanted.length > 0 && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const names = wanted.length > 0 ? wanted : corpus.map(({ name }) => name);
  const results = await supervise(names, (result) => console.error(tell(result)));
  const kept = before.filter(({ name }) => !names.includes(name));
  mkdirSync(figures, { recursive: true });
  writeFileSync(file, JSON.stringify([...kept, ...results]));
}

/** @param {string} text @param {boolean} good */
function marked(text, good) {
  return good ? text : `**${text}**`;
}

/** @param {HostileCase} hostile @param {Result | undefined} result */
function describe(hostile, result) {
  if (result === undefined) return 'not run';
  if ('death' in result) return marked(`the process ended: ${cell(result.death)}`, false);
  const { outcome, allowed, elapsed, peak, lost, harm } = result;
  const shown = /^(ERR_|[A-Z]\w*Error$)/.test(outcome) ? outcome : 'a value';
  const parts = [
    marked([shown, ...harm.map(cell)].join('; '), allowed && harm.length === 0),
    marked(`${Math.round(elapsed)} ms`, elapsed <= limitsOf(hostile).timeout + aimedLateness),
  ];
  if (peak !== undefined) {
    parts.push(marked(`${Math.max(0, Math.round(peak / mebibyte))} MiB`, peak <= aimedMemory(hostile)));
  }
  if (lost > 0) parts.push(marked('its thread is lost', false));
  return parts.join(', ');
}

/** @param {HostileCase} hostile */
function limitsInShort(hostile) {
  const { timeout, maxHeapSize } = limitsOf(hostile);
  return maxHeapSize === 32 * mebibyte ? `${timeout} ms` : `${timeout} ms, ${maxHeapSize / mebibyte} MiB`;
}

/** The figures of each version, oldest first. @returns {Map<string, Map<string, Result>>} */
function readFigures() {
  const files = readdirSync(figures).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return new Map(
    files.map((file) => {
      /** @type {Result[]} */
      const results = JSON.parse(readFileSync(join(figures, file), 'utf8'));
      return [file.replace('.json', ''), new Map(results.map((result) => [result.name, result]))];
    }),
  );
}

const introduction = `# What hostile scripts come to

Every script of \`test/hostile/\`, run by \`npm run docs:survival\`: all in one process, one after another, each in a
runtime of its own, with an honest runtime at work beside them whose answers are checked. Unless the script says
otherwise, a runtime has 32 MiB and 500 ms; those of the group memory have 5 s, so that memory is what ends them.

Each cell: what the host got, how long it took, and how much the process grew at most until the runtime's thread had
ended (resident, in MiB, as the kernel tells). \`ERR_…\` is the code of an error of isolet; another name is that of an
error which the script itself threw, the engine's \`RangeError\` above all. What should not be is **bold**: another
outcome, an answer more than 50 ms past the deadline, more memory than twice the limit and 64 MiB, a thread that stays
until the process ends.

Measured on ${process.platform} ${process.arch}, ${availableParallelism()} cores, which had nothing else to do. How much memory a script gets before it is
stopped depends on that: where every core is busy it may be several times as much, and
[the page of the peers](survival-peers.md), measured on another day and each script in a process of its own, has other
figures for the scripts that fill a heap fastest.
`;

function writePage() {
  const versions = readFigures();
  if (versions.size === 0) fail('There are no figures: run `survival.mjs measure` first');
  const head = ['Script', 'What is hostile about it', ...versions.keys()];
  const lines = [introduction];
  for (const group of new Set(corpus.map((hostile) => hostile.group))) {
    const rows = corpus
      .filter((hostile) => hostile.group === group)
      .map((hostile) => {
        const results = [...versions.values()].map((byName) => byName.get(hostile.name));
        const name = `\`${hostile.name}\` (${limitsInShort(hostile)})`;
        return [name, cell(hostile.why), ...results.map((result) => describe(hostile, result))];
      });
    lines.push(`## ${group}\n`, ...table(head, rows));
  }
  mkdirSync(join(repo, 'docs'), { recursive: true });
  writeFileSync(page, lines.join('\n'));
}

const [command, ...names] = process.argv.slice(2);
if (command === 'measure') await measure(names);
else if (command === 'table') writePage();
else fail('Usage: survival.mjs measure [NAME…]|table');
