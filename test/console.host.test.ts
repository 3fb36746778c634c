import { afterEach, describe, expect, it, vi } from 'vitest';
import { runChild } from './support/child.js';
import { checkReleases, expectUsable, makeRuntime } from './support/runtimes.js';

checkReleases();
afterEach(() => {
  vi.restoreAllMocks();
});

type Method = 'log' | 'info' | 'warn' | 'error' | 'debug';

/** What the code of a runtime called `plug` prints on the host's console. */
function printedBy(code: string, name: string | undefined = 'plug'): [Method, ...unknown[]][] {
  const printed: [Method, ...unknown[]][] = [];
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      printed.push([method, ...args]);
    });
  }
  makeRuntime({ name, timeout: 60_000, enableConsole: true }).eval(code);
  vi.restoreAllMocks();
  return printed;
}

/** Of code that only logs. */
const linesOf = (code: string) => printedBy(code).map(([, text]) => text);

describe('the console of the host', () => {
  it('prints under the name of the runtime, by level', () => {
    const printed = ['log', 'info', 'warn', 'error', 'debug'].map((level) => [level, '[plug] text 1']);
    expect(
      printedBy('for (const m of ["log", "info", "warn", "error", "debug"]) console[m]("text", 1)'),
    ).toStrictEqual(printed);
    expect(printedBy('console.trace("here")')).toStrictEqual([
      ['error', expect.stringMatching(/^\[plug\] here Trace\n\[plug\] {5}at /)],
    ]);
    expect(printedBy('console.assert(false, "why")')).toStrictEqual([
      ['error', '[plug] Assertion failed: why'],
    ]);
  });

  it('prints under a name also without one given', () => {
    const printed: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((...args: unknown[]) => printed.push(...args));
    makeRuntime({ timeout: 60_000, enableConsole: true }).eval('console.log("x")');
    expect(printed).toStrictEqual(['[isolet] x']);
  });

  it('puts the name in front of each line', () => {
    expect(
      linesOf('console.log("a\\nb\\n"); console.log({ text: "y".repeat(100), more: "z".repeat(100) })'),
    ).toEqual([
      '[plug] a\n[plug] b\n[plug] ',
      expect.stringMatching(/^\[plug\] \{\n\[plug\] {3}text: .+\n\[plug\] {3}more: .+\n\[plug\] \}$/),
    ]);
    expect(linesOf('console.log(); console.log("")')).toStrictEqual(['[plug] ', '[plug] ']);
  });

  it('shows values as Node does', () => {
    expect(linesOf('console.log({ a: [1, "x"], f() {} }, new Map([[1, 2]]), -0, 5n, null)')).toStrictEqual([
      "[plug] { a: [ 1, 'x' ], f: '[Function: f]' } Map(1) { 1 => 2 } -0 5n null",
    ]);
    expect(linesOf('console.dir({ a: { b: { c: {} } } }); console.dir("text")')).toStrictEqual([
      '[plug] { a: { b: { c: {} } } }',
      "[plug] 'text'",
    ]);
    expect(linesOf('console.log(new RangeError("bad"))')[0]).toMatch(
      /^\[plug\] RangeError: bad\n\[plug\] {5}at /,
    );
  });

  it.each<[what: string, code: string]>([
    [
      'in lists',
      'const s = "x".repeat(500); const a = Array(100).fill(s); const b = Array(100).fill(a); console.log([b, b, b])',
    ],
    ['under many keys', 'console.log(o(500, o(500, o(500, 1))))'],
    [
      'in a Map',
      'const m = (v) => new Map(o(90, v) && Object.entries(o(90, v))); console.log(m(m(m("x".repeat(500)))))',
    ],
    ['under keys that are long', 'const l = { ["k".repeat(20_000)]: 1 }; console.log([Array(100).fill(l)])'],
    ['under names in lists', 'const l = Object.assign([], o(500, 1)); console.log([o(500, l)])'],
    ['that is an error', 'const e = new Error("m".repeat(20_000)); console.log([Array(100).fill(e)])'],
    ['that is a cause', 'const c = new Error("c", { cause: o(500, 1) }); console.log([o(500, c)])'],
    ['that is a large bigint', 'const n = [2n ** 100_000n]; console.log([Array(100).fill(n)])'],
    [
      'that is a text of its own class',
      'const t = new String("t".repeat(20_000)); console.log([Array(100).fill(t)])',
    ],
    ['that is a bigint of its own class', 'console.log([Array(100).fill(Object(2n ** 500_000n))])'],
    [
      'under names behind one that looks like an index',
      'const l = Object.assign([], o(200, 1), { 4294967295: 1 }); const m = Object.assign([], o(200, l)); console.log(Object.assign([], o(200, m)))',
    ],
    ['that is many lines', 'console.log([Array(6).fill("\\n".repeat(10_000))])'],
    [
      'that is an error of many lines',
      'const e = new Error(); e.stack = "\\n".repeat(10_000); console.log([Array(10).fill(e)])',
    ],
    ['in many arguments', 'const a = o(300, o(300, 1)); console.log(...Array(100).fill(a))'],
    ['under a format for more', 'const a = o(300, o(300, 1)); console.log("%o %O %j %s", a, a, a, a)'],
    ['under a format that shows four levels', 'console.log("%o", o(9, o(9, o(9, o(9, o(9, 1))))))'],
    ['in a list of names', 'console.table(o(500, o(500, o(500, 1))))'],
    ['in what is shown alone', 'console.dir(o(500, o(500, o(500, 1))))'],
  ])('shows no more than fits of one part in many places: %s', (_, code) => {
    const many = 'const o = (n, v) => Object.fromEntries(Array.from({ length: n }, (_, i) => ["k" + i, v]));';
    const [line = ''] = linesOf(`${many} ${code}`);
    expect(String(line).length).toBeLessThan(400_000);
    expect(line).toMatch(/too large to be shown|\[Object\]/);
  });

  it('cuts a text of very many lines', () => {
    const lines = linesOf(
      'for (let i = 0; i < 20; i++) console.group(i); console.log("\\n".repeat(60_000)); console.log("after")',
    );
    expect(String(lines[20]).length).toBeLessThan(600_000);
    expect(lines[20]).toMatch(/…$/);
    expect(lines[21]).toMatch(/after$/);
  });

  it('shows what is large and simple', () => {
    expect(
      linesOf('console.log(Array.from({ length: 5000 }, (_, i) => i), { text: "x".repeat(9000) })')[0],
    ).toMatch(/4900 more items[\s\S]*x{9000}/);
  });

  it('applies formats once', () => {
    expect(
      linesOf(
        'console.log("%s is %d, %i, %f, %j %o %c%%", "x", 4.5, 4.7, 1.5, { a: 1 }, [2], "color: red", "rest")',
      ),
    ).toStrictEqual([expect.stringMatching(/^\[plug\] x is 4\.5, 4, 1\.5, \{ a: 1 \} .+ % rest$/)]);
    expect(
      linesOf(
        'console.log("%s", "%s", "z"); console.log("100%"); console.log("%s"); console.log(5, "%s", 6)',
      ),
    ).toStrictEqual(['[plug] %s z', '[plug] 100%', '[plug] %s', '[plug] 5 %s 6']);
  });

  it('shows what is small in bytes and large as JSON without making it large', () => {
    expect(
      linesOf(
        'const sparse = []; sparse[40_000_000] = 1; console.log("%j %%j", sparse); console.log(sparse)',
      ),
    ).toStrictEqual(['[plug] [ <40000000 empty items>, 1 ] %j', '[plug] [ <40000000 empty items>, 1 ]']);
  });

  it('escapes what a terminal obeys', () => {
    const text = linesOf(
      'console.log("\\u001b[2J|\\u0007|\\r|\\b|\\u009b|\\u007f|\\u202e|\\u2028|\\u2066|\\u0000|tab\\t|ß😀"); console.log("%s", "\\u001b]0;title\\u0007"); console.log({ "\\u001b[1m": "\\u009b1m" })',
    ).join('');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those must not be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u202e\u2066]/);
    expect(text).toContain(
      '\\u001b[2J|\\u0007|\\u000d|\\u0008|\\u009b|\\u007f|\\u202e|\\u2028|\\u2066|\\u0000|tab\t|ß😀',
    );
  });

  it('indents in groups, however many are opened and closed', () => {
    expect(
      linesOf(`console.group('one', 1); console.log('in'); console.group(); console.log('deeper\\nstill');
        console.groupEnd(); console.groupCollapsed('two'); console.groupEnd(); console.groupEnd();
        console.groupEnd(); console.groupEnd(); console.log('out');`),
    ).toStrictEqual([
      '[plug] one 1',
      '[plug]   in',
      '[plug]     deeper\n[plug]     still',
      '[plug]   two',
      '[plug] out',
    ]);
    const [deep] = linesOf('for (let i = 0; i < 10_000; i++) console.group(); console.log("x")');
    expect(String(deep).length).toBeLessThan(200);
  });

  it('indents each runtime for itself, and not the host', () => {
    const lines: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: unknown) => lines.push(line));
    const [a, b] = ['a', 'b'].map((name) => makeRuntime({ name, timeout: 60_000, enableConsole: true }));
    a?.eval('console.group("begin")');
    b?.eval('console.log("b")');
    console.log('host');
    a?.eval('console.log("a")');
    expect(lines).toStrictEqual(['[a] begin', '[b] b', 'host', '[a]   a']);
  });

  it('never clears', () => {
    const clear = vi.spyOn(console, 'clear').mockImplementation(() => {});
    expect(printedBy('console.clear(); console.log("after")')).toStrictEqual([['log', '[plug] after']]);
    expect(clear).not.toHaveBeenCalled();
  });

  it('that throws throws in the plugin, and the runtime lives', () => {
    const runtime = makeRuntime({ timeout: 60_000, enableConsole: true });
    vi.spyOn(console, 'log').mockImplementation(() => {
      throw new RangeError('no output');
    });
    expect(runtime.eval('try { console.log(1); } catch (e) { e.name; }')).toBe('RangeError');
    vi.restoreAllMocks();
    expectUsable(runtime);
  });

  it('writes to stdout and stderr of the process', async () => {
    const { code, stdout, stderr } = await runChild(`
      const runtime = new Runtime({ name: 'tenant-1', enableConsole: true, enableTimers: true });
      runtime.eval('console.log("one\\\\ntwo %d", 5); console.info("i"); console.debug("d"); console.warn("w"); console.error("e")');
      runtime.evalAsync('new Promise((resolve) => setTimeout(() => { console.log("later"); resolve(); }, 1))');
    `);
    expect({ code, stdout, stderr }).toStrictEqual({
      code: 0,
      stdout: ['one', 'two 5', 'i', 'd', 'later'].map((line) => `[tenant-1] ${line}\n`).join(''),
      stderr: '[tenant-1] w\n[tenant-1] e\n',
    });
  });
});
