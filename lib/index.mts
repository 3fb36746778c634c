// The same objects as `require('isolet')` gives: one copy of each class, whichever way it is loaded.

export type {
  AsyncCallOptions,
  AsyncEvalOptions,
  BindOptions,
  CallOptions,
  EvalOptions,
  FunctionOptions,
  JavaScriptErrorDetails,
  JsFunction,
  PluginLimits,
  PluginManagerOptions,
  ProcessStats,
  RuntimeConfig,
  RuntimeStats,
  StackFrame,
} from './index.js';
export {
  DataCloneError,
  getProcessStats,
  HeapLimitError,
  IsoletError,
  JavaScriptError,
  PendingPromiseError,
  PluginError,
  PluginManager,
  Runtime,
  RuntimeClosedError,
  RuntimeTerminated,
  SerializationLimitError,
  TimeoutError,
} from './index.js';
