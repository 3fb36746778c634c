// One runtime per tenant, made when the tenant is first asked for, and closed when nobody has asked for a while.
import { Runtime } from 'isolet';

export class Tenants {
  #sources;
  #hostApi;
  /** By name, as promises: two first requests at once share one runtime. */
  #loaded = new Map();

  constructor(sources, hostApi) {
    this.#sources = sources;
    this.#hostApi = hostApi;
  }

  has(name) {
    return this.#sources.has(name);
  }

  /** Names of those that have a runtime now. */
  get active() {
    return [...this.#loaded.keys()];
  }

  async call(name, request) {
    const tenant = await this.#get(name);
    tenant.inFlight++;
    try {
      // The deadline covers the whole promise. It ends the call, not the tenant.
      return await tenant.handle.callAsync(request);
    } finally {
      tenant.inFlight--;
      tenant.lastUsed = Date.now();
      // Out of memory: the runtime has ended, and the next request gets a new one. It may have done so already.
      if (tenant.runtime.isClosed() && this.#loaded.get(name)?.tenant === tenant) this.#loaded.delete(name);
    }
  }

  /** Closes the runtimes of tenants without a request for this long; a server would do so on a timer. */
  evictIdle(idleMs) {
    for (const [name, loading] of this.#loaded) {
      const { tenant } = loading;
      if (tenant === undefined || tenant.inFlight > 0 || Date.now() - tenant.lastUsed < idleMs) continue;
      this.#loaded.delete(name);
      tenant.runtime.close();
    }
  }

  #get(name) {
    const known = this.#loaded.get(name);
    if (known !== undefined) return known.promise;
    const loading = { tenant: undefined, promise: this.#load(name) };
    this.#loaded.set(name, loading);
    loading.promise.then(
      (tenant) => {
        loading.tenant = tenant;
      },
      // A function that can't be loaded is tried again by the next request.
      () => this.#loaded.delete(name),
    );
    return loading.promise;
  }

  async #load(name) {
    const runtime = new Runtime({ name, maxHeapSize: 32 * 1024 * 1024, timeout: 1000 });
    try {
      for (const [key, value] of Object.entries(this.#hostApi)) runtime.bindFunction(key, value);
      runtime.addStaticModule('function.mjs', this.#sources.get(name));
      const { default: handle } = await runtime.evalModuleAsync('function.mjs', { timeout: 5000 });
      if (typeof handle !== 'function')
        throw new TypeError(`the module of ${name} exports no function as default`);
      return { runtime, handle, inFlight: 0, lastUsed: Date.now() };
    } catch (error) {
      runtime.close();
      throw error;
    }
  }
}
