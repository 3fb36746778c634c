import type { MethodList } from './binding.js';
import { DataCloneError, PendingPromiseError, PluginError, SerializationLimitError } from './errors.js';
import { isModuleFile } from './plugin-file.js';
import { nativeOf, type Runtime } from './runtime.js';
import { quote } from './text.js';
import type { JsFunction } from './types.js';

/** A property of a plugin: a function to call, or the `typeof` of what is none. */
export type Hooks = Map<string, JsFunction | string>;

/** How many hooks a message lists: the plugin decides how many it has. */
const mostHooksListed = 20;

const typeNames = new Set(['null', 'object', 'function', 'string', 'number', 'bigint', 'boolean', 'symbol']);

/** ms, of all of a plugin's loading. */
interface LoadLimits {
  timeout: number;
  cpuTimeout: number;
}

/**
 * Runs the file, a script or a module, and finds its hooks.
 *
 * @throws PluginError it defines no plugin object
 */
export function findHooks(runtime: Runtime, source: string, filename: string, limits: LoadLimits): Hooks {
  const found = isModuleFile(filename)
    ? methodsOfModule(runtime, source, filename, limits)
    : methodsOfScript(runtime, source, filename, limits);
  if (!isHookList(found)) {
    const what = found === 'undefined' ? 'it defines none' : `its "plugin" is ${typeName(found)}`;
    const expected = isModuleFile(filename)
      ? 'an object as export "plugin"'
      : 'a top-level "const plugin = { … }"';
    throw new PluginError(`${expected} is expected, ${what} (${filename})`);
  }
  const hooks: Hooks = new Map();
  for (let i = 0; i + 1 < found.length; i += 2) {
    const hook = found[i] as string;
    // Own properties come before those of prototypes.
    if (!hooks.has(hook)) hooks.set(hook, found[i + 1] as JsFunction | string);
  }
  return hooks;
}

/** A plugin that has patched `Object.prototype.then` may put anything in its place. */
function isHookList(found: unknown): found is (string | JsFunction)[] {
  return (
    Array.isArray(found) &&
    found.length % 2 === 0 &&
    found.every((item, i) => typeof item === 'string' || (i % 2 === 1 && typeof item === 'function'))
  );
}

function typeName(found: unknown): string {
  return typeof found === 'string' && typeNames.has(found) ? found : 'something else';
}

function methodsOfScript(runtime: Runtime, source: string, filename: string, limits: LoadLimits): MethodList {
  const deadline = performance.now() + limits.timeout;
  try {
    runtime.eval(source, { filename, timeout: limits.timeout });
  } catch (error) {
    if (!isAboutTheValue(error)) throw error;
  }
  const timeLeft = Math.max(1, deadline - performance.now());
  return nativeOf(runtime).methodsOf(
    "typeof plugin === 'undefined' ? undefined : plugin",
    timeLeft,
    limits.cpuTimeout,
  );
}

function methodsOfModule(runtime: Runtime, source: string, filename: string, limits: LoadLimits): MethodList {
  runtime.addStaticModule(filename, source);
  return nativeOf(runtime).methodsOfModule(filename, limits.timeout, limits.cpuTimeout);
}

/** The script ran to its end: only the value of its last expression, which nobody wants, could not be had. */
function isAboutTheValue(error: unknown): boolean {
  return (
    error instanceof PendingPromiseError ||
    error instanceof DataCloneError ||
    error instanceof SerializationLimitError
  );
}

export function listHooks(hooks: Hooks): string {
  const names = [...hooks]
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => quote(name).slice(1, -1));
  if (names.length === 0) return 'it has no hooks';
  const more = names.length > mostHooksListed ? `, and ${names.length - mostHooksListed} more` : '';
  return `its hooks: ${names.slice(0, mostHooksListed).join(', ')}${more}`;
}
