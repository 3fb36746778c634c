// @ts-check
// What a runtime may be at when something happens to it.

/**
 * Brings a runtime there, calls `strike` once it is, and gives what its call came to.
 *
 * @typedef {object} Scene
 * @property {() => import('isolet').Runtime} take the runtime; a state that kept it would keep it from being collected
 * @property {import('isolet').AsyncEvalOptions} options of the call
 * @property {() => void} strike
 * @property {string} work code that goes on until it is stopped, or ends if nothing will stop it
 *
 * @typedef {(scene: Scene) => unknown} State
 */

/** @type {Record<string, State>} */
const states = {
  'being made': ({ take, options, strike }) => {
    const call = take().evalAsync('1', options);
    strike();
    return call;
  },
  idle: ({ take, options, strike }) => {
    const runtime = new WeakRef(take());
    take().eval('1');
    strike();
    return runtime.deref()?.evalAsync('1', options);
  },
  computing: ({ take, options, strike, work }) => {
    const call = take().evalAsync(work, options);
    strike();
    return call;
  },
  'in a host call': ({ take, options, strike, work }) => {
    take().bindFunction('strike', strike);
    return take().evalAsync(`strike(); ${work}`, options);
  },
  // A sync call has no signal: what aborts does nothing to it.
  'in a host call that the host waits in': ({ take, options: { timeout }, strike, work }) => {
    take().bindFunction('strike', strike);
    return take().eval(`strike(); ${work}`, timeout === undefined ? {} : { timeout });
  },
  'in a nested call': ({ take, options, strike, work }) => {
    const runtime = new WeakRef(take());
    take().bindFunction('strike', strike);
    take().bindFunction('nested', () => {
      try {
        runtime.deref()?.eval(`strike(); ${work}`);
      } catch {
        // Of the outer call's reasons, and told by that.
      }
    });
    return take().evalAsync(`nested(); ${work}`, options);
  },
  'waiting for a promise': ({ take, options, strike }) => {
    const call = take().evalAsync('new Promise(() => {})', options);
    strike();
    return call;
  },
};

export const stateNames = Object.keys(states);

/** @param {string} name */
export function stateOf(name) {
  const state = states[name];
  if (state === undefined) throw new Error(`No state: ${name}`);
  return state;
}
