import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import type { JsFunction, Runtime } from 'isolet';
import { describe, expect, it } from 'vitest';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

const root = join(__dirname, '..');

/** A runtime that imports ES modules from the folder of installed packages; `entries` maps their bare names to files. */
function runtimeOver(entries: Record<string, string>): { runtime: Runtime; loaded: string[] } {
  const runtime = makeRuntime({ timeout: 60_000, maxHeapSize: 64 * 1024 * 1024 });
  const loaded: string[] = [];
  runtime.setModuleResolver((specifier, referrer) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(referrer), specifier) : entries[specifier],
  );
  runtime.setModuleLoader((name) => {
    loaded.push(name);
    return readFileSync(join(root, 'node_modules', name), 'utf8');
  });
  return { runtime, loaded };
}

/** The text of a package's file, where `require` finds the package. */
function packageFile(name: string, path: string): string {
  return readFileSync(join(dirname(createRequire(__filename).resolve(`${name}/package.json`)), path), 'utf8');
}

describe('a library bundled as one ES module', () => {
  it('imports and works as a static module', async () => {
    const runtime = makeRuntime({ timeout: 60_000 });
    runtime.addStaticModule('streams', packageFile('web-streams-polyfill', 'dist/ponyfill.mjs'));
    runtime.addStaticModule(
      'app',
      `import { ReadableStream, TransformStream } from 'streams';
      export async function double(items) {
        const source = new ReadableStream({
          start(controller) {
            for (const item of items) controller.enqueue(item);
            controller.close();
          },
        });
        const doubling = new TransformStream({
          transform(item, controller) { controller.enqueue(item * 2); },
        });
        const result = [];
        for await (const item of source.pipeThrough(doubling)) result.push(item);
        return result;
      }`,
    );
    const { double } = runtime.evalModule<{ double: JsFunction<[number[]], Promise<number[]>> }>('app');
    expect(await double.callAsync([1, 2, 3])).toStrictEqual([2, 4, 6]);
    expect(runtime.eval('import("app").then((app) => app.double([21]))')).toStrictEqual([42]);
  });
});

describe('a library of several ES modules', () => {
  it('loads them by relative specifiers, each once, and works', async () => {
    const { runtime, loaded } = runtimeOver({ 'estree-walker': 'estree-walker/src/index.js' });
    runtime.addStaticModule(
      'app',
      `import { asyncWalk, walk } from 'estree-walker';
      export function names(tree) {
        const found = [];
        walk(tree, { enter(node) { if (node.type === 'Identifier') found.push(node.name); } });
        return found;
      }
      export const rename = (tree) =>
        asyncWalk(tree, {
          async enter(node) {
            await null;
            if (node.type === 'Identifier') this.replace({ ...node, name: node.name.toUpperCase() });
          },
        });`,
    );
    const tree = {
      type: 'BinaryExpression',
      operator: '+',
      left: { type: 'Identifier', name: 'a' },
      right: { type: 'CallExpression', callee: { type: 'Identifier', name: 'f' }, arguments: [] },
    };
    const app = runtime.evalModule<{ names: JsFunction<[object], string[]>; rename: JsFunction<[object]> }>(
      'app',
    );
    expect(app.names(tree)).toStrictEqual(['a', 'f']);
    expect(app.names((await app.rename.callAsync(tree)) as object)).toStrictEqual(['A', 'F']);
    expect(loaded.toSorted()).toStrictEqual(
      ['async.js', 'index.js', 'sync.js', 'walker.js'].map((file) => `estree-walker/src/${file}`),
    );
  });

  it('loads what it imports from another package', () => {
    const { runtime, loaded } = runtimeOver({
      'magic-string': 'magic-string/dist/magic-string.es.mjs',
      '@jridgewell/sourcemap-codec': '@jridgewell/sourcemap-codec/dist/sourcemap-codec.mjs',
    });
    const code = `import('magic-string').then(({ default: MagicString }) => {
      const text = new MagicString('let answer = 41;');
      text.overwrite(13, 15, '42').prepend('// changed\\n');
      return [text.toString(), text.generateDecodedMap({ source: 'a.js' }).sources, text.generateMap().mappings];
    })`;
    expect(runtime.eval(code)).toStrictEqual([
      '// changed\nlet answer = 42;',
      ['a.js'],
      expect.stringMatching(/^;A/),
    ]);
    expect(loaded.length).toBe(2);
  });
});
