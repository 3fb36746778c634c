import { RuntimeClosedError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { reasonOf } from './support/errors.js';
import { expectAllReleased, liveCounts } from './support/live.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

// A message names functions of its sender's, which holds them for the receiver. These tests are about messages that
// nobody takes: the sender must not hold the functions until the runtime closes.

/** Only to keep a broken build from hanging. */
const hangGuard = 30_000;

/** Waits, without serving messages, until the process holds `count` handles. */
function awaitHandles(count: number): void {
  const end = performance.now() + hangGuard;
  while (liveCounts().handles < count) {
    if (performance.now() > end) throw new Error(`only ${liveCounts().handles} of ${count} handles`);
  }
}

describe('plugin functions are let go of', () => {
  it.each([
    ['a value', '({ f() {}, g() {} })'],
    ['the value of a promise', '(async () => { await null; return [() => 1, () => 2]; })()'],
    ['an error', 'throw Object.assign(new Error("x"), { f() {}, g() {} })'],
    ['the cause of an error', 'throw new Error("x", { cause: { f() {}, g() {} } })'],
    ['a rejection', 'Promise.reject({ f() {}, g() {} })'],
  ])('if %s was on its way when its call was aborted', async (_, code) => {
    const runtime = makeRuntime();
    runtime.eval('0');
    const before = liveCounts().handles;
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController();
      const call = runtime.evalAsync(code, { signal: controller.signal });
      awaitHandles(before + 2);
      // The answer is complete; it comes when the host turns to its messages.
      controller.abort();
      expect(await reasonOf(call)).toBe(controller.signal.reason);
      // The host takes messages in their order, and so does the runtime.
      runtime.eval('0');
      expect(runtime.getStats().openResources).toBe(0);
      expect(liveCounts().handles).toBe(before);
    }
    expectUsable(runtime);
  });

  it('if the value of a promise that the host had kept pending was on its way', async () => {
    const runtime = makeRuntime();
    let reach = (): void => {};
    let open = (): void => {};
    runtime.bindFunction('gate', () => {
      reach();
      return new Promise<void>((resolve) => {
        open = resolve;
      });
    });
    const before = liveCounts().handles;
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController();
      const reached = new Promise<void>((resolve) => {
        reach = resolve;
      });
      const code = 'gate().then(() => ({ f() {}, g() {} }))';
      const call = runtime.evalAsync(code, { signal: controller.signal });
      await reached;
      open();
      await null;
      awaitHandles(before + 2);
      controller.abort();
      expect(await reasonOf(call)).toBe(controller.signal.reason);
      runtime.eval('0');
      expect(runtime.getStats().openResources).toBe(1);
      expect(liveCounts().handles).toBe(before);
    }
    expectUsable(runtime);
  });

  it('if the runtime was closed with a call under way that they were arguments of', async () => {
    for (let round = 0; round < 20; round++) {
      const runtime = makeRuntime();
      runtime.bindFunction('give', () => {});
      const before = liveCounts().handles;
      const call = runtime.evalAsync('give(() => 1, { f() {} })');
      awaitHandles(before + 2);
      runtime.close();
      expect(await reasonOf(call)).toBeInstanceOf(RuntimeClosedError);
      await expectAllReleased();
    }
  });

  it('if a getter of the value aborted the call', async () => {
    const runtime = makeRuntime();
    let controller = new AbortController();
    runtime.bindFunction('abort', () => controller.abort());
    runtime.eval('0');
    const before = runtime.getStats().openResources;
    for (let round = 0; round < 20; round++) {
      controller = new AbortController();
      const code = '(async () => { await null; return { f() {}, get g() { abort(); return () => 1; } }; })()';
      const call = runtime.evalAsync(code, { signal: controller.signal });
      expect(await reasonOf(call)).toBe(controller.signal.reason);
      runtime.eval('0');
      expect(runtime.getStats().openResources).toBe(before);
    }
    expectUsable(runtime);
  });
});

// In children, because they need --expose-gc: what the host holds for a plugin is seen by what is collected. `made()`
// makes a function that is counted; `gone(n)` waits until n of them have been collected.
const counting = `
  let collected = 0;
  const registry = new FinalizationRegistry(() => { collected += 1; });
  const count = (object) => { registry.register(object); return object; };
  const made = () => count(() => 1);
  const gone = async (wanted) => {
    for (let round = 0; round < 100 && collected < wanted; round++) { await turn(); gc(); }
    return collected;
  };
  const aborted = (call, signal) => call.then(
    () => { throw new Error('not aborted'); },
    (error) => { if (error !== signal.reason) throw error; },
  );
  const patient = { timeout: 60_000 };
  const usable = (runtime) => runtime.eval('6 * 7', patient) === 42 && runtime.eval('Promise.resolve(1)', patient) === 1;
  const churning = '() => { let junk = []; for (let i = 0; i < 20_000; i++) junk.push(new Array(50).fill(i)); return junk.length; }';
`;

/** Runs `body` in a child, as an async function with a runtime; it must end with these lines. */
function expectGone(body: string, lines: string[], config = '{}'): Promise<void> {
  const script = `${counting}
    (async () => {
      const runtime = new Runtime(${config});
      runtime.eval('0', patient);
      ${body}
      console.log(usable(runtime), runtime.getStats().openResources);
      runtime.close();
      console.log(awaitThreads(0), JSON.stringify(live()));
    })();
  `;
  const end = 'true {"runtimes":0,"threads":0,"handles":0,"lost":0}';
  return expectChild(script, [...lines, end], { nodeArgs: ['--expose-gc'] });
}

describe('host functions are let go of', () => {
  it.each([
    ['the value', 'return { f: made(), g: [made()] };', 2],
    ['the error', 'throw count(new Error("late"));', 1],
    ['the value of the promise', 'return Promise.resolve().then(() => ({ f: made(), g: [made()] }));', 2],
    [
      'the error of the promise',
      'return Promise.resolve().then(() => { throw count(new Error("late")); });',
      1,
    ],
  ])('if %s of a host function came after the end of the call', async (_, ending, each) => {
    const body = `
      let controller;
      runtime.bindFunction('late', () => { controller.abort(); ${ending} });
      for (let round = 0; round < 20; round++) {
        controller = new AbortController();
        const { signal } = controller;
        await aborted(runtime.evalAsync('late()', { signal }), signal);
      }
      console.log(await gone(${20 * each}));
    `;
    await expectGone(body, [`${20 * each}`, 'true 1']);
  });

  it('if they were arguments of a call that was put aside, and then aborted', async () => {
    const body = `
      runtime.eval('var calls = 0; 0');
      const fn = runtime.eval('() => { calls += 1; }');
      let call;
      runtime.bindFunction('busy', () => {
        const controller = new AbortController();
        const { signal } = controller;
        const bound = fn.with({ signal, this: { f: made() } });
        call = aborted(bound.callAsync(made(), { g: made() }), signal);
        controller.abort();
      });
      for (let round = 0; round < 20; round++) {
        await runtime.evalAsync('busy()');
        await call;
      }
      console.log(runtime.eval('calls'), await gone(60));
      fn.close();
    `;
    await expectGone(body, ['0 60', 'true 1']);
  });

  it('if they were arguments of a call whose time was up before its turn', async () => {
    const body = `
      runtime.eval('var calls = 0; 0');
      const fn = runtime.eval('() => { calls += 1; }');
      let late;
      runtime.bindFunction('busy', () => {
        const bound = fn.with({ timeout: 1, this: { f: made() } });
        late = bound.callAsync(made(), { g: made() }).catch((error) => error.code);
        const end = performance.now() + 5;
        while (performance.now() < end);
      });
      for (let round = 0; round < 20; round++) {
        await runtime.evalAsync('busy()', patient);
        if ((await late) !== 'ERR_TIMEOUT') throw new Error('in time');
      }
      console.log(runtime.eval('calls'), await gone(60));
      fn.close();
    `;
    await expectGone(body, ['0 60', 'true 1']);
  });

  it('if they were to be bound, and the time was up before', async () => {
    const body = `
      const controller = new AbortController();
      const { signal } = controller;
      const busy = aborted(runtime.evalAsync('for (;;);', { signal, ...patient }), signal);
      const bind = () => {
        console.log(codeOf(() => runtime.bindFunction('f', made())));
        console.log(codeOf(() => runtime.bindObject('o', { f: made(), g: made() })));
      };
      bind();
      controller.abort();
      await busy;
      console.log(runtime.eval('typeof f + typeof o', patient), await gone(3));
    `;
    const lines = ['ERR_TIMEOUT', 'ERR_TIMEOUT', 'undefinedundefined 3', 'true 0'];
    await expectGone(body, lines, '{ timeout: 20 }');
  });

  it('if what came before them could not be made', async () => {
    const body = `
      const churn = runtime.eval(churning);
      const take = runtime.eval('() => {}');
      const tooLarge = new ArrayBuffer(32 * 1024 * 1024);
      for (let round = 0; round < 5; round++) {
        console.log(codeOf(() => take(tooLarge, made(), { f: made() })));
      }
      console.log(await gone(10));
      // These have been made when the buffer was refused, and go when the plugin's side of them is collected.
      for (let round = 0; round < 5; round++) codeOf(() => take(made(), [made()], tooLarge, made()));
      console.log((await gone(15)) >= 15);
      for (let round = 0; round < 100 && collected < 25; round++) { churn(); await turn(); gc(); }
      console.log(collected);
      churn.close();
      take.close();
    `;
    const lines = [...Array(5).fill('ERR_JAVASCRIPT'), '10', 'true', '25', 'true 0'];
    await expectGone(
      body,
      lines,
      '{ maxHeapSize: 24 * 1024 * 1024, maxSerializationBytes: 64 * 1024 * 1024 }',
    );
  });
});
