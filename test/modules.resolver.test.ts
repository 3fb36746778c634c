import { type JsFunction, ModuleError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './support/errors.js';
import { loaderOf } from './support/modules.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

const guarded = () => makeRuntime({ timeout: 60_000 });

/** Joins relative specifiers to the folder of the referrer. */
function join(specifier: string, referrer: string): string {
  return specifier.startsWith('.') ? new URL(specifier, `app:/${referrer}`).pathname.slice(1) : specifier;
}

describe('a resolver', () => {
  it('decides what a specifier means, also that of a static module', () => {
    const runtime = guarded();
    runtime.addStaticModule('real', 'export default "real";');
    runtime.addStaticModule('other', 'export default "other";');
    runtime.setModuleResolver((specifier) => ({ alias: 'real', other: 'real' })[specifier]);
    const namesOf = (...specifiers: string[]) => specifiers.map((s) => runtime.evalModule(s).default);
    expect(namesOf('alias', 'other', 'real')).toStrictEqual(['real', 'real', 'real']);
  });

  it.each([undefined, null])(
    'that answers %s leaves it to the static modules, not to the loader',
    (answer) => {
      const runtime = guarded();
      const { load, asked } = loaderOf({ b: 'export default "loaded";' });
      runtime.addStaticModule('a', 'export default "static";');
      runtime.setModuleResolver(() => answer);
      runtime.setModuleLoader(load);
      expect(runtime.evalModule('a')).toStrictEqual({ default: 'static' });
      expect(errorOf(() => runtime.evalModule('b'), ModuleError)).toMatchObject({
        specifier: 'b',
        referrer: '',
      });
      expect(asked).toStrictEqual([]);
    },
  );

  it('resolves relative specifiers against the module that imports', () => {
    const runtime = guarded();
    const { load, asked } = loaderOf({
      'src/main.js': 'import { x } from "./lib/a.js"; export default x; export const url = import.meta.url;',
      'src/lib/a.js':
        'import { y } from "../b.js"; export const x = y + 1; export const url = import.meta.url;',
      'src/b.js': 'export const y = 1;',
    });
    runtime.setModuleResolver(join);
    runtime.setModuleLoader(load);
    expect(runtime.evalModule('./src/main.js')).toStrictEqual({ default: 2, url: 'src/main.js' });
    expect(runtime.evalModule('src/lib/a.js')).toStrictEqual({ x: 2, url: 'src/lib/a.js' });
    expect(asked).toStrictEqual(['src/main.js', 'src/lib/a.js', 'src/b.js']);
  });

  it('is told who imports: a module, a script by its filename, or nobody', () => {
    const runtime = guarded();
    const seen: [string, string][] = [];
    runtime.setModuleResolver((specifier, referrer) => {
      seen.push([specifier, referrer]);
      return `R:${specifier}`;
    });
    runtime.setModuleLoader((name) =>
      name === 'R:top' ? 'import "child"; export const f = () => import("lazy");' : '',
    );
    const { f } = runtime.evalModule<{ f: JsFunction<[], Promise<object>> }>('top');
    runtime.eval('import("one")', { filename: 'script.js' });
    runtime.eval('import("two")');
    runtime.eval<JsFunction>('(f) => { f(); }')(f);
    expect(seen).toStrictEqual([
      ['top', ''],
      ['child', 'R:top'],
      ['one', 'script.js'],
      ['two', '<eval>'],
      ['lazy', 'R:top'],
    ]);
  });

  it('is in force from the moment that it is set, and replaces the one before', () => {
    const runtime = guarded();
    runtime.addStaticModule('a', 'export default "a";');
    runtime.addStaticModule('b', 'export default "b";');
    expect(runtime.evalModule('a').default).toBe('a');
    runtime.setModuleResolver(() => 'b');
    expect(runtime.evalModule('a').default).toBe('b');
    runtime.setModuleResolver(() => 'a');
    expect(runtime.evalModule('b').default).toBe('a');
  });

  it('that throws is a ModuleError with the very error as cause', async () => {
    const runtime = guarded();
    const failure = new RangeError('from the resolver');
    runtime.setModuleResolver(() => {
      throw failure;
    });
    expect(errorOf(() => runtime.evalModule('a'), ModuleError).cause).toBe(failure);
    expect((await rejectionOf(runtime.evalModuleAsync('a'), ModuleError)).cause).toBe(failure);
    expect(errorOf(() => runtime.eval('import("a")'), ModuleError).cause).toBe(failure);
    expectUsable(runtime);
  });

  it.each<[what: string, answer: unknown]>([
    ['a number', 5],
    ['true', true],
    ['an object', {}],
    ['a promise', Promise.resolve('a')],
  ])('that returns %s is refused', (_, answer) => {
    const runtime = guarded();
    runtime.addStaticModule('a', '');
    runtime.setModuleResolver(() => answer as string);
    const error = errorOf(() => runtime.evalModule('a'), ModuleError);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.cause).toMatchObject({ code: 'ERR_INVALID_ARG' });
    runtime.setModuleResolver(() => undefined);
    expect(runtime.evalModule('a')).toStrictEqual({});
  });
});
