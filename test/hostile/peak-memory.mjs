// @ts-check
// The most memory that a process had resident since it last asked. Linux only: elsewhere the peak that the system tells
// is that of the whole life of the process, which says nothing about one case.
import { readFileSync, writeFileSync } from 'node:fs';

export const canMeasurePeak = process.platform === 'linux';

/** Bytes. @param {'VmHWM' | 'VmRSS'} field @param {number | 'self'} pid */
function readStatus(field, pid) {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1024;
}

/** Makes what is resident now the peak (proc(5), clear_refs). */
export function resetPeak() {
  if (canMeasurePeak) writeFileSync('/proc/self/clear_refs', '5');
}

export function peakMemory() {
  return canMeasurePeak ? readStatus('VmHWM', 'self') : undefined;
}

/** What another process has resident; 0 where that can't be told, or if it is gone. @param {number} pid */
export function residentOf(pid) {
  if (!canMeasurePeak) return 0;
  try {
    return readStatus('VmRSS', pid) || 0;
  } catch {
    return 0;
  }
}
