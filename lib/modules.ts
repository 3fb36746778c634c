import { requireFunction, requireString } from './arguments.js';
import type { NativeRuntime } from './binding.js';
import { invalidArgument } from './errors.js';
import { describe, quote } from './text.js';
import { isThenable } from './thenable.js';
import type { ModuleLoader, ModuleResolver } from './types.js';

/**
 * What one runtime can import. The runtime asks for nothing before there is
 * something: a runtime without modules costs nothing.
 */
export class ModuleHost {
  readonly #native: NativeRuntime;
  readonly #sources = new Map<string, string>();
  #resolver: ModuleResolver | undefined;
  #loader: ModuleLoader | undefined;
  #isProvided = false;

  constructor(native: NativeRuntime) {
    this.#native = native;
  }

  add(name: unknown, source: unknown): void {
    requireString("the module's name", name);
    requireString("the module's source", source);
    if (name === '') throw invalidArgument("the module's name must not be empty");
    // The runtime may have it already, and would never see another source.
    if (this.#sources.has(name)) throw invalidArgument(`a module ${quote(name)} was added before`);
    this.#provide();
    this.#sources.set(name, source);
  }

  setResolver(resolver: ModuleResolver): void {
    requireFunction('the resolver', resolver);
    this.#provide();
    this.#resolver = resolver;
  }

  setLoader(loader: ModuleLoader): void {
    requireFunction('the loader', loader);
    this.#provide();
    this.#loader = loader;
  }

  #provide(): void {
    if (this.#isProvided) {
      this.#native.requireOpen();
      return;
    }
    this.#native.provideModules(
      (specifier, referrer) => this.#resolve(specifier, referrer),
      (name) => this.#load(name),
    );
    this.#isProvided = true;
  }

  #resolve(specifier: string, referrer: string): string | undefined {
    const answer = this.#resolver?.(specifier, referrer);
    if (typeof answer === 'string') return answer;
    if (answer !== undefined && answer !== null) {
      throw invalidArgument(`the resolver must return a string, null or undefined, got ${describe(answer)}`);
    }
    if (this.#sources.has(specifier)) return specifier;
    // A loader alone is asked for specifiers as they are written.
    return this.#resolver === undefined && this.#loader !== undefined ? specifier : undefined;
  }

  #load(name: string): string | Promise<string> | undefined {
    const source = this.#sources.get(name);
    if (source !== undefined || this.#loader === undefined) return source;
    const loaded: unknown = this.#loader(name);
    if (isThenable(loaded)) return awaitSource(loaded);
    requireString('what the loader returns', loaded);
    return loaded;
  }
}

async function awaitSource(loaded: unknown): Promise<string> {
  const source = await loaded;
  requireString('what the loader returns', source);
  return source;
}
