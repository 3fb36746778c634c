// @ts-check
// The sandboxes that are compared. Each has a module beside this file; only processes that measure load it. It uses the
// fastest way that the peer's documentation has for the work at hand, and says which that is.

/** @typedef {import('../../peers.mjs').SandboxEntry} SandboxEntry */

/**
 * One run of what is measured. Its value is a promise if the sandbox has no sync way, or if the async one is meant.
 * @typedef {() => unknown} Operation
 */

/** @typedef {(...args: any[]) => unknown} Call a plugin's function, called by the host */

/**
 * What crosses. A sandbox may have a cheaper way for some: `text` and `numbers` are primitives, `bytes` a Uint8Array.
 * @typedef {'nothing' | 'numbers' | 'text' | 'object' | 'bytes'} Kind
 */

/**
 * Bytes.
 * @typedef {object} Limits
 * @property {number} memory of the sandbox. Those that have such a limit all get it: it costs time and memory
 * @property {number} value of one value that crosses
 */

/**
 * A sandbox that is ready. A method gives null where the sandbox has no way to do that.
 * @typedef {object} Session
 * @property {(code: string) => Operation} script runs that script each time; its value is a number
 * @property {(code: string, timeout: number) => Operation | null} limitedScript the same, under a deadline (ms)
 * @property {(code: string, timeout?: number) => Operation | null} asyncScript
 *   the same, without blocking the event loop; its value may be a promise, which the deadline covers
 * @property {(source: string, takes: Kind, gives: Kind) => Call | null} fn
 *   the function that an expression gives; values cross as copies
 * @property {(source: string) => Call | null} mover of a Uint8Array, which is moved there, and what comes back is, too
 * @property {(name: string, handler: (a: number, b: number) => number) => void} bind a global function for the plugin
 * @property {() => number} [cpuTime] ms of CPU that the sandbox has used, where that can be told apart
 * @property {() => unknown} close
 */

/**
 * What the module of a sandbox exports.
 * @typedef {object} Sandbox
 * @property {string} version
 * @property {boolean} awaitsHost whether bound functions give the plugin a promise
 * @property {boolean} [limitsPromises] whether deadlines cover what a promise waits for
 * @property {(limits: Limits) => Session | Promise<Session>} open
 */

/**
 * @typedef {SandboxEntry & { title: string }} SpeedSandbox
 */

/**
 * @param {string} name
 * @param {string} title
 * @param {readonly string[]} [nodeArgs]
 * @returns {SpeedSandbox}
 */
function entry(name, title, nodeArgs = []) {
  return { name, title, module: new URL(`${name}.mjs`, import.meta.url), nodeArgs };
}

export const isolet = entry('isolet', 'isolet');

/** Of them. @type {readonly SpeedSandbox[]} */
export const peers = [
  entry('isolated-vm', 'isolated-vm', ['--no-node-snapshot']), // its README asks for it, from Node 20 on
  entry('worker-atomics', 'worker_threads, Atomics'),
  entry('worker-messages', 'worker_threads, messages'),
  entry('quickjs', 'quickjs-emscripten'),
  entry('node-vm', 'node:vm'),
  entry('node', 'no sandbox'),
];

/** @type {readonly SpeedSandbox[]} */
export const sandboxes = [isolet, ...peers];
