// @ts-check
// Memory outside the V8 heap: buffers of every kind and WebAssembly memory. What V8 reserves and nobody has touched
// costs address space only, so each is written to.

const fullOrRefused = ['ERR_HEAP_LIMIT', 'RangeError'];

/** A module of one memory, exported as `m`, that starts with 16 pages of 64 KiB and may have 65,536. */
const memoryModule = `new WebAssembly.Module(new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 5, 6, 1, 1, 16, 128, 128, 4, 7, 5, 1, 1, 109, 2, 0,
]))`;

/** @type {import('../hostile-case.mjs').Script[]} */
export const memoryBuffers = [
  {
    name: 'array-buffers-kept',
    code: 'const a = []; for (;;) { const b = new Uint8Array(512 * 1024); b.fill(1); a.push(b); }',
    expect: fullOrRefused,
    why: 'the plain leak outside the heap',
  },
  {
    name: 'array-buffers-kept-and-refusals-caught',
    code: 'const a = []; for (;;) { try { a.push(new Uint8Array(512 * 1024).fill(1)); } catch {} }',
    expect: ['ERR_HEAP_LIMIT', 'ERR_TIMEOUT'],
    why: 'as above, by a script that does not give up',
  },
  {
    name: 'one-huge-array-buffer',
    code: 'new ArrayBuffer(2 ** 32).byteLength',
    expect: ['RangeError'],
    why: '4 GiB at once',
  },
  {
    name: 'one-array-buffer-past-all-sizes',
    code: 'new ArrayBuffer(2 ** 53 - 1)',
    expect: ['RangeError'],
    why: 'more than any address space',
  },
  {
    name: 'one-huge-typed-array',
    code: 'new Float64Array(2 ** 29).fill(1).length',
    expect: ['RangeError'],
    why: '4 GiB by way of a view',
  },
  {
    name: 'small-typed-arrays-kept',
    code: 'const a = []; for (;;) a.push(new Uint8Array(64).fill(1));',
    expect: fullOrRefused,
    why: 'lives in the heap itself until its buffer is asked for',
  },
  {
    name: 'small-array-buffers-kept',
    code: 'const a = []; for (;;) a.push(new Uint8Array(64).buffer);',
    expect: fullOrRefused,
    why: "64 bytes and an entry of malloc's each; V8 ends the process where it is refused moving one out of the heap",
  },
  {
    name: 'tiny-array-buffers-kept',
    code: 'const a = []; for (;;) a.push(new ArrayBuffer(1));',
    expect: fullOrRefused,
    why: 'each costs far more than its one byte, all of it outside the heap',
  },
  {
    name: 'typed-array-from-an-endless-iterator',
    code: 'new Uint8Array((function* () { for (;;) yield 1; })())',
    expect: fullOrRefused,
    why: 'collects all of it in a list first',
  },
  {
    name: 'slices-of-a-buffer-kept',
    code: 'const b = new Uint8Array(2 ** 20).fill(7).buffer, a = []; for (;;) a.push(b.slice(0));',
    expect: fullOrRefused,
    why: 'copies made by a builtin',
  },
  {
    name: 'one-resizable-buffer-grown',
    code: 'const b = new ArrayBuffer(0, { maxByteLength: 2 ** 30 }); for (let n = 2 ** 20; n <= 2 ** 30; n += 2 ** 20) { b.resize(n); new Uint8Array(b, n - 2 ** 20).fill(1); } b.byteLength',
    expect: fullOrRefused,
    why: 'reserved by mmap: the allocator never hears of it',
  },
  {
    name: 'many-resizable-buffers',
    code: 'const a = []; for (;;) { const b = new ArrayBuffer(2 ** 20, { maxByteLength: 2 ** 21 }); new Uint8Array(b).fill(1); a.push(b); }',
    expect: fullOrRefused,
    why: 'as above, many of them',
  },
  {
    name: 'many-resizable-buffers-untouched',
    code: 'const a = []; for (;;) a.push(new ArrayBuffer(0, { maxByteLength: 2 ** 32 }));',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    why: '4 GiB of address space each: the process runs out of that',
  },
  {
    name: 'shared-buffers-kept',
    code: 'const a = []; for (;;) a.push(new Uint8Array(new SharedArrayBuffer(2 ** 20)).fill(1));',
    expect: fullOrRefused,
    why: 'shared memory has an allocation path of its own',
  },
  {
    name: 'one-growable-shared-buffer-grown',
    code: 'const b = new SharedArrayBuffer(0, { maxByteLength: 2 ** 30 }); for (let n = 2 ** 20; n <= 2 ** 30; n += 2 ** 20) { b.grow(n); new Uint8Array(b, n - 2 ** 20).fill(1); } b.byteLength',
    expect: fullOrRefused,
    why: 'grows in place by mmap, and never shrinks',
  },
  {
    name: 'one-wasm-memory-grown',
    code: 'const m = new WebAssembly.Memory({ initial: 0, maximum: 65536 }); while (m.buffer.byteLength < 2 ** 30) { const at = m.grow(16) * 65536; new Uint8Array(m.buffer, at).fill(1); } m.buffer.byteLength',
    expect: fullOrRefused,
    why: 'WebAssembly memory never touches the allocator',
  },
  {
    name: 'one-wasm-memory-large-from-the-start',
    code: 'new Uint8Array(new WebAssembly.Memory({ initial: 16384 }).buffer).fill(1).length',
    expect: fullOrRefused,
    why: '1 GiB at once',
  },
  {
    name: 'many-wasm-memories',
    code: 'const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 16 }); new Uint8Array(m.buffer).fill(1); a.push(m); }',
    expect: fullOrRefused,
    why: '1 MiB and 10 GiB of address space each',
  },
  {
    name: 'many-wasm-memories-untouched',
    code: 'const a = []; for (;;) a.push(new WebAssembly.Memory({ initial: 1, maximum: 65536 }));',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    why: 'address space alone: the process and its other runtimes run out of it',
  },
  {
    name: 'shared-wasm-memory-grown',
    code: 'const m = new WebAssembly.Memory({ initial: 0, maximum: 16384, shared: true }); while (m.buffer.byteLength < 2 ** 30) { const at = m.grow(16) * 65536; new Uint8Array(m.buffer, at).fill(1); } m.buffer.byteLength',
    expect: fullOrRefused,
    why: 'shared memory that grows',
  },
  {
    name: 'wasm-memories-inside-instances',
    code: `const module = ${memoryModule}, a = []; for (;;) { const i = new WebAssembly.Instance(module); new Uint8Array(i.exports.m.buffer).fill(1); a.push(i); }`,
    expect: fullOrRefused,
    why: 'made by instantiation: no constructor of a memory is ever called',
  },
  {
    name: 'wasm-memory-grown-by-wasm',
    code: `
      const module = new WebAssembly.Module(new Uint8Array([
        0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 6, 1, 1, 0, 128, 128, 4,
        7, 9, 2, 1, 109, 2, 0, 1, 103, 0, 0, 10, 8, 1, 6, 0, 65, 16, 64, 0, 11,
      ]));
      const { m, g } = new WebAssembly.Instance(module).exports;
      while (m.buffer.byteLength < 2 ** 30) { const at = g(); if (at < 0) throw new RangeError('refused'); new Uint8Array(m.buffer, at * 65536).fill(1); }
      m.buffer.byteLength`,
    expect: fullOrRefused,
    why: 'grows by an instruction: no function of the realm is called',
  },
  {
    name: 'wasm-table-grown',
    code: 'const t = new WebAssembly.Table({ initial: 0, element: "externref" }); for (;;) t.grow(100000, {});',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    most: 192,
    why: 'a table of references, up to ten million',
  },
  {
    name: 'wasm-instances-kept',
    code: 'const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])), a = []; for (;;) a.push(new WebAssembly.Instance(module));',
    expect: ['ERR_HEAP_LIMIT', 'RangeError', 'ERR_TIMEOUT'],
    why: 'data of instances, partly outside the heap',
  },
];
