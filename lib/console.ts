import { formatWithOptions, inspect } from 'node:util';
import { ConsoleRoom } from './console-room.js';
import type { ConsoleLevel, ConsoleSink } from './types.js';

/** Where each level of a plugin's console goes at the host's. */
const hostMethods = {
  log: 'log',
  info: 'info',
  warn: 'warn',
  error: 'error',
  debug: 'debug',
  trace: 'error',
  dir: 'log',
  table: 'log',
  group: 'log',
  groupEnd: 'log',
} as const satisfies Record<ConsoleLevel, keyof Console>;

const indentation = '  ';
/** A plugin may open groups without end. */
const deepestGroup = 20;

/**
 * What the plugin's console calls, for `enableConsole`: the sink, or a printer
 * on the host's console whose lines begin with the runtime's name.
 */
export function consoleHandler(name: string, sink: boolean | ConsoleSink | undefined) {
  if (typeof sink === 'function') {
    return (level: ConsoleLevel, ...args: unknown[]): void => {
      sink(level, args);
    };
  }
  return sink ? hostConsole(name) : undefined;
}

function hostConsole(name: string) {
  let depth = 0;
  return (level: ConsoleLevel, ...args: unknown[]): void => {
    if (level === 'groupEnd') {
      depth = Math.max(0, depth - 1);
      return;
    }
    const prefix = `[${name}] ${indentation.repeat(depth)}`;
    if (level === 'group') depth = Math.min(deepestGroup, depth + 1);
    if (level === 'group' && args.length === 0) return;
    // The global looked up now, as the host may have replaced it; one argument, so that no `%` counts twice.
    console[hostMethods[level]](onEachLine(prefix, printable(render(level, args))));
  };
}

function render(level: ConsoleLevel, args: unknown[]): string {
  const room = new ConsoleRoom();
  const shown = args.map((value) =>
    typeof value === 'string' || room.admits(value) ? value : '[too large to be shown]',
  );
  if (level === 'dir') return inspect(shown[0]);
  const [format, ...rest] = shown;
  if (typeof format === 'string') return formatWithOptions({ colors: false }, bounded(format), ...rest);
  return formatWithOptions({ colors: false }, ...shown);
}

/**
 * JSON shows all there is, of a sparse array, a few bytes of the plugin's, 200 MB, and `%o` shows four levels. So both are
 * shown as `%O` is, which stops after 100 items and two levels.
 */
function bounded(format: string): string {
  return format.replace(/%[%jo]/g, (specifier) => (specifier === '%%' ? specifier : '%O'));
}

/** A terminal obeys control characters, and a plugin's text must not steer it. */
function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Characters of one call; each line of a plugin's text takes more than it has. */
const mostPrinted = 512 * 1024;

/** Also on what follows a line break: a plugin could else print lines that look like the host's. */
function onEachLine(prefix: string, text: string): string {
  const lines: string[] = [];
  let length = 0;
  for (const line of text.split('\n')) {
    length += prefix.length + line.length + 1;
    if (length > mostPrinted) return [...lines, `${prefix}…`].join('\n');
    lines.push(prefix + line);
  }
  return lines.join('\n');
}
