#!/usr/bin/env node
import { parseCommand, UsageError } from './arguments.js';
import { help } from './help.js';
import { describeError } from './print.js';
import { historyFile, runRepl } from './repl.js';
import { runCode } from './run.js';

/** The package's own, from its place in dist/cli/. */
function version(): string {
  return (require('../../package.json') as { version: string }).version;
}

async function main(args: readonly string[]): Promise<void> {
  const command = parseCommand(args);
  switch (command.kind) {
    case 'help':
      return console.log(help.trimEnd());
    case 'version':
      return console.log(version());
    case 'run':
      return runCode(command);
    case 'repl': {
      const { stdin: input, stdout: output } = process;
      const terminal = input.isTTY === true && output.isTTY === true;
      return runRepl({
        inputs: command.inputs,
        settings: command.settings,
        input,
        output,
        terminal,
        history: historyFile(process.env),
      });
    }
  }
}

/** The code is set and the process left to end by itself: `process.exit` would cut off what is not written yet. */
main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  process.exitCode = isUsage ? 2 : 1;
  console.error(isUsage ? `isolet: ${error.message}\nTry "isolet --help".` : describeError(error));
});
