export {
  DataCloneError,
  HeapLimitError,
  IsoletError,
  JavaScriptError,
  type JavaScriptErrorDetails,
  PendingPromiseError,
  PluginError,
  RuntimeClosedError,
  RuntimeTerminated,
  SerializationLimitError,
  TimeoutError,
} from './errors.js';
export { PluginManager } from './plugin-manager.js';
export { getProcessStats } from './process-stats.js';
export { Runtime } from './runtime.js';
export type {
  AsyncCallOptions,
  AsyncEvalOptions,
  BindOptions,
  CallOptions,
  EvalOptions,
  FunctionOptions,
  JsFunction,
  PluginLimits,
  PluginManagerOptions,
  ProcessStats,
  RuntimeConfig,
  RuntimeStats,
  StackFrame,
} from './types.js';
