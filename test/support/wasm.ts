// What WebAssembly modules are made of, as bytes.

export const text = (name: string) => [name.length, ...Buffer.from(name)];

/** Of fewer than 128. */
export const vector = (items: number[][]) => [items.length, ...items.flat()];

/** Of less than 16 KiB. */
export const section = (id: number, content: number[]) => [
  id,
  (content.length & 0x7f) | 0x80,
  content.length >> 7,
  ...content,
];

/** Of a function without variables. */
export const body = (code: number[]) => [code.length + 2, 0, ...code, 0x0b];

export const moduleOf = (...sections: number[][]) =>
  new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...sections.flat()]);
