import { fileURLToPath } from 'node:url';
import type { NativeRuntimeConfig, TransferBits } from './binding.js';
import { consoleHandler } from './console.js';
import { invalidArgument, outOfRange } from './errors.js';
import {
  asyncCallRules,
  asyncEvalRules,
  bindRules,
  builderRules,
  callRules,
  evalRules,
  functionRules,
  limitRules,
  managerRules,
  opRules,
  read,
  runtimeRules,
} from './option-rules.js';
import type {
  AsyncCallOptions,
  AsyncEvalOptions,
  BindOptions,
  CallOptions,
  EvalOptions,
  FunctionOptions,
  OpOptions,
  PluginManagerOptions,
  RuntimeConfig,
  SnapshotBuilderOptions,
} from './types.js';

/** Options are checked here, before anything starts: native code checks none of it again. */

const MiB = 2 ** 20;

const defaults = {
  name: 'isolet',
  maxSerializationDepth: 64,
  maxSerializationBytes: 10 * MiB,
  pluginHeapSize: 50 * MiB,
  pluginLoadTimeout: 5000,
  pluginTimeout: 1000,
  builderHeapSize: 256 * MiB,
  builderTimeout: 30_000,
};

/** What native code calls each kind of transfer. */
const transferBits = { none: 0, arguments: 1, result: 2, both: 3 } as const;

function requireOneBeginning(
  subject: string,
  { bootstrap, snapshot }: Pick<RuntimeConfig, 'bootstrap' | 'snapshot'>,
): void {
  if (bootstrap === undefined || snapshot === undefined) return;
  throw invalidArgument(`${subject}: "bootstrap" and "snapshot" exclude each other`);
}

/** What native code is told, but that a snapshot is still packed. */
export type CheckedConfig = Omit<NativeRuntimeConfig, 'snapshot' | 'buildsSnapshot'> & {
  snapshot: Uint8Array | undefined;
};

/** A copy of the options that are given, checked. */
export function givenConfig(config: RuntimeConfig | undefined): RuntimeConfig {
  const given = read('Runtime config', config, runtimeRules);
  const { initialHeapSize, maxHeapSize } = given;
  if (initialHeapSize !== undefined) {
    if (maxHeapSize === undefined)
      throw invalidArgument('Runtime config: "initialHeapSize" needs "maxHeapSize"');
    if (initialHeapSize > maxHeapSize) {
      throw outOfRange(
        `Runtime config: "initialHeapSize" must be at most "maxHeapSize" (${maxHeapSize} bytes), got ${initialHeapSize}`,
      );
    }
  }
  requireOneBeginning('Runtime config', given);
  return given;
}

/** The configuration of a runtime, defaults filled in. */
export function runtimeConfig(config: RuntimeConfig | undefined): CheckedConfig {
  const given = givenConfig(config);
  return {
    name: given.name ?? defaults.name,
    isNamed: given.name !== undefined,
    maxHeapSize: given.maxHeapSize ?? 0,
    initialHeapSize: given.initialHeapSize ?? 0,
    stackSize: given.stackSize ?? 0,
    timeout: given.timeout ?? 0,
    cpuTimeout: given.cpuTimeout ?? 0,
    maxSerializationDepth: given.maxSerializationDepth ?? defaults.maxSerializationDepth,
    maxSerializationBytes: given.maxSerializationBytes ?? defaults.maxSerializationBytes,
    bootstrap: given.bootstrap,
    snapshot: given.snapshot,
    enableTimers: given.enableTimers ?? false,
    console: consoleHandler(given.name ?? defaults.name, given.enableConsole),
    onUnhandledRejection: given.onUnhandledRejection && listener(given.onUnhandledRejection),
  };
}

/** The configuration of the runtime behind a snapshot builder. */
export function builderConfig(options: SnapshotBuilderOptions | undefined): CheckedConfig {
  const given = read('SnapshotBuilder options', options, builderRules);
  return runtimeConfig({
    ...given,
    maxHeapSize: given.maxHeapSize ?? defaults.builderHeapSize,
    timeout: given.timeout ?? defaults.builderTimeout,
  });
}

type Listener = NonNullable<RuntimeConfig['onUnhandledRejection']>;

/** What a listener throws is no business of the runtime that it listens to: it reaches the host as from any callback. */
function listener(report: Listener): Listener {
  return (error) => {
    try {
      report(error);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  };
}

export function transferOf(kind: FunctionOptions['transfer']): TransferBits | undefined {
  return kind === undefined ? undefined : transferBits[kind];
}

export function callOptions(options: CallOptions | undefined): CallOptions {
  return read('call options', options, callRules);
}

export function opOptions(options: OpOptions | undefined): OpOptions {
  return read('op options', options, opRules);
}

export function evalOptions(options: EvalOptions | undefined): EvalOptions {
  return read('eval options', options, evalRules);
}

export function asyncEvalOptions(options: AsyncEvalOptions | undefined): AsyncEvalOptions {
  return read('evalAsync options', options, asyncEvalRules);
}

export function asyncCallOptions(options: AsyncCallOptions | undefined): AsyncCallOptions {
  return read('call options', options, asyncCallRules);
}

/** The options of `JsFunction.with`; `hasReceiver` tells a `this` that is `undefined` from none. */
export function functionOptions(options: FunctionOptions): FunctionOptions & { hasReceiver: 0 | 1 } {
  if (options === undefined) throw invalidArgument('with options must be an object, got undefined');
  const given = read('with options', options, functionRules);
  return { ...given, hasReceiver: 'this' in options ? 1 : 0 };
}

export function bindOptions(options: BindOptions | undefined): BindOptions {
  return read('bind options', options, bindRules);
}

/** What a plugin manager works with, defaults filled in. */
export interface ManagerSettings {
  pluginDir: string;
  loadTimeout: number;
  /** Of each plugin's runtime. */
  config: RuntimeConfig & { maxHeapSize: number };
}

export function managerSettings(options: PluginManagerOptions): ManagerSettings {
  if (options === undefined)
    throw invalidArgument('PluginManager options must be an object with "pluginDir"');
  const given = read('PluginManager options', options, managerRules);
  if (given.pluginDir === undefined) throw invalidArgument('PluginManager options: "pluginDir" is missing');
  requireOneBeginning('PluginManager options', given);
  const limits = read('PluginManager limits', given.limits, limitRules);
  return {
    pluginDir: given.pluginDir instanceof URL ? fileURLToPath(given.pluginDir) : given.pluginDir,
    loadTimeout: given.loadTimeout ?? defaults.pluginLoadTimeout,
    config: {
      ...limits,
      maxHeapSize: limits.maxHeapSize ?? defaults.pluginHeapSize,
      timeout: given.timeout ?? defaults.pluginTimeout,
      bootstrap: given.bootstrap,
      snapshot: given.snapshot,
      enableConsole: given.enableConsole,
      enableTimers: given.enableTimers,
      onUnhandledRejection: given.onUnhandledRejection,
    },
  };
}
