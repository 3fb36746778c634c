import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';

/** How far into a program its loader's name may stand: the headers of ELF come first. */
const headBytes = 4096;

/**
 * The C library of this process, on Linux: told by the loader that its program names. A process started by the loader
 * (`ld-musl-x86_64.so.1 node`) has that for its program.
 *
 * Not by `process.report`, which waits for every worker thread, and not by `/etc/alpine-release`, which node-gyp-build
 * goes by (4.8.4): that is Alpine's alone.
 */
export function libc(program = process.execPath): 'glibc' | 'musl' {
  const isMusl = basename(program).startsWith('ld-musl-') || headOf(program).includes('/ld-musl-');
  return isMusl ? 'musl' : 'glibc';
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(headBytes);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, head);
    } finally {
      closeSync(file);
    }
  } catch {
    // A program that its own process may not read is most likely linked against what most are.
  }
  return head;
}
