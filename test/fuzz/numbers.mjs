// @ts-check
// Numbers that decoders get wrong: about every power of two that means something to the format or to V8.
import { varint } from './wire.mjs';

// 7·n: a varint gets longer. 25: V8's longest fast array. 27: its longest FixedArray. 29: its longest string. 31, 32:
// int and uint32. 53: the safe integers. 63, 64: int64 and uint64.
const exponents = [
  7n,
  8n,
  14n,
  16n,
  21n,
  24n,
  25n,
  27n,
  28n,
  29n,
  30n,
  31n,
  32n,
  33n,
  35n,
  53n,
  56n,
  62n,
  63n,
  64n,
];

const near = exponents.flatMap((exponent) =>
  [-24n, -2n, -1n, 0n, 1n].map((offset) => (1n << exponent) + offset),
);

const plain = [...Array(18).keys(), 24, 32, 48, 64, 65, 96, 100, 200, 300, 500, 1000, 4096, 8192].map(BigInt);

/** Encodings that the writer never makes: longer than need be, without an end, past 64 bits. */
const odd = [
  Uint8Array.of(0x80, 0),
  Uint8Array.of(0x81, 0x80, 0x80, 0),
  Uint8Array.of(...Array(9).fill(0x80), 0),
  Uint8Array.of(...Array(9).fill(0xff), 1),
  Uint8Array.of(...Array(9).fill(0xff), 2),
  Uint8Array.of(...Array(9).fill(0xff), 0x7f),
  Uint8Array.of(...Array(10).fill(0x80), 1),
  Uint8Array.of(...Array(12).fill(0xff)),
];

export const small = plain.map(varint);
export const notable = [...near.filter((value) => value < 1n << 64n).map(varint), ...small, ...odd];
