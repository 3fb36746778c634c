import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as imported from 'isolet';
import { describe, expect, it } from 'vitest';
import { packagePath } from './support/child.js';
import { readDoc } from './support/docs.js';

const required = createRequire(import.meta.url)(packagePath) as Record<string, unknown>;

const exportList = /^export (type )?\{([^}]*)\} from '[^']+';$/gm;

/** What a declaration file exports, which must be lists of names and nothing else: values, and `type` names. */
function exportsOf(file: string): string[] {
  const text = readDoc(`dist/${file}`);
  expect(
    text
      .replace(exportList, '')
      .replace(/^\/\/.*$/gm, '')
      .trim(),
    'no other declarations',
  ).toBe('');
  return [...text.matchAll(exportList)]
    .flatMap(([, type = '', names = '']) => names.split(',').map((name) => [type, name.trim()] as const))
    .filter(([, name]) => name !== '')
    .map(([type, name]) => type + name.replace(/^.* as /, ''))
    .sort();
}

const isType = (name: string) => name.startsWith('type ');

describe('the package', () => {
  it('gives the same objects to import and to require', () => {
    const { default: _, ...names } = { default: undefined, ...imported };
    expect(Object.keys(names).sort()).toStrictEqual(Object.keys(required).sort());
    for (const [name, value] of Object.entries(names)) expect(value, name).toBe(required[name]);
  });

  it('declares the same names to import and to require, types included, and every value', () => {
    const declared = exportsOf('index.d.ts');
    expect(exportsOf('index.d.mts')).toStrictEqual(declared);
    expect(declared.filter((name) => !isType(name))).toStrictEqual(Object.keys(required).sort());
    expect(declared.filter(isType).length).toBeGreaterThan(0);
  });

  it('has the same names for browsers, where the errors alone are usable', () => {
    const browser = createRequire(import.meta.url)(join(packagePath, '../browser.js')) as typeof required;
    expect(Object.keys(browser).sort()).toStrictEqual(Object.keys(required).sort());
    for (const [name, value] of Object.entries(browser)) {
      if (/Error$|^RuntimeTerminated$/.test(name)) {
        expect(value, name).toBe(required[name]);
      } else {
        const use = value as { new (): unknown } & (() => unknown);
        const isClass = /^[A-Z]/.test(name);
        expect(() => (isClass ? new use() : use()), name).toThrow(imported.NativeAddonError);
      }
    }
  });

  it('has them for browsers as a module, too', async () => {
    const browser = await import(pathToFileURL(join(packagePath, '../browser.mjs')).href);
    expect(Object.keys(browser).sort()).toStrictEqual(Object.keys(required).sort());
  });

  it('declares no type that the fixtures for the compiler leave out', () => {
    const folder = join(__dirname, 'fixtures/types');
    for (const extension of ['.mts', '.cts']) {
      const files = readdirSync(folder).filter((file) => file.endsWith(extension));
      const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
      for (const name of exportsOf('index.d.ts').filter(isType)) {
        expect(text, `${name} in *${extension}`).toMatch(new RegExp(`\\b${name.replace('type ', '')}\\b`));
      }
    }
  });
});
