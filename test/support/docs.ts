import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const repo = join(__dirname, '../..');

export function readDoc(file: string): string {
  return readFileSync(join(repo, file), 'utf8');
}

/** A fenced block of JavaScript, with what the page says it prints. */
export interface Example {
  /** Line of its fence in the page. */
  line: number;
  code: string;
  stdout: string;
}

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
const prints = /^\n*<!-- prints -->\n*```text\n([\s\S]*?)^```$/m;

/** Every ```js block. What it prints is the ```text block after `<!-- prints -->`, if that follows; else nothing. */
export function examplesOf(page: string): Example[] {
  return [...page.matchAll(fence)]
    .filter(([, language]) => language === 'js')
    .map((match) => {
      const after = page.slice(match.index + match[0].length);
      const stated = prints.exec(after);
      return {
        line: page.slice(0, match.index).split('\n').length,
        code: match[2] ?? '',
        stdout: stated?.index === 0 ? (stated[1] ?? '') : '',
      };
    });
}

/** A line of a `sh` block that runs this package, with what the page says it prints. */
export interface ShownCommand {
  /** Its line in the page. */
  line: number;
  /** After `npx isolet`. */
  args: string[];
  /** `undefined`: the page does not say. */
  stdout: string | undefined;
}

/** Every `npx isolet …` in a ```sh block. What it prints is said by `# → text` at its end. */
export function commandsOf(page: string): ShownCommand[] {
  return [...page.matchAll(fence)]
    .filter(([, language]) => language === 'sh')
    .flatMap((match) => {
      const first = page.slice(0, match.index).split('\n').length + 1;
      return (match[2] ?? '').split('\n').flatMap((text, index) => {
        const [, command, stated] = /^npx isolet (.+?)(?:\s+# → (.+))?$/.exec(text) ?? [];
        if (command === undefined) return [];
        return [
          {
            line: first + index,
            args: wordsOf(command),
            stdout: stated === undefined ? stated : `${stated}\n`,
          },
        ];
      });
    });
}

/** As a shell splits a command that quotes with nothing but '…'. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** Blocks that `examplesOf` would not run, by language: those of a page must be none that hold JavaScript. */
export function languagesOf(page: string): Set<string> {
  return new Set([...page.matchAll(fence)].map(([, language]) => language ?? ''));
}

/** The program of an example: `expression; // → value` checks what it says. */
export function programOf({ code }: Example): string {
  const lines = code.split('\n').map((line) => {
    const stated = /^(\s*)(.+);\s+\/\/ → (.+)$/.exec(line);
    return stated === null
      ? line
      : `${stated[1]}$assert.deepStrictEqual(${stated[2]},\n${stated[3]}, ${JSON.stringify(line)});`;
  });
  return `import $assert from 'node:assert';\n${lines.join('\n')}`;
}

/** Text in single backticks, outside fenced blocks. */
function codeSpans(page: string): string[] {
  return [...page.replace(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, text]) => text ?? '');
}

/** `a/b.{h,cc}` is `a/b.h` and `a/b.cc`. */
function expandBraces(path: string): string[] {
  const match = /^(.*)\{([^{}]+)\}(.*)$/.exec(path);
  if (match === null) return [path];
  return (match[2] ?? '').split(',').flatMap((part) => expandBraces(`${match[1]}${part}${match[3]}`));
}

const sourceFile = /^[\w.@-]+(\/[\w.@-]+)+\.(h|cc|m?ts|m?js|json|txt|md|gypi?)$/;
const topLevelFile = /^([\w-]+\.(json|md|gyp|mts)|CMakeLists\.txt|\.clang-(format|tidy))$/;

/** What a page names that looks like a path of this repository. */
export function pathsIn(page: string): string[] {
  const folders = readdirSync(repo, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${entry.name}/`);
  const looksLikePath = (text: string) =>
    sourceFile.test(text) ||
    topLevelFile.test(text) ||
    (folders.some((folder) => text.startsWith(folder)) && /^[\w./@-]+$/.test(text));
  return [...new Set(codeSpans(page).flatMap(expandBraces).filter(looksLikePath))];
}

/** Targets of links to files or headings, as written. */
export function localLinksIn(page: string): string[] {
  return [...page.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target ?? '');
}

/** The anchors that a page's headings get. */
export function anchorsOf(page: string): string[] {
  return [...page.replace(fence, '').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading]) =>
      `#${(heading ?? '')
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-')}`,
  );
}

/** Names of the npm scripts that a page tells to run. */
export function npmScriptsIn(page: string): string[] {
  return [...page.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(
    ([, run, own]) => run ?? own ?? '',
  );
}

export function exists(path: string): boolean {
  return existsSync(join(repo, path));
}
