import { group, integer, type Rules, read } from './option-rules.js';
import { givenConfig } from './options.js';
import { snapshotFor } from './snapshot.js';
import type { RuntimeConfig } from './types.js';

/** Options of a `RuntimePool`; `undefined` means the default. */
export interface RuntimePoolConfig {
  /** Of each runtime; read once. Default: that of a `Runtime`, which has no limits. */
  runtime?: RuntimeConfig | undefined;
  /** How many runtimes are kept ready, 1 to 256; each holds a thread and a heap. Default: 2. */
  size?: number | undefined;
}

const defaultSize = 2;

const poolRules: Rules<RuntimePoolConfig> = { runtime: group, size: integer('runtimes', 1, 256) };

/**
 * What a pool works with, defaults filled in.
 *
 * @throws SnapshotError the runtimes' `snapshot` is none that they can be made from
 */
export function poolSettings(options: RuntimePoolConfig | undefined): Required<RuntimePoolConfig> {
  const given = read('RuntimePool config', options, poolRules);
  const runtime = givenConfig(given.runtime);
  if (runtime.snapshot !== undefined) {
    // A copy: what the host writes to the bytes later must not fail a runtime that nobody waits for.
    runtime.snapshot = new Uint8Array(runtime.snapshot);
    snapshotFor(runtime.snapshot, runtime.maxHeapSize ?? 0);
  }
  return { runtime, size: given.size ?? defaultSize };
}
