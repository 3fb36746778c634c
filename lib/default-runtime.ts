import { AsyncLocalStorage } from 'node:async_hooks';
import { Runtime } from './runtime.js';
import type { AsyncEvalOptions, EvalOptions } from './types.js';

/** The runtime of each async context; the context is the only one that holds it. */
const current = new AsyncLocalStorage<Runtime | undefined>();

/**
 * The default runtime of the current async context, made on first use, and again if it has ended. What the context
 * starts afterwards (timers, promises, requests that it makes) shares it; contexts that know nothing of each other,
 * such as two requests to a server, have one each.
 *
 * Contexts are as Node tells them apart: on Node 20 and 22 that begins with the first call of this function, and requests
 * that come on one connection may share a context. Where tenants must not meet, give each a `Runtime` of its own.
 *
 * It has no limits. It is closed by `closeDefaultRuntime`, or when its context and everything that came of it is gone.
 *
 * @throws nothing: a runtime that can't be made says so at its first call
 */
export function getDefaultRuntime(): Runtime {
  const known = current.getStore();
  if (known !== undefined && !known.isClosed()) return known;
  const runtime = new Runtime();
  current.enterWith(runtime);
  return runtime;
}

/** Closes the default runtime of the current async context, if there is one. */
export function closeDefaultRuntime(): void {
  const known = current.getStore();
  current.enterWith(undefined);
  known?.close();
}

/** `getDefaultRuntime().eval(code, options)`. Also exported as `eval`. */
export function evaluate<T = unknown>(code: string, options?: EvalOptions): T {
  return getDefaultRuntime().eval<T>(code, options);
}

/** `getDefaultRuntime().evalAsync(code, options)`. */
export function evaluateAsync<T = unknown>(code: string, options?: AsyncEvalOptions): Promise<T> {
  return getDefaultRuntime().evalAsync<T>(code, options);
}

/** `getDefaultRuntime().bindFunction(name, handler)`. */
// biome-ignore lint/suspicious/noExplicitAny: as in Runtime.bindFunction
export function bindFunction<F extends (...args: any[]) => unknown>(name: string, handler: F): void {
  getDefaultRuntime().bindFunction(name, handler);
}

/** `getDefaultRuntime().bindObject(name, object)`. */
export function bindObject(name: string, object: object): void {
  getDefaultRuntime().bindObject(name, object);
}
