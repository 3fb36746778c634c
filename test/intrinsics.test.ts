import vm from 'node:vm';
import type { RuntimeConfig } from 'isolet';
import { describe, expect, it } from 'vitest';
import { describeIntrinsics } from './support/intrinsics.js';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

/**
 * What Node adds to V8's intrinsics, and a runtime does not have: V8's `console` writes to an inspector, and the two
 * functions of WebAssembly take a `Response` of `fetch`. (What Node takes away, `Intl.v8BreakIterator`, a runtime
 * must take away as well.)
 */
const addedByNode = [
  'delete globalThis.console',
  'delete WebAssembly.compileStreaming',
  'delete WebAssembly.instantiateStreaming',
];

/** The realm that Node itself makes, less what it adds. */
function walkOfNode(): string[] {
  // A context without a sandbox object behind its global, where this Node.js (22.8 and later) has that.
  const plain = (vm.constants as unknown as { DONT_CONTEXTIFY?: vm.Context } | undefined)?.DONT_CONTEXTIFY;
  const context = vm.createContext(plain ?? {});
  for (const code of addedByNode) vm.runInContext(code, context);
  return JSON.parse(vm.runInContext(describeIntrinsics, context) as string) as string[];
}

/** What a runtime has beyond ECMAScript and WebAssembly. */
const streams = [
  'ReadableStream',
  'ReadableStreamDefaultReader',
  'ReadableStreamBYOBReader',
  'ReadableStreamDefaultController',
  'WritableStream',
  'WritableStreamDefaultWriter',
  'TransformStream',
  'ByteLengthQueuingStrategy',
  'CountQueuingStrategy',
];

function walkOfRuntime(config?: RuntimeConfig): string[] {
  const runtime = makeRuntime(config);
  for (const name of streams) expect(runtime.eval(`delete globalThis.${name}`)).toBe(true);
  return JSON.parse(runtime.eval<string>(describeIntrinsics)) as string[];
}

/** These are proxies of the engine's own, which show no name when printed, and differ in nothing else. */
const metered = ['ArrayBuffer', 'SharedArrayBuffer', 'Module', 'Instance', 'Memory', 'Tag'];
/** And these under a heap limit. */
const meteredUnderLimit = [
  ...metered,
  ...[
    'Segmenter',
    'RelativeTimeFormat',
    'DurationFormat',
    'DisplayNames',
    'ListFormat',
    'Locale',
    'PluralRules',
  ],
  ...['Collator', 'NumberFormat', 'DateTimeFormat'],
];

function asPrintedByProxies(walk: string[], proxies: string[]): string[] {
  const own = new RegExp(` function (${proxies.join('|')})\\(\\) \\{ \\[native code\\] \\}$`);
  return walk.map((line) => line.replace(own, ' function () { [native code] }'));
}

/** The first lines that differ: both lists whole would be unreadable. */
function differences(one: string[], other: string[]): string[] {
  const [ofOne, ofOther] = [new Set(one), new Set(other)];
  const missing = one.filter((line) => !ofOther.has(line)).map((line) => `only in node:vm: ${line}`);
  const added = other.filter((line) => !ofOne.has(line)).map((line) => `only in the runtime: ${line}`);
  return [...missing.slice(0, 20), ...added.slice(0, 20)];
}

describe('all intrinsics of a runtime', () => {
  it.each<[name: string, config: RuntimeConfig]>([
    ['by default', {}],
    ['with a heap limit', { maxHeapSize: 64 << 20 }],
    ['with an initial heap', { maxHeapSize: 64 << 20, initialHeapSize: 8 << 20 }],
    ['with a small stack', { stackSize: 512 << 10 }],
    ['with a bootstrap script', { bootstrap: '0' }],
  ])('%s are those of a context of the same Node.js', (_, config) => {
    const found = walkOfRuntime(config);
    const wanted = asPrintedByProxies(
      walkOfNode(),
      config.maxHeapSize === undefined ? metered : meteredUnderLimit,
    );
    expect(differences(wanted, found)).toStrictEqual([]);
    expect(found).toStrictEqual(wanted);
  });

  it('are seen by the walk', () => {
    const walk = walkOfRuntime();
    expect(walk.length).toBeGreaterThan(2500);
    expect(walk).toContain('globalThis.Math.E --- number 2.718281828459045');
    expect(walk).toContain('globalThis.WebAssembly w-c globalThis.WebAssembly');
    expect(walk).toContain('globalThis.Array.prototype.map.length --c number 1');
    expect(walk.filter((line) => line.includes('.next w-c ')).length).toBeGreaterThan(6);
    expect(walk.filter((line) => line.includes('.[Symbol.toStringTag] --c string')).length).toBeGreaterThan(
      30,
    );
    expect(walk.filter((line) => line.startsWith('globalThis.console'))).toStrictEqual([]);
  });

  it('are the same in every runtime, and nobody else is touched by changing them', () => {
    const before = walkOfNode();
    const hostile = makeRuntime();
    hostile.eval(
      'for (const key of Reflect.ownKeys(Array.prototype)) { try { Array.prototype[key] = () => "evil"; } catch {} } Math.E2 = 1;',
    );
    expect(walkOfRuntime()).toStrictEqual(walkOfRuntime());
    expect(walkOfNode()).toStrictEqual(before);
  });
});
