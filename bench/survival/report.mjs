// @ts-check
// Writes docs/survival-peers.md from the figures that run.mjs kept.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repo } from '../../scripts/build.mjs';
import { cell, table } from '../../scripts/markdown-table.mjs';
import { fail } from '../../scripts/toolchain.mjs';
import { corpus } from '../../test/hostile/corpus/index.mjs';
import { readAllFigures } from './figures.mjs';
import { sandboxes } from './sandboxes/index.mjs';

/** @typedef {import('./figures.mjs').Figures} Figures */
/** @typedef {import('./verdict.mjs').Result} Result */
/** @typedef {import('./verdict.mjs').Verdict} Verdict */

/** @type {readonly Verdict[]} */
const verdicts = ['survived', 'died', 'hung', 'memory', 'not applicable'];
/** ms; the usual deadline of a case. Less may be the machine, which has other things to do. */
const longStop = 500;

const introduction = `# What hostile scripts come to elsewhere

Every script of \`test/hostile/\`, run by \`npm run bench:survival\` in isolet and in its peers, each script in a process
of its own: what a host gets that uses the sandbox as its documentation says, with the same limits and host functions
where it has such. How that is done is in \`bench/survival/sandboxes/\`. The tests hold isolet to more: \`npm run docs:survival\`.

- **survived**: the host got an outcome, a fresh sandbox of the same process then worked, and the process ended by
  itself with exit code 0.
- **died**: the process ended in another way, or no fresh sandbox worked.
- **hung**: no answer 2 s after the deadline, be it that the event loop stands still; or the process did not end after
  its answer. Killed 10 s after the deadline.
- **memory**: it survived, but grew by more than twice the limit and 64 MiB (resident), or was killed at 6 GiB.
- **not applicable**: the script needs a host function that the sandbox has no way to offer.

What the outcome is, peers are not judged by. A script that needs what an engine does not have (QuickJS has no
WebAssembly) ends with an error there and counts as survived. Nor does survival say that nothing escaped: a context of
\`node:vm\` is documented to be no wall.
`;

/** @param {Figures} figures @param {string} name @param {Verdict} verdict */
function is(figures, name, verdict) {
  return figures.results[name]?.verdict === verdict;
}

/** @param {Figures} figures */
function title({ sandbox, version }) {
  return `${sandbox} ${version}`;
}

/** @param {readonly Figures[]} ofNode */
function summary(ofNode) {
  const rows = ofNode.map((figures) => {
    const results = corpus.flatMap(({ name }) => figures.results[name] ?? []);
    const counts = verdicts.map((verdict) => results.filter((result) => result.verdict === verdict).length);
    const stopped = results.filter(({ stalled }) => stalled >= longStop).length;
    return [title(figures), ...counts, stopped, results.length];
  });
  return table(['', ...verdicts, `event loop stopped for ${longStop} ms`, 'scripts run'], rows);
}

/** Of each group: how many survived, of how many that could be run. @param {readonly Figures[]} ofNode */
function byGroup(ofNode) {
  const groups = [...new Set(corpus.map(({ group }) => group))];
  const rows = ofNode.map((figures) => [
    title(figures),
    ...groups.map((group) => {
      const names = corpus.filter((hostile) => hostile.group === group).map(({ name }) => name);
      const run = names.filter((name) => figures.results[name] && !is(figures, name, 'not applicable'));
      return `${run.filter((name) => is(figures, name, 'survived')).length} of ${run.length}`;
    }),
  ]);
  return table(['survived', ...groups], rows);
}

/** @param {Result | undefined} result */
function describe(result) {
  if (result === undefined) return 'not run';
  return result.detail === '' ? result.verdict : `${result.verdict}: ${cell(result.detail)}`;
}

/** The scripts that were not survived everywhere. @param {readonly Figures[]} ofSandbox one for each version of Node */
function losses(ofSandbox) {
  const lost = corpus.filter(({ name }) =>
    ofSandbox.some(({ results }) => {
      const verdict = results[name]?.verdict ?? 'not applicable';
      return verdict !== 'survived' && verdict !== 'not applicable';
    }),
  );
  if (lost.length === 0) return ['None.\n'];
  return table(
    [
      'Script',
      'What is hostile about it',
      ...ofSandbox.map((figures) => `${figures.node}, ${title(figures)}`),
    ],
    lost.map(({ name, group, why }) => [
      `\`${name}\` (${group})`,
      cell(why),
      ...ofSandbox.map((figures) => describe(figures.results[name])),
    ]),
  );
}

const all = readAllFigures().sort((a, b) => a.node.localeCompare(b.node, 'en', { numeric: true }));
if (all.length === 0) fail('There are no figures: run `node bench/survival/run.mjs` first');
const ordered = sandboxes.flatMap(({ name }) => all.filter(({ sandbox }) => sandbox === name));
const lines = [introduction, `Measured on ${[...new Set(all.map(({ machine }) => machine))].join('; ')}.\n`];
for (const node of new Set(all.map((figures) => figures.node))) {
  const ofNode = ordered.filter((figures) => figures.node === node);
  lines.push(`## Node ${node}\n`, ...summary(ofNode), ...byGroup(ofNode));
}
for (const { name } of sandboxes) {
  lines.push(`## Not survived in ${name}\n`, ...losses(ordered.filter(({ sandbox }) => sandbox === name)));
}
mkdirSync(join(repo, 'docs'), { recursive: true });
writeFileSync(join(repo, 'docs/survival-peers.md'), `${lines.join('\n').trimEnd()}\n`);
