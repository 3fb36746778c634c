import { resolve } from 'node:path';
import { copyArguments, requireFew, requireGlobalName, requireObject, requireString } from './arguments.js';
import { type IsoletError, invalidArgument, PluginError } from './errors.js';
import { callAsync, derive } from './js-function.js';
import { preparedBinding } from './native-hooks.js';
import { asyncCallOptions, type ManagerSettings, managerSettings } from './options.js';
import { nameFailure } from './plugin-failure.js';
import { findPluginFile, readPluginFile, requireDirectory } from './plugin-file.js';
import { findHooks, type Hooks, listHooks } from './plugin-hooks.js';
import { nativeOf, Runtime } from './runtime.js';
import { quote } from './text.js';
import type { AsyncCallOptions, JsFunction, PluginManagerOptions, RuntimeStats } from './types.js';

interface Plugin {
  readonly file: string;
  readonly runtime: Runtime;
  readonly hooks: Hooks;
}

/**
 * Loads plugins from the files of one directory, each into a runtime of its
 * own under limits, and calls their hooks.
 *
 * A plugin is a script `<name>.js` with a top-level `const plugin = { … }`, or else an ES module `<name>.mjs`, whose
 * plugin object is its export `plugin`, its default export if that is an object, or all that it exports. Its
 * hooks are the methods of that object, found once, after the file ran. It
 * sees the host API it is given and bare ECMAScript, nothing else: a module has nothing to import.
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
   * Runs `<name>.js` of the plugin directory, or `<name>.mjs` where there is none, in a new runtime. Blocks until it
   * ran, at most `loadTimeout`; a module's top-level `await` included, which must not need the host.
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
   * @throws JavaScriptError, TimeoutError, HeapLimitError the script or module failed
   * @throws ModuleError a module imports something
   * @throws PendingPromiseError a module's top-level `await` needs the host to settle
   * @throws DataCloneError, SerializationLimitError a value of `hostApi` can't cross
   */
  loadPlugin(name: string, hostApi: object = {}): void {
    requireString("the plugin's name", name);
    const { pluginDir, loadTimeout, config } = this.#settings;
    const file = findPluginFile(pluginDir, name);
    const globals = globalsOf(hostApi);
    const source = readPluginFile(pluginDir, file, name, config.maxHeapSize);
    const { onUnhandledRejection: report } = config;
    const onUnhandledRejection = report && ((error: IsoletError) => report(nameFailure(error, name, file)));
    const runtime = new Runtime({ ...config, name, onUnhandledRejection });
    this.#loading.add(runtime);
    let hooks: Hooks;
    try {
      for (const [key, value] of globals) nativeOf(runtime).bind(key, value);
      hooks = findHooks(runtime, source, file, { timeout: loadTimeout, cpuTimeout: config.cpuTimeout ?? 0 });
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
   * rejection. An aborted `signal` stops what computes and rejects with the signal's reason; see `Runtime.evalAsync`.
   */
  async callHookAsync<T = unknown>(
    name: string,
    hook: string,
    args: readonly unknown[] = [],
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

  /**
   * Figures of a plugin's runtime: see `Runtime.getStats`.
   *
   * @throws PluginError no such plugin is loaded
   */
  getStats(name: string): RuntimeStats {
    const plugin = this.#plugins.get(name);
    if (plugin !== undefined) return plugin.runtime.getStats();
    requireString("the plugin's name", name);
    throw this.#notLoaded(name);
  }

  #find(name: string, hook: string): { fn: JsFunction; file: string } {
    const plugin = this.#plugins.get(name);
    const fn = plugin?.hooks.get(hook);
    if (plugin !== undefined && typeof fn === 'function') return { fn, file: plugin.file };
    requireString("the plugin's name", name);
    requireString("the hook's name", hook);
    if (plugin === undefined) throw this.#notLoaded(name);
    const subject = `plugin ${quote(name)} (${plugin.file})`;
    const problem =
      fn === undefined
        ? `has no hook ${quote(hook)}`
        : `has ${quote(hook)}, but it is of type ${fn}, no function`;
    throw new PluginError(`${subject} ${problem}; ${listHooks(plugin.hooks)}`, { plugin: name, hook });
  }

  #notLoaded(name: string): PluginError {
    const loaded = this.#plugins.size === 0 ? 'none is' : `loaded: ${this.plugins.join(', ')}`;
    return new PluginError(`plugin ${quote(name)} is not loaded; ${loaded}`, { plugin: name });
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
