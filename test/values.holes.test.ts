import { describe, expect, it } from 'vitest';
import { checkReleases, makeRuntime } from './support/runtimes.js';

checkReleases();

describe('holes', () => {
  it.each<[what: string, target: object, property: PropertyDescriptor]>([
    ['a value of Array.prototype', Array.prototype, { value: 'patched', writable: true }],
    ['an enumerable one', Array.prototype, { value: 'patched', enumerable: true }],
    ['undefined', Array.prototype, { value: undefined }],
    ['a value of Object.prototype', Object.prototype, { value: { patched: true } }],
    [
      'a getter',
      Array.prototype,
      {
        get: () => {
          throw new Error('read');
        },
      },
    ],
  ])('stay holes whatever they read as: %s', (_, target, property) => {
    const runtime = makeRuntime();
    const keysOf = runtime.eval<(...values: unknown[]) => string>(
      '(...values) => JSON.stringify(values.map((value) => [value.length, ...Object.keys(value)]))',
    );
    const long = Array.from({ length: 100 }, (_, i) => i);
    for (let i = 1; i < 99; i++) delete long[i];
    // biome-ignore lint/suspicious/noSparseArray: holes are what is tested
    const values = [[0, , 2], [{}, , keysOf], new Array(2), Object.assign([0, , 2], { name: 'a' }), long];
    for (const value of values) delete value[1];
    let keys = '';
    // Only around the call: the test's own tools use arrays, too.
    Object.defineProperty(target, 1, { ...property, configurable: true });
    try {
      keys = keysOf(...values);
    } finally {
      Reflect.deleteProperty(target, 1);
    }
    expect(JSON.parse(keys)).toStrictEqual([
      [3, '0', '2'],
      [3, '0', '2'],
      [2],
      [3, '0', '2', 'name'],
      [100, '0', '99'],
    ]);
  });
});
