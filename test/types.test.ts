import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { repo } from './support/docs.js';

// As in runtimes.ts: guards against hangs.
vi.setConfig({ testTimeout: 240_000 });

const fixtures = join(__dirname, 'fixtures/types');
const tsc = join(repo, 'node_modules/.bin/tsc');

/** What the compiler has to say; nothing if all is well. */
function compile(project: string): { status: number | null; output: string } {
  const shell = process.platform === 'win32';
  const { status, stdout, error } = spawnSync(tsc, ['--project', project, '--pretty', 'false'], {
    cwd: fixtures,
    encoding: 'utf8',
    shell,
    timeout: 200_000,
  });
  if (error !== undefined) throw error;
  return { status, output: stdout };
}

/** A project beside the fixtures, so that `isolet` is the package there, too; gone when `use` returns. */
function withProject<T>(files: Record<string, string>, use: (directory: string) => T): T {
  const directory = mkdtempSync(join(fixtures, 'tmp-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('the types of the built package', () => {
  it('are those that ES modules and CommonJS modules rely on, with every declaration checked', () => {
    expect(readdirSync(fixtures)).toEqual(
      expect.arrayContaining(['runtime.mts', 'package.mts', 'required.cts']),
    );
    expect(compile(fixtures)).toStrictEqual({ status: 0, output: '' });
  });

  it("are the same to a bundler, beside a browser's", () => {
    const config = JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: {
        lib: ['es2023', 'esnext.disposable', 'dom', 'dom.asynciterable'],
        module: 'esnext',
        moduleResolution: 'bundler',
      },
      include: ['../*.mts'],
    });
    expect(withProject({ 'tsconfig.json': config }, compile)).toStrictEqual({ status: 0, output: '' });
  });

  it.each<[what: string, file: string, text: string, code: string]>([
    ['a wrong type', 'a.mts', 'import { Runtime } from "isolet"; new Runtime({ timeout: "5" });', 'TS2322'],
    [
      'a wrong argument',
      'a.mts',
      'import { type JsFunction } from "isolet"; declare const f: JsFunction<[number], string>; f("x");',
      'TS2345',
    ],
    [
      'a wrong result, in CommonJS',
      'a.cts',
      'import isolet = require("isolet"); const n: string = isolet.evaluate<number>("1"); export = n;',
      'TS2322',
    ],
    ['a name that is none', 'a.mts', 'import { Nothing } from "isolet"; void Nothing;', 'TS2305'],
  ])('find %s', (_, file, text, code) => {
    const config = JSON.stringify({ extends: '../tsconfig.json', include: ['*.mts', '*.cts'] });
    const { status, output } = withProject({ 'tsconfig.json': config, [file]: text }, compile);
    expect(status).not.toBe(0);
    expect(output).toMatch(new RegExp(`^${file.replace('.', '\\.')}.*${code}`.replace('^', '(^|/)'), 'm'));
  });
});
