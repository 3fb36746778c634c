import { type JsFunction, type Runtime, TimeoutError } from 'isolet';
import { describe, expect, it } from 'vitest';
import { expectChild } from './support/child.js';
import { errorOf } from './support/errors.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();

/** Long enough never to be met. */
const never = 600_000;

/** Not met before the script has begun, on a machine that is busy. */
const afterStart = 500;

function expectTimeout(call: () => unknown, kind: 'wall' | 'cpu', limit: number): TimeoutError {
  const error = errorOf(call, TimeoutError);
  expect(error).toMatchObject({ code: 'ERR_TIMEOUT', kind, limit });
  expect(error.elapsed).toBeGreaterThanOrEqual(limit);
  return error;
}

/** Keeps the host's thread busy for so many milliseconds. */
function spin(duration: number): void {
  const end = performance.now() + duration;
  while (performance.now() < end);
}

/** Keeps a plugin busy for so many milliseconds of wall time; returns `done`. */
const busy = (duration: number) =>
  `{ const end = Date.now() + ${duration}; while (Date.now() < end); "done" }`;

const loops: [where: string, code: string][] = [
  ['a script', 'for (;;);'],
  ['a script with a catch and a finally', 'for (;;) { try { for (;;); } catch {} finally { for (;;); } }'],
  ['a function', '(function f() { while (true) { Math.random(); } })()'],
  ['an async function', '(async () => { await null; for (;;); })()'],
  ['a microtask', 'Promise.resolve().then(() => { for (;;); })'],
  ['microtasks without end', '(function next() { return Promise.resolve().then(next); })()'],
  [
    'microtasks without end, not awaited',
    '(function next() { Promise.resolve().then(next); })(); new Promise(() => {})',
  ],
  ['a generator', '[...(function* () { for (;;) yield* []; })()]'],
  ['a getter of the result', '({ get x() { for (;;); } })'],
  ['a getter deep in the result', '[new Map([[1, { get x() { for (;;); } }]])]'],
  ['a trap of a proxy in the result', 'new Proxy({}, { ownKeys() { for (;;); } })'],
  ['a then of the result', '(async () => ({ then() { for (;;); } }))()'],
  ['a toString', '"" + { toString() { for (;;); } }'],
  ['a callback of a built-in', '[1].map(() => { for (;;); })'],
  ['a comparison of sort', '[3, 2, 1].sort(() => { for (;;); })'],
  ['a regular expression', '/^(a+)+$/.test("a".repeat(60) + "b")'],
  ['a replace callback', '"x".replace(/x/, () => { for (;;); })'],
  ['a JSON reviver', 'JSON.parse("[1]", () => { for (;;); })'],
  ['eval', 'eval("for (;;);")'],
  ['new Function', 'new Function("for (;;);")()'],
  ['recursion that ends too late', '(function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2); })(100)'],
];

describe.each<['wall' | 'cpu', 'timeout' | 'cpuTimeout']>([
  ['wall', 'timeout'],
  ['cpu', 'cpuTimeout'],
])('the %s limit', (kind, option) => {
  it.each(loops)('stops a loop in %s', (_, code) => {
    const runtime = makeRuntime();
    expectTimeout(() => runtime.eval(code, { [option]: 50 }), kind, 50);
    expectUsable(runtime);
    expectTimeout(() => runtime.eval(code, { [option]: 20 }), kind, 20);
    expectUsable(runtime);
  });

  it('of the runtime holds for every call that sets none', () => {
    const runtime = makeRuntime({ [option]: 250 });
    const loop = runtime.eval<JsFunction>('() => { for (;;); }', { [option]: never });
    expectTimeout(() => runtime.eval('for (;;);'), kind, 250);
    expectTimeout(() => loop(), kind, 250);
    expectUsable(runtime);
  });

  it('of a call is the one that counts for it, be it shorter or longer', () => {
    const runtime = makeRuntime({ [option]: 250 });
    const work = runtime.eval<JsFunction>(`() => eval('${busy(400)}')`, { [option]: never });
    expectTimeout(() => runtime.eval('for (;;);', { [option]: 20 }), kind, 20);
    expectTimeout(() => work.with({ [option]: 20 })(), kind, 20);
    expect(work.with({ [option]: never })()).toBe('done');
    expect(runtime.eval(busy(400), { [option]: never })).toBe('done');
    expectTimeout(() => runtime.eval('for (;;);'), kind, 250);
    expectUsable(runtime);
  });

  it('stops a loop that calls the host again and again', () => {
    const runtime = makeRuntime();
    let calls = 0;
    runtime.bindFunction('host', () => {
      calls += 1;
    });
    expectTimeout(() => runtime.eval('for (;;) host();', { [option]: afterStart }), kind, afterStart);
    expect(calls).toBeGreaterThan(0);
    const before = calls;
    expectUsable(runtime);
    expect(calls).toBe(before);
  });

  it('stops the bootstrap script', () => {
    const runtime = makeRuntime({ bootstrap: 'for (;;);', [option]: 50 });
    expectTimeout(() => runtime.eval('1'), kind, 50);
  });

  it('may be a fraction of a millisecond', () => {
    const runtime = makeRuntime();
    expectTimeout(() => runtime.eval('for (;;);', { [option]: 0.25 }), kind, 0.25);
    expectUsable(runtime);
  });

  it('in the middle of promise callbacks discards those still queued, and none of later calls', () => {
    const runtime = makeRuntime();
    const callbacks = `
      var log = [];
      Promise.resolve().then(() => { log.push("first"); for (;;); });
      Promise.resolve().then(() => log.push("discarded"));
      0`;
    expectTimeout(() => runtime.eval(callbacks, { [option]: afterStart }), kind, afterStart);
    runtime.eval('Promise.resolve().then(() => log.push("later")); 0');
    expect(runtime.eval('log')).toStrictEqual(['first', 'later']);
  });

  it('discards the promise callbacks that the script has queued', () => {
    const runtime = makeRuntime();
    const code =
      'var log = []; Promise.resolve().then(() => log.push("discarded")); (async () => { await 1; log.push("too"); })(); for (;;);';
    expectTimeout(() => runtime.eval(code, { [option]: afterStart }), kind, afterStart);
    expect(runtime.eval('Promise.resolve().then(() => log.push("later")); log')).toStrictEqual(['later']);
    expectUsable(runtime);
  });

  it('in a nested call leaves the callbacks of the outer one', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('nested', () => {
      expectTimeout(() => runtime.eval('for (;;);', { [option]: 50 }), kind, 50);
    });
    runtime.eval('var log = []; Promise.resolve().then(() => log.push("outer")); nested();');
    expect(runtime.eval('log')).toStrictEqual(['outer']);
  });

  it('ends a built-in among the callbacks that the script has queued', () => {
    const runtime = makeRuntime();
    const stuck = 'Promise.resolve(1).then(Array.prototype.indexOf.bind({ length: 2 ** 53 - 1 }));';
    expectTimeout(() => runtime.eval(`${stuck} for (;;);`, { [option]: 50 }), kind, 50);
  });

  it('leaves what the script did before in place', () => {
    const runtime = makeRuntime();
    const code = 'var kept = "kept"; let also = "also"; for (;;);';
    expectTimeout(() => runtime.eval(code, { [option]: afterStart }), kind, afterStart);
    expect(runtime.eval('[kept, also]')).toStrictEqual(['kept', 'also']);
    expectUsable(runtime);
  });
});

describe('both limits', () => {
  it('hold together: the one that runs out first is told', () => {
    const runtime = makeRuntime();
    expectTimeout(() => runtime.eval('for (;;);', { timeout: 50, cpuTimeout: never }), 'wall', 50);
    expectTimeout(() => runtime.eval('for (;;);', { timeout: never, cpuTimeout: 50 }), 'cpu', 50);
    expectUsable(runtime);
  });
});

describe('time that the host takes', () => {
  function withSpinning(): Runtime {
    const runtime = makeRuntime();
    runtime.bindFunction('spin', spin);
    return runtime;
  }

  it('counts for timeout: the call ends when it is back from the host', () => {
    const runtime = withSpinning();
    expectTimeout(() => runtime.eval('spin(200); for (;;);', { timeout: 50 }), 'wall', 50);
    expectTimeout(() => runtime.eval('for (;;) spin(100);', { timeout: 50 }), 'wall', 50);
    expectUsable(runtime);
  });

  it('does not count for cpuTimeout', () => {
    const runtime = withSpinning();
    expect(runtime.eval('spin(150); spin(150); "passed"', { cpuTimeout: 100 })).toBe('passed');
    expectTimeout(() => runtime.eval('spin(150); for (;;);', { cpuTimeout: 50 }), 'cpu', 50);
    expectUsable(runtime);
  });
});

describe('nested calls', () => {
  it('with a timeout of their own leave the outer one running', () => {
    const runtime = makeRuntime();
    const caught: TimeoutError[] = [];
    runtime.bindFunction('attempt', (code: string) => {
      caught.push(expectTimeout(() => runtime.eval(code, { timeout: 30 }), 'wall', 30));
      return 'stopped';
    });
    const code = 'let log = []; for (let i = 0; i < 3; i++) log.push(attempt("for (;;);")); log';
    expect(runtime.eval(code, { timeout: never })).toStrictEqual(['stopped', 'stopped', 'stopped']);
    expect(runtime.eval(code.replace('let log', 'log'))).toStrictEqual(['stopped', 'stopped', 'stopped']);
    expect(caught).toHaveLength(6);
    expectUsable(runtime);
  });

  it('are stopped by the timeout of the outer one, which does not go on', () => {
    const runtime = makeRuntime();
    let went = false;
    runtime.bindFunction('attempt', () => {
      errorOf(() => runtime.eval('for (;;);'), TimeoutError);
      return 'caught';
    });
    runtime.bindFunction('on', () => {
      went = true;
    });
    expectTimeout(() => runtime.eval('attempt(); on(); for (;;);', { timeout: 50 }), 'wall', 50);
    expect(went).toBe(false);
    expectUsable(runtime);
  });

  it('with a longer timeout are still stopped by the outer one', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('inner', () => runtime.eval('for (;;);', { timeout: never }));
    expectTimeout(() => runtime.eval('inner()', { timeout: 50 }), 'wall', 50);
    expectUsable(runtime);
  });

  // In a child: what went wrong once was that the host waited for ever.
  it('that begin when the outer one has ended are stopped for its reason', async () => {
    const script = `
      const runtime = new Runtime();
      const controller = new AbortController();
      const reasons = [];
      let late;
      runtime.bindFunction('nested', () => {
        late();
        for (const call of [() => runtime.eval('for (;;);'), () => runtime.bindFunction('f', () => 1)]) {
          reasons.push(codeOf(call));
        }
      });
      const spin = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
      const tell = (code) => console.log(code, reasons.splice(0).join(), runtime.eval('6 * 7'));
      (async () => {
        late = () => spin(${afterStart + 50});
        tell(codeOf(() => runtime.eval('nested()', { timeout: ${afterStart} })));
        tell(await runtime.evalAsync('nested()', { timeout: ${afterStart} }).catch((error) => error.code));
        late = () => { controller.abort(); spin(20); };
        tell(await runtime.evalAsync('nested()', { signal: controller.signal }).catch((error) => error.name));
        runtime.close();
        console.log(awaitThreads(0), JSON.stringify(live()));
      })();
    `;
    const timedOut = 'ERR_TIMEOUT ERR_TIMEOUT,ERR_TIMEOUT 42';
    await expectChild(script, [
      timedOut,
      timedOut,
      'AbortError ABORT_ERR,ABORT_ERR 42',
      'true {"runtimes":0,"threads":0,"handles":0,"lost":0}',
    ]);
  });

  it('in another runtime have only their own limit', () => {
    const [outer, inner] = [makeRuntime(), makeRuntime()];
    outer.bindFunction(
      'inner',
      () => expectTimeout(() => inner.eval('for (;;);', { timeout: 50 }), 'wall', 50).code,
    );
    expect(outer.eval('inner()', { timeout: never })).toBe('ERR_TIMEOUT');
    expectUsable(outer);
    expectUsable(inner);
  });

  it('that time out are an error of that name in the outer script', () => {
    const runtime = makeRuntime();
    runtime.bindFunction('inner', () => runtime.eval('for (;;);', { timeout: 30 }));
    expect(runtime.eval('try { inner() } catch (e) { [e instanceof Error, e.name, e.code] }')).toStrictEqual([
      ...[true, 'TimeoutError', 'ERR_TIMEOUT'],
    ]);
    expectUsable(runtime);
  });
});
