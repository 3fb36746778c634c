// @ts-check
// Plugins with hooks, loaded, replaced and unloaded by a manager.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isolet } from '../../support/isolet.mjs';
import { hangGuard } from './honest.mjs';

const pluginDir = new URL('../../fixtures/stress/', import.meta.url);

/** @type {import('./honest.mjs').Kind} */
export function plugins(random, answers) {
  const manager = new isolet.PluginManager({ pluginDir, timeout: hangGuard, loadTimeout: hangGuard });
  const currency = `EUR ${random.below(100)}`;
  let total = 0;
  /** @type {Map<number, { amount: number, note: string }>} */
  let lines = new Map();

  function load() {
    manager.loadPlugin('ledger', {
      config: { currency },
      rateOf: async (/** @type {number} */ amount) => {
        await nextTurn();
        return amount % 3;
      },
    });
    total = 0;
    lines = new Map();
  }

  /** The same at the host. @param {number} amount @param {string} note */
  function add(amount, note) {
    total += amount;
    lines.set(lines.size + 1, { amount, note });
    return total;
  }

  /** @type {((n: number) => unknown)[]} */
  const questions = [
    (n) => answers.compare('a hook', manager.callHook('ledger', 'add', n, 'by hand'), add(n, 'by hand')),
    async (n) => {
      const given = await Promise.all(
        [1, 2, 3].map((i) => manager.callHookAsync('ledger', 'addLater', [n + i])),
      );
      const expected = [1, 2, 3].map((i) => add((n + i) * ((n + i) % 3), currency));
      answers.compare('hooks that wait for the host', given, expected);
    },
    () => answers.compare('a report', manager.callHook('ledger', 'report'), { total, lines }),
    () =>
      answers.compareFailure(
        'a hook that throws',
        () => manager.callHookAsync('ledger', 'overdraw'),
        'code',
        'ERR_JAVASCRIPT',
      ),
    () => answers.compareFailure('no hook', () => manager.callHook('ledger', 'gone'), 'code', 'ERR_PLUGIN'),
    load,
    () => {
      answers.compare('unloading', manager.unload('ledger'), true);
      load();
    },
  ];

  load();
  return {
    async step() {
      await random.pick(questions)(random.below(1000));
    },
    close: () => manager.closeAll(),
  };
}
