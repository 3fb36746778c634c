import { describe, it } from 'vitest';
import { expectChild } from './support/child.js';

// V8 keeps the elements of some objects in a dictionary and makes room for all indices of others, and which it does
// depends on their history. A plugin has the first kind; made anew at the host they must not become the second.
const nodeArgs = ['--max-old-space-size=128'];

describe('what takes little memory in the plugin takes little at the host', () => {
  it('arrays of great length with nothing in them', async () => {
    const script = `
      const runtime = new Runtime({ maxHeapSize: 32 * 1024 * 1024 });
      const arrays = runtime.eval(\`Array.from({ length: 100 }, () => {
        const array = [];
        array[4e9] = 'makes it a dictionary';
        delete array[4e9];
        array.length = 2 ** 25 - 1;
        return array;
      })\`);
      console.log(arrays.length, arrays[99].length, Object.keys(arrays[99]).length);`;
    await expectChild(script, ['100 33554431 0'], { nodeArgs });
  });

  it.each([
    ['objects', '{}'],
    ['arrays', '[]'],
    ['errors', 'new Error("e")'],
  ])('%s with one element far out', async (_, empty) => {
    const script = `
      const runtime = new Runtime({ maxHeapSize: 64 * 1024 * 1024 });
      const objects = runtime.eval(\`Array.from({ length: 20_000 }, () => {
        const object = ${empty};
        object[5000] = 'makes it a dictionary';
        object[1022] = 'far';
        delete object[5000];
        if (Array.isArray(object)) object.length = 1023;
        return object;
      })\`);
      const { length } = objects;
      console.log(length, objects.every((object) => object[1022] === 'far' && Object.keys(object).length === 1));`;
    await expectChild(script, ['20000 true'], { nodeArgs });
  });

  it('elements near each other and far apart are all there', async () => {
    const script = `
      const runtime = new Runtime();
      const indices = [0, 1, 31, 64, 65, 98, 131, 1000, 1001, 5000, 2 ** 29, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32];
      const [object, array] = runtime.eval(\`[{}, []].map((value) => {
        for (const index of \${JSON.stringify(indices)}) value[index] = index;
        return value;
      })\`);
      const isPlain = (value) => Object.values(Object.getOwnPropertyDescriptors(value))
        .every((property) => property.enumerable && property.writable && property.configurable);
      console.log(JSON.stringify(object) === JSON.stringify(Object.fromEntries(indices.map((i) => [i, i]))));
      console.log(Object.keys(array).join() === indices.join(), array.length, isPlain(object));`;
    await expectChild(script, ['true', 'true 4294967295 true']);
  });
});

describe('errors from a plugin', () => {
  it('are made without formatting a stack of the host', async () => {
    const script = `
      let calls = 0;
      const runtime = new Runtime();
      Error.prepareStackTrace = () => { calls++; return 'prepared'; };
      const error = runtime.eval('new RangeError("m")');
      Error.prepareStackTrace = undefined;
      console.log(calls, error instanceof RangeError, error.stack);
      console.log(Object.getOwnPropertyDescriptor(error, 'stack').enumerable);`;
    await expectChild(script, ['0 true RangeError: m', '    at <eval>:1:1', 'false']);
  });
});
