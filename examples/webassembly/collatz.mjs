// A WebAssembly module, as bytes. A file that a compiler made is read with `readFileSync` instead. In text form:
//
//   (module
//     (import "host" "step" (func $step (param i32)))
//     (memory (export "memory") 1)
//     (func (export "collatz") (param $n i32) (result i32) (local $count i32)
//       (block $done (loop $again
//         (call $step (local.get $n))
//         (br_if $done (i32.eq (local.get $n) (i32.const 1)))
//         (local.set $count (i32.add (local.get $count) (i32.const 1)))
//         (local.set $n
//           (if (result i32) (i32.and (local.get $n) (i32.const 1))
//             (then (i32.add (i32.mul (local.get $n) (i32.const 3)) (i32.const 1)))
//             (else (i32.shr_u (local.get $n) (i32.const 1)))))
//         (br $again)))
//       (local.get $count))
//     (func (export "spin") (loop $again (br $again)))
//     (func (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages))))

const text = (string) => [string.length, ...Buffer.from(string)];
const section = (id, ...content) => [id, content.length, ...content];
const i32 = 0x7f;

const collatz = [
  ...[1, 1, i32], // one group of locals: one i32
  ...[0x02, 0x40, 0x03, 0x40], // block, loop
  ...[0x20, 0, 0x10, 0], // step(n)
  ...[0x20, 0, 0x41, 1, 0x46, 0x0d, 1], // n == 1: leave the block
  ...[0x20, 1, 0x41, 1, 0x6a, 0x21, 1], // count + 1
  ...[0x20, 0, 0x41, 1, 0x71, 0x04, i32], // if n is odd
  ...[0x20, 0, 0x41, 3, 0x6c, 0x41, 1, 0x6a], // 3 n + 1
  ...[0x05, 0x20, 0, 0x41, 1, 0x76, 0x0b], // else n / 2
  ...[0x21, 0, 0x0c, 0, 0x0b, 0x0b], // n is that; again
  ...[0x20, 1, 0x0b], // count
];
const spin = [0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b];
const grow = [0, 0x20, 0, 0x40, 0, 0x0b];

export const bytes = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 3, ...[0x60, 1, i32, 0], ...[0x60, 1, i32, 1, i32], ...[0x60, 0, 0]), // types
  ...section(2, 1, ...text('host'), ...text('step'), 0, 0), // imports
  ...section(3, 3, 1, 2, 1), // functions
  ...section(5, 1, 0, 1), // memory: a page to start with, no maximum
  ...section(
    7,
    4,
    ...text('memory'),
    2,
    0,
    ...text('collatz'),
    0,
    1,
    ...text('spin'),
    0,
    2,
    ...text('grow'),
    0,
    3,
  ),
  ...section(10, 3, collatz.length, ...collatz, spin.length, ...spin, grow.length, ...grow),
]);
