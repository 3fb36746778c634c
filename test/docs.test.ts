import { readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runChild } from './support/child.js';
import { runCli } from './support/cli.js';
import {
  anchorsOf,
  commandsOf,
  examplesOf,
  exists,
  languagesOf,
  localLinksIn,
  npmScriptsIn,
  pathsIn,
  programOf,
  readDoc,
  repo,
} from './support/docs.js';

const readme = readDoc('README.md');
const docs = readdirSync(join(repo, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`);
const pages = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', ...docs];
/** Tables of measurements, written by scripts. */
const guides = docs.filter((file) => !/^docs\/(survival|performance)/.test(file));

it('README.md is in sh, text and js, and its output of the demo is what the demo prints', () => {
  expect([...languagesOf(readme)].sort()).toStrictEqual(['js', 'sh', 'text']);
  expect(readme).toContain(`\`\`\`text\n${readDoc('examples/plugin-manager/expected-output.txt')}\`\`\``);
});

it('docs/ has a page for each topic', () => {
  const topics = [
    'runtime',
    'evaluation',
    'values',
    'bindings',
    'modules',
    'streams',
    'limits-and-errors',
    'command-line',
  ];
  const others = ['security', 'from-isolated-vm', 'from-jsrun'];
  expect(guides).toEqual(expect.arrayContaining([...topics, ...others].map((topic) => `docs/${topic}.md`)));
});

it('README.md leads to every page of docs/', () => {
  const links = localLinksIn(readme).map((target) => target.split('#')[0]);
  expect(docs.filter((page) => !links.includes(page))).toStrictEqual([]);
});

const commands = ['README.md', ...guides].flatMap((file) =>
  commandsOf(readDoc(file)).map((command) => [`${file}:${command.line}`, command] as const),
);

it('there are commands to run, with output and without', () => {
  const kinds = new Set(commands.map(([, { stdout }]) => typeof stdout));
  expect([...kinds].sort()).toEqual(['string', 'undefined']);
});

it.each(commands)('the command at %s runs, and prints what it says', async (_, { args, stdout: stated }) => {
  const { stdout, ...ended } = await runCli(args, { cwd: repo });
  expect(ended, stdout).toEqual({ code: 0, signal: null, stderr: '' });
  if (stated !== undefined) expect(stdout).toBe(stated);
});

describe.each(['README.md', ...guides])('the examples of %s', (file) => {
  const before = process.cwd();
  afterAll(() => process.chdir(before));

  const examples = examplesOf(readDoc(file));

  it('are found, and there is no code in another language than they are run in', () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(['js', 'sh', 'text']).toEqual(expect.arrayContaining([...languagesOf(readDoc(file))]));
  });

  it.each(examples.map((example) => [`${file}:${example.line}`, example] as const))(
    '%s runs as written, and prints what it says',
    async (_, example) => {
      // From here the package finds itself by its own name, and ./plugins is the demo's.
      process.chdir(repo);
      const { code, signal, stdout, stderr } = await runChild(programOf(example), {
        nodeArgs: ['--input-type=module'],
        prelude: false,
      });
      expect({ code, signal, stdout }, stderr).toEqual({ code: 0, signal: null, stdout: example.stdout });
    },
  );
});

describe.each(pages)('%s', (file) => {
  const page = readDoc(file);

  it('names files that exist', () => {
    expect(pathsIn(page).filter((path) => !exists(path))).toStrictEqual([]);
  });

  it('links to what is there', () => {
    const missing = localLinksIn(page).filter((target) => {
      const [link = '', anchor] = target.split('#');
      const path = link === '' ? file : normalize(join(dirname(file), link));
      if (!exists(path)) return true;
      return anchor !== undefined && !anchorsOf(readDoc(path)).includes(`#${anchor}`);
    });
    expect(missing).toStrictEqual([]);
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readDoc('package.json')) as { scripts: Record<string, string> };
    expect(npmScriptsIn(page).filter((name) => !Object.hasOwn(scripts, name))).toStrictEqual([]);
  });
});

it('ARCHITECTURE.md names files: the check above has something to look at', () => {
  expect(pathsIn(readDoc('ARCHITECTURE.md')).length).toBeGreaterThan(50);
});
