// @ts-check
// What became of one case in one sandbox.
import { aimedMemory, limitsOf, mebibyte } from '../../test/hostile/hostile-case.mjs';

/** @typedef {import('../../test/hostile/hostile-case.mjs').HostileCase} HostileCase */

/** @typedef {'survived' | 'died' | 'hung' | 'memory' | 'not applicable'} Verdict */

/**
 * What was seen of the child, from inside and from outside.
 * @typedef {object} Observation
 * @property {string} [notApplicable] the host functions that the sandbox can't offer
 * @property {string} [outcome] what the host was told
 * @property {number} [elapsed] ms until then
 * @property {number} [stalled] ms that the event loop stood still during an async call
 * @property {boolean} [healthy] whether a fresh sandbox worked then
 * @property {number} grown bytes that the process grew by, at most
 * @property {string} [killed] why the parent killed it
 * @property {string} [ended] how it ended, if not by itself with code 0
 * @property {string} stderr the end of what it said there
 */

/**
 * @typedef {object} Result
 * @property {Verdict} verdict
 * @property {string} detail
 * @property {string} [outcome] what the host was told
 * @property {number} stalled ms
 * @property {number} grown bytes
 * @property {string} [stderr] of a process that died
 */

/** ms past the deadline: an answer that comes later has not come. One may keep the event loop at most as long. */
const patience = 2000;

/** @param {HostileCase} hostile @param {Observation} seen @returns {[Verdict, string]} */
function judge(hostile, seen) {
  const latest = limitsOf(hostile).timeout + patience;
  const grown = `${Math.round(seen.grown / mebibyte)} MiB`;
  if (seen.notApplicable !== undefined) return ['not applicable', `no \`${seen.notApplicable}\``];
  if (seen.killed === undefined && seen.ended !== undefined) return ['died', seen.ended];
  if (seen.killed === 'memory') return ['memory', `killed when it had grown by ${grown}`];
  if (seen.outcome === undefined || seen.elapsed === undefined) return ['hung', 'no answer'];
  if (seen.elapsed > latest) return ['hung', `answered after ${Math.round(seen.elapsed)} ms`];
  if (seen.healthy === undefined) return ['hung', 'answered; a fresh sandbox then did not'];
  if (seen.killed !== undefined) return ['hung', 'answered; the process then did not end'];
  if (!seen.healthy) return ['died', 'answered; a fresh sandbox then failed'];
  if (seen.grown > aimedMemory(hostile)) return ['memory', `grew by ${grown}`];
  return ['survived', ''];
}

/** @param {HostileCase} hostile @param {Observation} seen @returns {Result} */
export function resultOf(hostile, seen) {
  const [verdict, detail] = judge(hostile, seen);
  const { outcome, stalled = 0, grown, stderr } = seen;
  return { verdict, detail, outcome, stalled, grown, ...(verdict === 'died' && { stderr }) };
}
