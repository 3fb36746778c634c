/**
 * What a bundler takes for a browser: the errors, which code on both sides may tell apart, and in the place of
 * everything that needs the native addon what throws `NativeAddonError` when it is used, not when it is imported.
 */
import { NativeAddonError } from './errors.js';

export {
  DataCloneError,
  HeapLimitError,
  IsoletError,
  JavaScriptError,
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

function refuse(): never {
  throw new NativeAddonError(
    'isolet runs in Node.js, and this is what bundlers take for browsers (the condition "browser" in package.json)',
  );
}

abstract class Absent {
  constructor() {
    refuse();
  }
}

export class HostStream extends Absent {}
export class PluginManager extends Absent {}
export class Runtime extends Absent {}
export class RuntimePool extends Absent {}
export class SnapshotBuilder extends Absent {}

export {
  refuse as bindFunction,
  refuse as bindObject,
  refuse as closeDefaultRuntime,
  refuse as eval,
  refuse as evaluate,
  refuse as evaluateAsync,
  refuse as getDefaultRuntime,
  refuse as getProcessStats,
};
