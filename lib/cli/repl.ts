import { once } from 'node:events';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Key } from 'node:readline';
import { type REPLServer, Recoverable, start } from 'node:repl';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { inspect } from 'node:util';
import type { InputKind, Settings } from './arguments.js';
import { EventQueue } from './event-queue.js';
import { type Outcome, Session } from './session.js';
import { readImports } from './source.js';

export interface ReplOptions {
  inputs: InputKind;
  settings: Settings;
  input: Readable;
  output: Writable;
  /** Whether input and output are a terminal: with line editing and history. */
  terminal: boolean;
  /** The file that keeps the history; empty: none does. */
  history: string;
}

const help = 'Type .help for commands, .exit or Ctrl+D to leave.\n';

const greetings: Record<InputKind, string> = {
  script: help,
  module: `Each input is a module: what it declares or imports, later ones can read, not assign to.\n${help}`,
};

/** Text that is printed as it is, where REPLServer expects a value to inspect. */
class Message {
  constructor(readonly text: string) {}
}

/** The file named by the environment, or the one in the user's home. */
export function historyFile(env: NodeJS.ProcessEnv): string {
  return env.ISOLET_REPL_HISTORY ?? join(homedir(), '.isolet_history');
}

/**
 * Node's repl with a runtime behind it. Ends with its input, or by `.exit`.
 *
 * Errors are printed by the writer and not given to REPLServer, which would
 * show the host's side of them.
 *
 * @throws UsageError a file to import can't be read
 */
export async function runRepl(options: ReplOptions): Promise<void> {
  const { inputs, settings, input, output, terminal, history } = options;
  const imports = await readImports(settings.imports);
  let server: REPLServer | undefined;
  const session = new Session(inputs, settings, imports, (text) => {
    output.write(`${text}\n`);
    if (!session.isEvaluating) server?.displayPrompt();
  });
  // A pipe would end while its last lines still wait: it is passed on line by line.
  const piped = terminal ? undefined : new PassThrough();
  const source = piped ?? input;
  if (terminal) output.write(greetings[inputs]);
  server = start({
    prompt: '> ',
    input: source,
    output,
    terminal,
    preview: false,
    // Node's would offer the globals of the host.
    completer: (line: string) => [[], line],
    writer: (value: unknown) =>
      value instanceof Message ? value.text : inspect(value, { colors: server?.useColors ?? false }),
    eval(code, _context, _file, callback) {
      // With one argument it prints nothing, as Node's own repl does for an empty line.
      if (code === '\n') return (callback as (error: null) => void)(null);
      held.hold();
      void evaluate(session, code, held).then((outcome) => {
        if (session.isClosed) return; // so is the server: it can't take an answer any more
        if (outcome.kind === 'incomplete') callback(new Recoverable(outcome.error), undefined);
        else callback(null, outcome.kind === 'value' ? outcome.value : new Message(outcome.text));
        held.release();
      });
    },
  });
  const ended = once(server, 'exit').then(() => session.close());
  const held = new HeldInput(server, source, terminal);
  server.on('close', () => held.end());
  server.on('reset', () => session.restart());
  const stopListening = stopOnInterrupt(server, session, held);
  if (terminal && history !== '') await openHistory(server, history);
  if (piped !== undefined) feed(input, piped, held.lines, server);
  await ended;
  stopListening();
}

/** The keys and lines that come while an input is evaluated. */
class HeldInput {
  readonly lines: EventQueue<[string]>;
  /**
   * Node 24's repl puts an input that is incomplete back into the line editor, so that keys have to wait as well: those of
   * the next line go behind it.
   */
  readonly #keys: EventQueue<[string | undefined, Key]> | undefined;

  constructor(server: REPLServer, source: Readable, terminal: boolean) {
    this.lines = new EventQueue<[string]>(server, 'line');
    if (terminal) this.#keys = new EventQueue(source, 'keypress', (_, key) => isSignal(key));
  }

  hold(): void {
    this.lines.hold();
    this.#keys?.hold();
  }

  release(): void {
    this.lines.release();
    this.#keys?.release();
  }

  clear(): void {
    this.lines.clear();
    this.#keys?.clear();
  }

  end(): void {
    this.lines.end();
    this.#keys?.end();
  }
}

/** Ctrl+C, Ctrl+D and Ctrl+Z are for the one who types, whatever the plugin does. */
function isSignal({ ctrl, name }: Key): boolean {
  return ctrl === true && (name === 'c' || name === 'd' || name === 'z');
}

/** With the lines that `.load` brought at once, as far as they are one input. */
async function evaluate(session: Session, code: string, held: HeldInput): Promise<Outcome> {
  let all = code;
  for (;;) {
    const outcome = await session.evaluate(all);
    const next = outcome.kind === 'incomplete' ? held.lines.shift() : undefined;
    if (next === undefined) return outcome;
    all += `${next[0]}\n`;
  }
}

/** Ctrl+C comes from the terminal as a key, or as a signal if that is not in raw mode. */
function stopOnInterrupt(server: REPLServer, session: Session, held: HeldInput): () => void {
  const idleListeners = server.listeners('SIGINT');
  const stop = () => {
    held.clear();
    session.interrupt();
  };
  server.removeAllListeners('SIGINT');
  server.on('SIGINT', () => {
    if (session.isEvaluating) stop();
    else for (const listener of idleListeners) listener.call(server);
  });
  const onSignal = () => {
    if (session.isEvaluating) return stop();
    process.removeListener('SIGINT', onSignal);
    process.kill(process.pid, 'SIGINT'); // now ends the process, in the way that its parent can tell
  };
  process.on('SIGINT', onSignal);
  return () => process.removeListener('SIGINT', onSignal);
}

/** One that can't be opened is no reason to end: Node's repl says so and goes on. */
function openHistory(server: REPLServer, file: string): Promise<void> {
  return new Promise((resolve) => server.setupHistory(file, () => resolve()));
}

/** Until the input ends, or the server: then nothing more is read. */
function feed(input: Readable, target: PassThrough, lines: EventQueue<[string]>, server: REPLServer): void {
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let isOpen = true;
  server.once('exit', () => {
    isOpen = false;
    reader.close();
  });
  const passOn = async () => {
    for await (const line of reader) {
      if (!isOpen) return;
      const handled = lines.nextHandled();
      target.write(`${line}\n`);
      await handled;
    }
    target.end();
  };
  passOn().catch((error) => target.destroy(error));
}
