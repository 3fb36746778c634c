// @ts-check
// The sandboxes that are compared. Each has a module beside this file; only the process that runs a case loads it.

/** @typedef {import('../../../test/hostile/hostile-case.mjs').HostileCase} HostileCase */
/** @typedef {import('../../../test/hostile/hostile-case.mjs').Outcome} Outcome */

/**
 * What the module of a sandbox exports.
 * @typedef {object} Sandbox
 * @property {string} version
 * @property {readonly string[]} lacks host functions that it has no way to offer
 * @property {(hostile: HostileCase) => Promise<Outcome>} run one script in a sandbox made for it, which is given up
 *   afterwards. A sync call blocks the event loop where the sandbox has sync calls.
 */

/** @typedef {import('../../peers.mjs').SandboxEntry} SandboxEntry */

/** @param {string} name @param {readonly string[]} [nodeArgs] @returns {SandboxEntry} */
function entry(name, nodeArgs = []) {
  return { name, module: new URL(`${name}.mjs`, import.meta.url), nodeArgs };
}

/** @type {readonly SandboxEntry[]} */
export const sandboxes = [
  entry('isolet'),
  entry('isolated-vm', ['--no-node-snapshot']), // its README asks for it, from Node 20 on
  entry('worker-threads'),
  entry('quickjs'),
];
