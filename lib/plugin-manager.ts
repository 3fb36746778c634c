import { resolve } from 'node:path';
import { copyArguments, requireFew, requireGlobalName, requireObject, requireString } from './arguments.js';
import {
  DataCloneError,
  invalidArgument,
  PendingPromiseError,
  PluginError,
  SerializationLimitError,
} from './errors.js';
import { callAsync, derive } from './js-function.js';
import { preparedBinding } from './native-hooks.js';
import { asyncCallOptions, type ManagerSettings, managerSettings } from './options.js';
import { nameFailure } from './plugin-failure.js';
import { pluginFileName, readPluginFile, requireDirectory } from './plugin-file.js';
import { nativeOf, Runtime } from './runtime.js';
import { quote } from './text.js';
import type { AsyncCallOptions, JsFunction, PluginManagerOptions } from './types.js';

/** A property of a plugin: a function to call, or the `typeof` of what is none. */
type Hooks = Map<string, JsFunction | string>;

interface Plugin {
  readonly file: string;
  readonly runtime: Runtime;
  readonly hooks: Hooks;
}

/** How many hooks a message lists: the plugin decides how many it has. */
const mostHooksListed = 20;

/**
 * Loads plugins from the files of one directory, each into a runtime of its
 * own under limits, and calls their hooks.
 *
 * A plugin is a script `<name>.js` with a top-level `const plugin = { … }`. Its
 * hooks are the methods of that object, found once, after the script ran. It
 * sees the host API it is given and bare ECMAScript, nothing else.
 *
 * Errors keep their class and `code` (see API) and say which plugin and hook
 * they came from: in `plugin`, `hook` and in front of the message.
 *
 * `closeAll()` it, or declare it with `using`. It can be used again afterwards.
 *
 * @example
 * using manager = new PluginManager({ pluginDir: './plugins' });
 * manager.loadPlugin('greeter', { log: console.log, config: { version: '1.0.0' } });
 * manager.callHook('greeter', 'greet', 'World');
 */
export class PluginManager implements Disposable {
  readonly #settings: ManagerSettings;
  readonly #plugins = new Map<string, Plugin>();
  /** Runtimes of plugins that are being loaded: a host function may call `closeAll` meanwhile. */
  readonly #loading = new Set<Runtime>();

  /**
   * @throws TypeError `ERR_INVALID_ARG`: an unknown option, one of the wrong type, or no `pluginDir`
   * @throws RangeError `ERR_OUT_OF_RANGE`: a size or time out of range
   * @throws PluginError `pluginDir` is no directory
   */
  constructor(options: PluginManagerOptions) {
    const settings = managerSettings(options);
    // Resolved now: the directory stays the same if the process changes its own.
    const pluginDir = resolve(settings.pluginDir);
    requireDirectory(pluginDir);
    this.#settings = { ...settings, pluginDir };
  }

  /** The names of the plugins that are loaded, in the order in which they first were. */
  get plugins(): string[] {
    return [...this.#plugins.keys()];
  }

  /**
   * Runs `<name>.js` of the plugin directory in a new runtime. Blocks until it
   * ran, at most `loadTimeout`.
   *
   * Each own property of `hostApi` becomes a global: a function as in
   * `Runtime.bindFunction`, data as a copy, objects frozen. The value of the
   * script's last expression is of no interest, and may be one that can't cross.
   *
   * If a plugin of that name is loaded, the new one replaces it, once it has
   * loaded, and the old runtime is closed. If loading fails, the old one stays, and
   * nothing of the new one is left.
   *
   * @throws TypeError `ERR_INVALID_ARG`: `name` is no string, `hostApi` is no object or has a name that can't be bound
   * @throws PluginError `name` is no file name; the file can't be read, or lies elsewhere by a link; it defines no `plugin` object
   * @throws JavaScriptError, TimeoutError, HeapLimitError the script failed
   * @throws DataCloneError, SerializationLimitError a value of `hostApi` can't cross
   */
  loadPlugin(name: string, hostApi: Record<string, unknown> = {}): void {
    requireString("the plugin's name", name);
    const file = pluginFileName(name);
    const globals = globalsOf(hostApi);
    const { pluginDir, config } = this.#settings;
    const source = readPluginFile(pluginDir, file, name, config.maxHeapSize);
    const runtime = new Runtime({ ...config, name });
    this.#loading.add(runtime);
    let hooks: Hooks;
    try {
      for (const [key, value] of globals) nativeOf(runtime).bind(key, value);
      hooks = this.#run(runtime, source, file);
    } catch (error) {
      runtime.close();
      throw nameFailure(error, name, file);
    } finally {
      this.#loading.delete(runtime);
    }
    const replaced = this.#plugins.get(name);
    this.#plugins.set(name, { file, runtime, hooks });
    replaced?.runtime.close();
  }

  /** Runs the script and finds its hooks, all of it within `loadTimeout`. */
  #run(runtime: Runtime, source: string, filename: string): Hooks {
    const { loadTimeout, config } = this.#settings;
    const deadline = performance.now() + loadTimeout;
    const timeLeft = () => Math.max(1, deadline - performance.now());
    try {
      runtime.eval(source, { filename, timeout: loadTimeout });
    } catch (error) {
      if (!isAboutTheValue(error)) throw error;
    }
    const kind = runtime.eval<string>(kindOfPlugin, { timeout: timeLeft() });
    if (kind !== 'object') {
      const found = kind === 'undefined' ? 'it defines none' : `its "plugin" is ${kind}`;
      throw new PluginError(`a top-level "const plugin = { … }" is expected, ${found} (${filename})`);
    }
    const found = nativeOf(runtime).methodsOf('plugin', timeLeft(), config.cpuTimeout ?? 0);
    const hooks: Hooks = new Map();
    for (let i = 0; i + 1 < found.length; i += 2) {
      const hook = found[i] as string;
      // Own properties come before those of prototypes.
      if (!hooks.has(hook)) hooks.set(hook, found[i + 1] as JsFunction | string);
    }
    return hooks;
  }

  /**
   * Calls a hook and returns its value; a promise is waited for as in
   * `Runtime.eval`. Blocks until then, at most `timeout`. Arguments cross as values, `this` is the plugin object.
   *
   * @throws PluginError no such plugin is loaded, or it has no such hook: the message lists those there are
   * @throws JavaScriptError the hook threw
   * @throws TimeoutError it took longer than `timeout`; the plugin stays usable
   * @throws PendingPromiseError it returned a promise that needs the host to settle: use `callHookAsync`
   * @throws DataCloneError, SerializationLimitError an argument or the value can't cross
   * @throws HeapLimitError, RuntimeTerminated the plugin's runtime has ended; load it again
   * @throws RangeError `ERR_OUT_OF_RANGE`: more arguments than a function can take
   */
  callHook<T = unknown>(name: string, hook: string, ...args: unknown[]): T {
    requireFew("the hook's arguments", args.length);
    const { fn, file } = this.#find(name, hook);
    try {
      return preparedBinding().callFunctionSettled(fn, args) as T;
    } catch (error) {
      throw nameFailure(error, name, file, hook);
    }
  }

  /**
   * Like `callHook`, without blocking the host's event loop: the hook may await
   * host functions. The deadline covers the whole promise; `options.timeout`, ms, takes the place of the manager's.
   *
   * Never throws: what `callHook` throws, wrong arguments included, is a
   * rejection. An aborted `signal` stops the hook and rejects with the signal's reason.
   */
  async callHookAsync<T = unknown>(
    name: string,
    hook: string,
    args: unknown[] = [],
    options?: AsyncCallOptions,
  ): Promise<T> {
    const values = copyArguments("the hook's arguments", args);
    const { signal, timeout, cpuTimeout } = asyncCallOptions(options);
    const { fn, file } = this.#find(name, hook);
    try {
      const called =
        timeout === undefined && cpuTimeout === undefined ? fn : derive(fn, { timeout, cpuTimeout });
      return (await callAsync(called, values, signal)) as T;
    } catch (error) {
      throw nameFailure(error, name, file, hook);
    }
  }

  #find(name: string, hook: string): { fn: JsFunction; file: string } {
    const plugin = this.#plugins.get(name);
    const fn = plugin?.hooks.get(hook);
    if (plugin !== undefined && typeof fn === 'function') return { fn, file: plugin.file };
    requireString("the plugin's name", name);
    requireString("the hook's name", hook);
    if (plugin === undefined) {
      const loaded = this.#plugins.size === 0 ? 'none is' : `loaded: ${this.plugins.join(', ')}`;
      throw new PluginError(`plugin ${quote(name)} is not loaded; ${loaded}`, { plugin: name });
    }
    const subject = `plugin ${quote(name)} (${plugin.file})`;
    const problem =
      fn === undefined
        ? `has no hook ${quote(hook)}`
        : `has ${quote(hook)}, but it is of type ${fn}, no function`;
    throw new PluginError(`${subject} ${problem}; ${listHooks(plugin.hooks)}`, { plugin: name, hook });
  }

  /** Closes a plugin's runtime; its calls in flight fail with RuntimeClosedError. Returns whether it was loaded. */
  unload(name: string): boolean {
    const plugin = this.#plugins.get(name);
    if (plugin === undefined) return false;
    this.#plugins.delete(name);
    plugin.runtime.close();
    return true;
  }

  /** Unloads all plugins, also one whose loading called this: that load fails with RuntimeClosedError. */
  closeAll(): void {
    const runtimes = [...this.#loading, ...[...this.#plugins.values()].map((plugin) => plugin.runtime)];
    this.#plugins.clear();
    for (const runtime of runtimes) runtime.close();
  }

  /** `closeAll()` */
  [Symbol.dispose](): void {
    this.closeAll();
  }
}

/** `typeof`, with `null` told apart; a missing binding is `undefined`, no error. */
const kindOfPlugin = "typeof plugin === 'object' && plugin === null ? 'null' : typeof plugin";

/** The script ran to its end: only the value of its last expression, which nobody wants, could not be had. */
function isAboutTheValue(error: unknown): boolean {
  return (
    error instanceof PendingPromiseError ||
    error instanceof DataCloneError ||
    error instanceof SerializationLimitError
  );
}

/** Own enumerable properties, each read once. */
function globalsOf(hostApi: unknown): [string, unknown][] {
  requireObject('hostApi', hostApi);
  const globals = Object.entries(hostApi);
  for (const [key] of globals) {
    requireGlobalName(key);
    if (key === 'plugin') throw invalidArgument('hostApi: "plugin" is the name of the plugin\'s own object');
  }
  return globals;
}

function listHooks(hooks: Hooks): string {
  const names = [...hooks]
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => quote(name).slice(1, -1));
  if (names.length === 0) return 'it has no hooks';
  const more = names.length > mostHooksListed ? `, and ${names.length - mostHooksListed} more` : '';
  return `its hooks: ${names.slice(0, mostHooksListed).join(', ')}${more}`;
}
