import { isUint8Array } from 'node:util/types';
import { invalidArgument, outOfRange } from './errors.js';
import { describe, nearest, quote } from './text.js';
import type {
  AsyncCallOptions,
  AsyncEvalOptions,
  BindOptions,
  CallOptions,
  EvalOptions,
  FunctionOptions,
  OpOptions,
  PluginLimits,
  PluginManagerOptions,
  RuntimeConfig,
  SnapshotBuilderOptions,
} from './types.js';

/**
 * What each option may be, and how an options object is read.
 *
 * An options object is read once per property, by name, so that inherited
 * ones and accessors (a class instance, `Object.create(defaults)`) count. What
 * is unknown is looked for among its own enumerable string keys. A property
 * that is `undefined` is one that is not given.
 */

const KiB = 2 ** 10;
const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** The longest time that Node's own timers know. */
const longestDuration = 2 ** 31 - 1;
/** Offsets that V8 can add to any line or column without overflow. */
const largestOffset = 2 ** 30;

/** What one option may be: `expected` and `range` are how messages say it. */
interface Rule {
  readonly expected: string;
  readonly isType: (value: unknown) => boolean;
  readonly range?: string;
  readonly isInRange?: (value: never) => boolean;
}

export type Rules<T> = { readonly [K in keyof T]-?: Rule };

const isNumber = (value: unknown) => typeof value === 'number';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const anything: Rule = { expected: 'anything', isType: () => true };

const text: Rule = { expected: 'a string', isType: (value) => typeof value === 'string' };

const nonEmptyText: Rule = {
  expected: 'a non-empty string',
  isType: (value) => typeof value === 'string' && value !== '',
};

const directory: Rule = {
  expected: 'a path or a file: URL',
  isType: (value) => nonEmptyText.isType(value) || (value instanceof URL && value.protocol === 'file:'),
};

const bytes: Rule = { expected: 'a Uint8Array', isType: isUint8Array };

export const group: Rule = { expected: 'an object', isType: isObject };

/** As Node checks it, so that another realm's AbortSignal will do. */
const abortSignal: Rule = {
  expected: 'an AbortSignal',
  isType: (value) =>
    isObject(value) && 'aborted' in value && 'addEventListener' in value && 'removeEventListener' in value,
};

const duration: Rule = {
  expected: 'a number of milliseconds',
  isType: isNumber,
  range: `above 0 and at most ${longestDuration} ms`,
  isInRange: (value: number) => value > 0 && value <= longestDuration,
};

export function integer(unit: string, min: number, max: number): Rule {
  return {
    expected: `a number of ${unit}`,
    isType: isNumber,
    range: `an integer from ${min} to ${max} (${unit})`,
    isInRange: (value: number) => Number.isInteger(value) && value >= min && value <= max,
  };
}

function oneOf(...words: string[]): Rule {
  const quoted = words.map((word) => `"${word}"`);
  return {
    expected: `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`,
    isType: (value) => words.includes(value as string),
  };
}

export const callRules: Rules<CallOptions> = { timeout: duration, cpuTimeout: duration };
export const asyncCallRules: Rules<AsyncCallOptions> = { ...callRules, signal: abortSignal };
export const evalRules: Rules<EvalOptions> = {
  ...callRules,
  transfer: oneOf('none', 'result'),
  filename: text,
  lineOffset: integer('lines', -largestOffset, largestOffset),
  columnOffset: integer('columns', -largestOffset, largestOffset),
};
export const asyncEvalRules: Rules<AsyncEvalOptions> = { ...evalRules, signal: abortSignal };
export const functionRules: Rules<FunctionOptions> = {
  ...asyncCallRules,
  transfer: oneOf('none', 'arguments', 'result', 'both'),
  this: anything,
};
export const bindRules: Rules<BindOptions> = { name: nonEmptyText };
export const opRules: Rules<OpOptions> = { mode: oneOf('sync', 'async') };

const flag: Rule = { expected: 'a boolean', isType: (value) => typeof value === 'boolean' };

const callback: Rule = { expected: 'a function', isType: (value) => typeof value === 'function' };

const flagOrCallback: Rule = {
  expected: 'a boolean or a function',
  isType: (value) => flag.isType(value) || callback.isType(value),
};

export const runtimeRules: Rules<RuntimeConfig> = {
  ...callRules,
  name: nonEmptyText,
  // Below 8 MiB V8 cannot set up its context and run a script with room to spare.
  maxHeapSize: integer('bytes', 8 * MiB, 1024 * GiB),
  initialHeapSize: integer('bytes', 1, 1024 * GiB),
  stackSize: integer('bytes', 512 * KiB, 64 * MiB),
  bootstrap: text,
  snapshot: bytes,
  enableConsole: flagOrCallback,
  enableTimers: flag,
  onUnhandledRejection: callback,
  maxSerializationDepth: integer('levels', 1, 1000),
  maxSerializationBytes: integer('bytes', 1, GiB),
};
export const limitRules: Rules<PluginLimits> = {
  maxHeapSize: runtimeRules.maxHeapSize,
  stackSize: runtimeRules.stackSize,
  cpuTimeout: duration,
  maxSerializationDepth: runtimeRules.maxSerializationDepth,
  maxSerializationBytes: runtimeRules.maxSerializationBytes,
};
export const builderRules: Rules<SnapshotBuilderOptions> = {
  ...callRules,
  bootstrap: text,
  enableConsole: flagOrCallback,
  maxHeapSize: runtimeRules.maxHeapSize,
  stackSize: runtimeRules.stackSize,
};
export const managerRules: Rules<PluginManagerOptions> = {
  pluginDir: directory,
  limits: group,
  loadTimeout: duration,
  timeout: duration,
  bootstrap: text,
  snapshot: bytes,
  enableConsole: flagOrCallback,
  enableTimers: flag,
  onUnhandledRejection: callback,
};

/** The options that are given, each checked; `subject` names the object in messages. */
export function read<T extends object>(subject: string, options: unknown, rules: Rules<T>): Partial<T> {
  const given: Record<string, unknown> = Object.create(null);
  if (options === undefined) return given as Partial<T>;
  if (!isObject(options)) throw invalidArgument(`${subject} must be an object, got ${describe(options)}`);
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(rules, key)) throw unknownOption(subject, key, Object.keys(rules));
  }
  for (const name of Object.keys(rules) as (string & keyof T)[]) {
    const value = (options as T)[name];
    if (value === undefined) continue;
    check(subject, name, value, rules[name]);
    given[name] = value;
  }
  return given as Partial<T>;
}

function check(subject: string, name: string, value: unknown, rule: Rule): void {
  if (!rule.isType(value)) {
    throw invalidArgument(`${subject}: "${name}" must be ${rule.expected}, got ${describe(value)}`);
  }
  if (rule.isInRange !== undefined && !rule.isInRange(value as never)) {
    throw outOfRange(`${subject}: "${name}" must be ${rule.range}, got ${String(value)}`);
  }
}

function unknownOption(subject: string, key: string, names: string[]): TypeError {
  const meant = nearest(key, names);
  let hint = meant === undefined ? `known are ${names.join(', ')}` : `did you mean "${meant}"?`;
  if (key === 'signal') hint = 'only what returns a promise takes one';
  if (names.includes('limits') && Object.hasOwn(limitRules, key)) hint = 'it belongs into "limits"';
  if (names.includes('runtime') && Object.hasOwn(runtimeRules, key)) hint = 'it belongs into "runtime"';
  return invalidArgument(`${subject}: unknown option ${quote(key)}; ${hint}`);
}
