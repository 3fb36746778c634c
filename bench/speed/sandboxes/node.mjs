// @ts-check
// No sandbox at all: the host's own context. What a sandbox's pure computation is compared with.
import { Script } from 'node:vm';

export const version = process.versions.node;

export const awaitsHost = false;

/** @returns {import('./index.mjs').Session} */
export function open() {
  return {
    script: (code) => {
      const script = new Script(code);
      return () => script.runInThisContext();
    },
    limitedScript: () => null,
    asyncScript: () => null,
    fn: () => null,
    mover: () => null,
    bind: () => {},
    close: () => {},
  };
}
