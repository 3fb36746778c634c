import { type ParseArgsConfig, parseArgs } from 'node:util';
import { bytes, nearest, quote } from '../text.js';

/** The command line is wrong, or names a file that can't be read: nothing ran. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Where the code to run comes from. */
export type Source = { from: 'file'; path: string } | { from: 'text'; text: string } | { from: 'stdin' };

/** What the runtime gets. Sizes in bytes, times in milliseconds. */
export interface Settings {
  heap: number;
  stack: number | undefined;
  timeout: number;
  cpuTimeout: number | undefined;
  console: boolean;
  timers: boolean;
  /** Modules that can be imported: the file of each by its name. */
  imports: ReadonlyMap<string, string>;
}

/** What each input of a repl is. */
export type InputKind = 'script' | 'module';

export type Command =
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'run'; source: Source; isModule: boolean; settings: Settings }
  | { kind: 'repl'; inputs: InputKind; settings: Settings };

const KiB = 2 ** 10;
const MiB = 2 ** 20;

const defaults = { heap: 64 * MiB, timeout: 10_000 };

/** The library's own limits: it would refuse by the names of its options, which the user never wrote. */
const ranges = {
  heap: { min: 8 * MiB, max: 2 ** 40 },
  stack: { min: 512 * KiB, max: 64 * MiB },
  time: { max: 2 ** 31 - 1 },
};

const known = {
  eval: { type: 'string', short: 'e' },
  module: { type: 'boolean' },
  import: { type: 'string', multiple: true },
  heap: { type: 'string' },
  stack: { type: 'string' },
  timeout: { type: 'string' },
  'cpu-timeout': { type: 'string' },
  'no-console': { type: 'boolean' },
  'no-timers': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsConfig['options'];

type Values = ReturnType<typeof parseKnown>['values'];

/**
 * What `args`, the command line without node and script, asks for.
 *
 * @throws UsageError
 */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const settings = settingsOf(values);
  const [file, ...rest] = positionals;
  if (values.eval !== undefined) {
    if (file !== undefined) throw new UsageError(`--eval takes no FILE, got ${quote(file)}`);
    const source: Source = { from: 'text', text: values.eval };
    return { kind: 'run', source, isModule: values.module ?? false, settings };
  }
  if (file === undefined) throw new UsageError('nothing to run: a FILE, --eval CODE, or repl is expected');
  // Runtimes have no `process.argv`: an argument that the script can't get is a mistake.
  if (rest[0] !== undefined) throw new UsageError(`one FILE is expected, got ${quote(rest[0])} as well`);
  if (file === 'repl') return { kind: 'repl', inputs: values.module ? 'module' : 'script', settings };
  const source: Source = file === '-' ? { from: 'stdin' } : { from: 'file', path: file };
  return { kind: 'run', source, isModule: values.module ?? file.endsWith('.mjs'), settings };
}

function parseKnown(args: readonly string[]) {
  return parseArgs({ args: [...args], options: known, allowPositionals: true, tokens: true });
}

function parse(args: readonly string[]): ReturnType<typeof parseKnown> {
  let parsed: ReturnType<typeof parseKnown>;
  try {
    parsed = parseKnown(args);
  } catch (error) {
    if (!isParseError(error)) throw error;
    throw new UsageError(unknownOption(args) ?? error.message);
  }
  const repeated = repeatedOption(parsed.tokens);
  if (repeated !== undefined) throw new UsageError(`--${repeated} is given twice`);
  return parsed;
}

/** Of an option that has one value, parseArgs takes the last and says nothing. */
function repeatedOption(tokens: ReturnType<typeof parseKnown>['tokens']): string | undefined {
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name === 'import') continue;
    if (seen.has(token.name)) return token.name;
    seen.add(token.name);
  }
  return undefined;
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

/** Node's own message on an unknown option guesses that a file was meant. */
function unknownOption(args: readonly string[]): string | undefined {
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(known, token.name)) continue;
    const meant = nearest(token.name, Object.keys(known));
    const hint = meant === undefined ? '' : `; did you mean --${meant}?`;
    return `unknown option ${quote(token.rawName)}${hint}`;
  }
  return undefined;
}

function settingsOf(values: Values): Settings {
  return {
    heap: sizeOf('heap', values.heap) ?? defaults.heap,
    stack: sizeOf('stack', values.stack),
    timeout: timeOf('timeout', values.timeout) ?? defaults.timeout,
    cpuTimeout: timeOf('cpu-timeout', values['cpu-timeout']),
    console: !values['no-console'],
    timers: !values['no-timers'],
    imports: importsOf(values.import ?? []),
  };
}

function sizeOf(option: 'heap' | 'stack', text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const { min, max } = ranges[option];
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(?:([KMG])(?:iB)?)?$/i.exec(text) ?? [];
  const size = Math.round(Number(digits) * 1024 ** ' KMG'.indexOf(unit.toUpperCase() || ' '));
  if (size >= min && size <= max) return size;
  throw new UsageError(
    `--${option} must be a size from ${bytes(min)} to ${bytes(max)}, like 65536K, 64MiB or 1G, got ${quote(text)}`,
  );
}

function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (time > 0 && time <= ranges.time.max) return time;
  throw new UsageError(
    `--${option} must be milliseconds, above 0 and at most ${ranges.time.max}, got ${quote(text)}`,
  );
}

function importsOf(definitions: readonly string[]): Map<string, string> {
  const imports = new Map<string, string>();
  for (const definition of definitions) {
    const [, name, file] = /^([^=]+)=(.+)$/s.exec(definition) ?? [];
    if (name === undefined || file === undefined) {
      throw new UsageError(`--import must be NAME=FILE, got ${quote(definition)}`);
    }
    if (imports.has(name)) throw new UsageError(`--import names the module ${quote(name)} twice`);
    imports.set(name, file);
  }
  return imports;
}
