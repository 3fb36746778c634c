import { closeSync, openSync, readSync } from 'node:fs';

/** How far into a program its loader's name may stand: the headers of ELF come first. */
const headBytes = 4096;

/**
 * The C library of this process, on Linux: told by the loader that its program names.
 *
 * Not by `process.report`, which waits for every worker thread, and not by `/etc/alpine-release`, which node-gyp-build
 * goes by (4.8.4): that is Alpine's alone.
 */
export function libc(): 'glibc' | 'musl' {
  return headOf(process.execPath).includes('/ld-musl-') ? 'musl' : 'glibc';
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
