import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * The C library of this process, on Linux: told by the loader that its program names. A process started by the loader
 * (`ld-musl-x86_64.so.1 node`) has that for its program.
 *
 * Not by `process.report`, which waits for every worker thread, and not by `/etc/alpine-release`, which node-gyp-build
 * goes by (4.8.4): that is Alpine's alone.
 */
export function libc(program = process.execPath): 'glibc' | 'musl' {
  const loaders = [program, interpreterOf(program)];
  return loaders.some((path) => basename(path).startsWith('ld-musl-')) ? 'musl' : 'glibc';
}

/** What an ELF program of 64 bits names as its loader; empty: nothing that can be read. */
function interpreterOf(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const header = readAt(file, 0, 64);
      if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return '';
      // Not looked for at the beginning: where a program was put into Node's, its headers are at the end.
      const start = Number(header.readBigUInt64LE(0x20));
      const size = header.readUInt16LE(0x36);
      for (let i = 0; i < header.readUInt16LE(0x38); i++) {
        const segment = readAt(file, start + i * size, 0x38);
        if (segment.readUInt32LE(0) !== segmentOfInterpreter) continue;
        return (
          readAt(file, Number(segment.readBigUInt64LE(8)), longestPath)
            .toString('latin1')
            .split('\0', 1)[0] ?? ''
        );
      }
    } finally {
      closeSync(file);
    }
  } catch {
    // A program that its own process may not read is most likely linked against what most are.
  }
  return '';
}

const segmentOfInterpreter = 3;
const longestPath = 64;

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, position);
  return bytes;
}
