// WebAssembly: bytes given in, a host function as an import, and limits that hold for compiled code as for any other.
import { Runtime, TimeoutError } from 'isolet';
import { bytes } from './collatz.mjs';

const MiB = 1024 * 1024;
const runtime = new Runtime({ maxHeapSize: 64 * MiB, timeout: 5000 });

// Bytes cross as a copy. A host function becomes a plugin function, which WebAssembly takes as an import as it is.
const instantiate = runtime.eval(`async (bytes, step) => {
  const { module, instance } = await WebAssembly.instantiate(bytes, { host: { step } });
  // A module and a memory stay inside: only values and functions cross.
  const { collatz, spin, grow } = instance.exports;
  return { exports: WebAssembly.Module.exports(module).map(({ name }) => name), collatz, spin, grow };
}`);
const numbers = [];
const { exports, collatz, spin, grow } = await instantiate.callAsync(bytes, (n) => numbers.push(n));
console.log(`exports: ${exports.join(', ')}`);

console.log(`collatz(6) takes ${collatz(6)} steps: ${numbers.join(' ')}`);

// Memory of WebAssembly counts under the heap limit, and may grow to a quarter of it: here 256 pages of 64 KiB.
console.log(`grow by 100 pages: ${grow(100)} before`);
console.log(`grow by 1000 pages: ${grow(1000)}`);

try {
  await spin.with({ timeout: 100 }).callAsync();
} catch (error) {
  console.log(error instanceof TimeoutError ? 'spin(): timed out' : error);
}
console.log(`collatz(7) takes ${collatz(7)} steps`);
runtime.close();
