import { readdirSync } from 'node:fs';

/**
 * The C library of this process, on Linux.
 *
 * Told by musl's loader, which every musl system has in /lib, and where it is there, as it may be beside glibc's, by
 * what the process reports of itself. `/etc/alpine-release`, which node-gyp-build goes by, is Alpine's alone.
 */
export function libc(): 'glibc' | 'musl' {
  return hasMuslLoader() && reportedGlibc() === undefined ? 'musl' : 'glibc';
}

function hasMuslLoader(): boolean {
  try {
    return readdirSync('/lib').some((name) => name.startsWith('ld-musl-'));
  } catch {
    return false;
  }
}

function reportedGlibc(): string | undefined {
  // The types of Node 20 lack it. Without it the report looks up the name of every connection's other end.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } };
  report.excludeNetwork = before;
  return header.glibcVersionRuntime;
}
