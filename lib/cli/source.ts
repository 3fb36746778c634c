import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Runtime } from '../runtime.js';
import { quote } from '../text.js';
import { type Source, UsageError } from './arguments.js';

/** The code to run and the name that its stacks show. */
export interface NamedSource {
  name: string;
  code: string;
}

/** @throws UsageError a file can't be read */
export async function readSource(source: Source): Promise<NamedSource> {
  switch (source.from) {
    case 'text':
      return { name: '<eval>', code: source.text };
    case 'stdin':
      return { name: '<stdin>', code: await text(process.stdin) };
    case 'file':
      return { name: source.path, code: await readCode(source.path) };
  }
}

/** @throws UsageError a file can't be read */
export function readImports(imports: ReadonlyMap<string, string>): Promise<NamedSource[]> {
  return Promise.all([...imports].map(async ([name, path]) => ({ name, code: await readCode(path) })));
}

/** @throws UsageError two of them have one name: an import that is called like the module to run */
export function addModules(runtime: Runtime, modules: readonly NamedSource[]): void {
  const names = new Set<string>();
  for (const { name, code } of modules) {
    if (names.has(name)) throw new UsageError(`--import ${quote(name)} is the name of the module to run`);
    names.add(name);
    runtime.addStaticModule(name, code);
  }
}

async function readCode(path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readFile(path)); // which drops a byte order mark
  } catch (error) {
    throw new UsageError(
      `can't read ${quote(path)}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
