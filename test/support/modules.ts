import type { Runtime, RuntimeConfig } from 'isolet';
import { makeRuntime } from './runtimes.js';

/** A runtime with these static modules, by name. */
export function runtimeWith(modules: Record<string, string>, config: RuntimeConfig = {}): Runtime {
  const runtime = makeRuntime({ timeout: 60_000, ...config });
  for (const [name, source] of Object.entries(modules)) runtime.addStaticModule(name, source);
  return runtime;
}

/** A loader over `files` that notes what it is asked for. */
export function loaderOf(files: Record<string, string>): { load: (name: string) => string; asked: string[] } {
  const asked: string[] = [];
  const load = (name: string) => {
    asked.push(name);
    const source = files[name];
    if (source === undefined) throw new Error(`no file ${name}`);
    return source;
  };
  return { load, asked };
}
