import { JavaScriptError, type Runtime, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { errorOf, reasonOf } from './support/errors.js';
import { type PromiseWithResolvers, withResolvers } from './support/promises.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** A runtime whose modules `mark` what they come to; a host function `later` that `settle` answers. */
function makeGraph(modules: Record<string, string>) {
  const runtime = makeRuntime({ timeout: 60_000 });
  const marks: string[] = [];
  runtime.bindFunction('mark', (text: string) => void marks.push(text));
  for (const [name, source] of Object.entries(modules)) runtime.addStaticModule(name, source);
  return { runtime, marks };
}

/** `later(name)` of the plugin, which is answered by the function returned, once it has been asked. */
function bindLater(runtime: Runtime) {
  const calls = new Map<
    string,
    { asked: PromiseWithResolvers<void>; answered: PromiseWithResolvers<void> }
  >();
  const callOf = (name: string) => {
    const call = calls.get(name) ?? { asked: withResolvers<void>(), answered: withResolvers<void>() };
    calls.set(name, call);
    return call;
  };
  runtime.bindFunction('later', (name: string) => {
    const { asked, answered } = callOf(name);
    asked.resolve();
    return answered.promise;
  });
  return async (name: string, error?: Error) => {
    const { asked, answered } = callOf(name);
    await asked.promise;
    calls.delete(name);
    if (error) answered.reject(error);
    else answered.resolve();
  };
}

describe('modules without a top-level await', () => {
  it('are evaluated in the order of their imports, each after what it imports', () => {
    const { runtime, marks } = makeGraph({
      top: 'import "b"; import "a"; import "c"; mark("top");',
      a: 'import "c"; mark("a"); export const x = async () => { await 1 };',
      b: 'import "d"; mark("b"); export const x = async () => { await 1 };',
      c: 'mark("c");',
      d: 'import "e"; mark("d");',
      // A cycle, entered by d.
      e: 'import "d"; import "f"; mark("e");',
      f: 'import "e"; mark("f"); async () => { await 1 };',
    });
    runtime.evalModule('top');
    expect(marks).toStrictEqual(['f', 'e', 'd', 'b', 'c', 'a', 'top']);
  });

  it('keep that order through a cycle, where what it imports may need it', () => {
    const { runtime, marks } = makeGraph({
      top: 'import "setup"; import "uses"; mark("top");',
      setup: 'import "top"; mark("setup"); globalThis.config = 1; async () => { await 1 };',
      uses: 'mark("uses " + globalThis.config);',
    });
    runtime.evalModule('top');
    expect(marks).toStrictEqual(['setup', 'uses 1', 'top']);
  });

  it('are stopped in a cycle as anywhere', () => {
    const { runtime } = makeGraph({ a: 'import "b"; // await', b: 'import "a"; for (;;);' });
    expect(errorOf(() => runtime.evalModule('a', { timeout: 50 }), TimeoutError).limit).toBe(50);
    expectUsable(runtime);
  });

  it('are not evaluated after one that throws, and can be later', () => {
    const { runtime, marks } = makeGraph({
      top: 'import "first"; import "throws"; import "last"; mark("top");',
      first: 'mark("first");',
      throws: 'mark("throws"); throw new TypeError("no");',
      last: 'mark("last");',
    });
    expect(errorOf(() => runtime.evalModule('top'), JavaScriptError)).toMatchObject({ name: 'TypeError' });
    expect(errorOf(() => runtime.evalModule('top'), JavaScriptError)).toMatchObject({ name: 'TypeError' });
    expect(marks).toStrictEqual(['first', 'throws']);
    runtime.evalModule('last');
    expect(marks).toStrictEqual(['first', 'throws', 'last']);
  });

  it('may be a chain of some thousands', () => {
    const { runtime } = makeGraph({});
    const length = 5000;
    runtime.setModuleLoader((name) => {
      const next = Number(name) + 1;
      return next > length
        ? 'export let n = 0;'
        : `import { n as before } from "${next}"; export let n = before + 1;`;
    });
    expect(runtime.evalModule('0')).toStrictEqual({ n: length });
  });
});

describe('modules with a top-level await', () => {
  it('begin in the order of their imports, and wait beside one another', async () => {
    const { runtime, marks } = makeGraph({
      top: 'import "a"; import "sync"; import "b"; mark("top");',
      a: 'mark("a 1"); await later("a"); mark("a 2");',
      sync: 'mark("sync");',
      b: 'mark("b 1"); await later("b"); mark("b 2");',
    });
    const answer = bindLater(runtime);
    const done = runtime.evalModuleAsync('top');
    await answer('b');
    await answer('a');
    await done;
    expect(marks).toStrictEqual(['a 1', 'sync', 'b 1', 'b 2', 'a 2', 'top']);
  });

  it('hold up those that import them, whichever way', async () => {
    const { runtime, marks } = makeGraph({
      top: 'import "left"; import "right"; mark("top");',
      left: 'import "waits"; mark("left"); await 1; mark("left 2");',
      right: 'import "waits"; import "left"; mark("right");',
      waits: 'await later("waits"); mark("waits");',
    });
    const answer = bindLater(runtime);
    const first = runtime.evalModuleAsync('top');
    const second = runtime.evalModuleAsync('right');
    const third = runtime.evalAsync('import("waits").then(() => "waits")');
    expect(marks).toStrictEqual([]);
    await answer('waits');
    expect(await Promise.all([first, second, third])).toStrictEqual([{}, {}, 'waits']);
    expect(marks).toStrictEqual(['waits', 'left', 'left 2', 'right', 'top']);
  });

  it('still wait, or go on, when another call is stopped', async () => {
    const { runtime, marks } = makeGraph({
      top: 'import "a"; mark("top"); export const value = 1;',
      a: 'import "b"; export { of } from "b"; export const n = await later("a");',
      b: 'import { n } from "a"; export const of = () => n;',
      other: 'import "a"; for (;;);',
    });
    const answer = bindLater(runtime);
    const done = runtime.evalModuleAsync('top');
    const other = reasonOf(runtime.evalModuleAsync('a', { timeout: 50 }));
    expect(await other).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(await reasonOf(runtime.evalAsync('for (;;);', { timeout: 50 }))).toMatchObject({
      code: 'ERR_TIMEOUT',
    });
    await answer('a');
    expect(await done).toStrictEqual({ value: 1 });
    expect(await reasonOf(runtime.evalModuleAsync('other', { timeout: 50 }))).toMatchObject({
      code: 'ERR_TIMEOUT',
    });
    expect(marks).toStrictEqual(['top']);
    expectUsable(runtime);
  });

  it('fail all that import them, once they fail; the others go on', async () => {
    const { runtime, marks } = makeGraph({
      top: 'import "other"; import "middle"; mark("top");',
      middle: 'import "fails"; mark("middle");',
      fails: 'await later("fails");',
      other: 'import "waits"; mark("other");',
      waits: 'await later("waits");',
    });
    const answer = bindLater(runtime);
    const top = reasonOf(runtime.evalModuleAsync('top'));
    const other = runtime.evalModuleAsync('other');
    await answer('fails', new RangeError('no'));
    expect(await top).toMatchObject({ name: 'RangeError' });
    await answer('waits');
    expect(await other).toStrictEqual({});
    expect(await reasonOf(runtime.evalModuleAsync('middle'))).toMatchObject({ name: 'RangeError' });
    expect(marks).toStrictEqual(['other']);
    expect(runtime.getStats().unhandledRejectionCount).toBe(0);
  });

  it('may be in cycles, and stop there like anywhere', async () => {
    const { runtime, marks } = makeGraph({
      top: 'import { a } from "a"; mark("top"); export const value = a();',
      a: 'import { b } from "b"; mark("a"); await 1; export const a = () => b() + 1;',
      b: 'import { c } from "c"; mark("b"); export const b = () => c() + 1; export { a } from "a";',
      c: 'import "a"; mark("c"); await later("c"); if (globalThis.loop) for (;;); export const c = () => 1;',
    });
    const answer = bindLater(runtime);
    runtime.eval('globalThis.loop = true');
    const stopped = reasonOf(runtime.evalModuleAsync('top', { timeout: 200 }));
    await answer('c');
    expect(await stopped).toMatchObject({ code: 'ERR_TIMEOUT' });
    expectUsable(runtime);
    runtime.eval('globalThis.loop = false');
    marks.length = 0;
    const done = runtime.evalModuleAsync('top');
    await answer('c');
    expect(await done).toStrictEqual({ value: 3 });
    expect(marks).toStrictEqual(['c', 'b', 'a', 'top']);
  });

  it.each([
    ['on their first line', 'null.x; await 1;', 1, 6],
    ['after a line for a loader of programs', '#!/usr/bin/env await\n null.x; await 1;', 2, 7],
    ['in a cycle', 'import "a"; null.x; await 1;', 1, 18],
  ])('keep the places of their errors: %s', async (_, source, lineNumber, columnNumber) => {
    const { runtime } = makeGraph({ a: 'import "m";', m: source });
    expect(await reasonOf(runtime.evalModuleAsync('m'))).toMatchObject({
      name: 'TypeError',
      frames: [{ fileName: 'm', lineNumber, columnNumber }],
    });
    const wrong = await reasonOf(runtime.evalAsync('import("n")', { timeout: 1000 }));
    expect(wrong).toMatchObject({ code: 'ERR_MODULE' });
    runtime.addStaticModule('n', 'await 1; ) ');
    expect(await reasonOf(runtime.evalModuleAsync('n'))).toMatchObject({
      name: 'SyntaxError',
      frames: [{ fileName: 'n', lineNumber: 1, columnNumber: 10 }],
    });
  });
});
