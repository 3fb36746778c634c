import { afterAll, describe, expect, it } from 'vitest';
import { runChild } from './support/child.js';
import {
  anchorsOf,
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
const pages = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'];

describe('the examples of README.md', () => {
  const before = process.cwd();
  afterAll(() => process.chdir(before));

  const examples = examplesOf(readme);

  it('are found, and there is no code in another language than they are run in', () => {
    expect(examples.length).toBeGreaterThan(5);
    expect([...languagesOf(readme)].sort()).toStrictEqual(['js', 'sh', 'text']);
  });

  it.each(examples.map((example) => [`README.md:${example.line}`, example] as const))(
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

  it('show the output of the demo as it is', () => {
    expect(readme).toContain(`\`\`\`text\n${readDoc('examples/plugin-manager/expected-output.txt')}\`\`\``);
  });
});

describe.each(pages)('%s', (file) => {
  const page = readDoc(file);

  it('names files that exist', () => {
    expect(pathsIn(page).filter((path) => !exists(path))).toStrictEqual([]);
  });

  it('links to what is there', () => {
    const missing = localLinksIn(page).filter((target) => {
      const [path = '', anchor] = target.split('#');
      if (path !== '' && !exists(path)) return true;
      return anchor !== undefined && !anchorsOf(path === '' ? page : readDoc(path)).includes(`#${anchor}`);
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
