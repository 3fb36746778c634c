// @ts-check
// All hostile scripts, each with its group.
import { escapeCode } from './escape-code.mjs';
import { escapeValues } from './escape-values.mjs';
import { floods } from './floods.mjs';
import { memoryArrays } from './memory-arrays.mjs';
import { memoryBuffers } from './memory-buffers.mjs';
import { memoryCode } from './memory-code.mjs';
import { memoryCrossing } from './memory-crossing.mjs';
import { memoryEngine } from './memory-engine.mjs';
import { memoryObjects } from './memory-objects.mjs';
import { memoryProcess } from './memory-process.mjs';
import { memoryStrings } from './memory-strings.mjs';
import { stackDepth } from './stack-depth.mjs';
import { stackEdge } from './stack-edge.mjs';
import { stackRecursion } from './stack-recursion.mjs';
import { timeBuiltins } from './time-builtins.mjs';
import { timeCrossing } from './time-crossing.mjs';
import { timePlaces } from './time-places.mjs';
import { valuesAssumed } from './values-assumed.mjs';
import { valuesGiven } from './values-given.mjs';
import { valuesPatched } from './values-patched.mjs';
import { valuesThrown } from './values-thrown.mjs';

/** @typedef {import('../hostile-case.mjs').Group} Group */
/** @typedef {import('../hostile-case.mjs').Script} Script */

/** @param {Group} group @param {...Script[]} files */
function grouped(group, ...files) {
  return files.flat().map((script) => ({ group, ...script }));
}

/** @type {readonly import('../hostile-case.mjs').HostileCase[]} */
export const corpus = [
  ...grouped(
    'memory',
    memoryObjects,
    memoryArrays,
    memoryStrings,
    memoryBuffers,
    memoryCode,
    memoryCrossing,
    memoryProcess,
    memoryEngine,
  ),
  ...grouped('time', timePlaces, timeCrossing, timeBuiltins),
  ...grouped('stack', stackRecursion, stackDepth, stackEdge),
  ...grouped('values', valuesThrown, valuesGiven, valuesPatched, valuesAssumed),
  ...grouped('escape', escapeCode, escapeValues),
  ...grouped('floods', floods),
];
