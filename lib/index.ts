export {
  bindFunction,
  bindObject,
  closeDefaultRuntime,
  evaluate,
  evaluate as eval,
  evaluateAsync,
  getDefaultRuntime,
} from './default-runtime.js';
export {
  DataCloneError,
  HeapLimitError,
  IsoletError,
  JavaScriptError,
  type JavaScriptErrorDetails,
  ModuleError,
  NativeAddonError,
  PendingPromiseError,
  PluginError,
  RuntimeClosedError,
  RuntimeTerminated,
  SerializationLimitError,
  SnapshotError,
  TimeoutError,
} from './errors.js';
export { PluginManager } from './plugin-manager.js';
export type { RuntimePoolConfig } from './pool-options.js';
export { getProcessStats } from './process-stats.js';
export { Runtime } from './runtime.js';
export { RuntimePool, type RuntimePoolStats } from './runtime-pool.js';
export { SnapshotBuilder } from './snapshot-builder.js';
export { HostStream } from './streams.js';
export type {
  AsyncCallOptions,
  AsyncEvalOptions,
  BindOptions,
  CallOptions,
  ConsoleLevel,
  ConsoleSink,
  EvalOptions,
  FunctionOptions,
  JsFunction,
  ModuleLoader,
  ModuleResolver,
  OpOptions,
  PluginLimits,
  PluginManagerOptions,
  ProcessStats,
  RuntimeConfig,
  RuntimeStats,
  SnapshotBuilderOptions,
  StackFrame,
} from './types.js';
