import { Runtime, type RuntimeConfig } from 'isolet';
import { afterEach, expect, vi } from 'vitest';
import { expectAllReleased } from './live.js';

// Guards against hangs, nothing else: no test passes or fails by its duration.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

/** ms; also on a busy machine, time enough for a call to begin before it is stopped. */
export const toBegin = 1000;

const open = new Set<Runtime>();

/** A runtime that is closed when the test ends. */
export function makeRuntime(config?: RuntimeConfig): Runtime {
  const runtime = new Runtime(config);
  open.add(runtime);
  return runtime;
}

/** Call once per file: after each test its runtimes are closed, and nothing of them may be left. */
export function checkReleases(): void {
  afterEach(async () => {
    for (const runtime of open) runtime.close();
    open.clear();
    await expectAllReleased();
  });
}

/** What every failed call must leave behind: a runtime that computes, sync and across a promise. */
export function expectUsable(runtime: Runtime): void {
  expect(runtime.isClosed()).toBe(false);
  expect(runtime.eval('6 * 7')).toBe(42);
  expect(runtime.eval('(async () => { await null; return "awaited"; })()')).toBe('awaited');
}
