import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, vi } from 'vitest';
import type { ChildResult } from './child.js';

export interface CliOptions {
  /** What the child reads from stdin. */
  input?: string;
  cwd?: string;
  /** Given the child once it runs; stdin is left open until it ends it. */
  drive?: (child: RunningCli) => Promise<void>;
}

/** A command line that runs. */
export interface RunningCli {
  readonly process: ChildProcessWithoutNullStreams;
  /** Resolves when stdout holds `text`; rejects if the process ends before that. */
  printed(text: string): Promise<void>;
}

export const cliPath = join(__dirname, '../../dist/cli/main.js');

// As in runtimes.ts: a guard against hangs, longer than that of the child itself.
vi.setConfig({ testTimeout: 240_000 });

/** Kills a child that hangs; then `signal` is SIGKILL, which no test expects. */
const hangGuard = 200_000;

/** Runs the built command line as a user's shell does, without a terminal and without a history of the user's. */
export async function runCli(args: string[], options: CliOptions = {}): Promise<ChildResult> {
  const { NODE_OPTIONS: _, FORCE_COLOR: __, ...env } = process.env;
  const child = spawn(process.execPath, [cliPath, ...args], {
    env: { ...env, NO_COLOR: '1', ISOLET_REPL_HISTORY: '' },
    cwd: options.cwd,
    timeout: hangGuard,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // One that ends before it has read all is judged by what it printed.
  child.stdin.on('error', () => {});
  const ended = new Promise<ChildResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => stdout.includes(text) && resolve();
      child.stdout.on('data', look);
      child.on('close', () => reject(new Error(`ended without printing ${text}: ${stdout}${stderr}`)));
      look();
    });
  if (options.drive === undefined) child.stdin.end(options.input ?? '');
  else await options.drive({ process: child, printed });
  return ended;
}

/** Runs it and expects success, with exactly this on stdout and nothing on stderr. */
export async function expectOutput(args: string[], stdout: string, options?: CliOptions): Promise<void> {
  expect(await runCli(args, options)).toEqual({ code: 0, signal: null, stdout, stderr: '' });
}

/** Runs it and expects exit code 1 with exactly this on stderr. Returns what it printed on stdout. */
export async function expectFailure(args: string[], stderr: string, options?: CliOptions): Promise<string> {
  const { stdout, ...ended } = await runCli(args, options);
  expect(ended, stdout).toEqual({ code: 1, signal: null, stderr });
  return stdout;
}

/** Runs it and expects exit code 2, nothing on stdout, and a message that says `reason` and where to find help. */
export async function expectUsageError(args: string[], reason: string, options?: CliOptions): Promise<void> {
  const { stderr, ...ended } = await runCli(args, options);
  expect(ended, stderr).toEqual({ code: 2, signal: null, stdout: '' });
  const lines = stderr.split('\n');
  expect(lines[0]).toContain(`isolet: ${reason}`);
  expect(lines.slice(1)).toEqual(['Try "isolet --help".', '']);
}

/** A folder with these files, gone when the test file has run. For use outside of tests. */
export function makeFolder(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'isolet-cli-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What a repl printed for each of its inputs, without prompts. */
export function answers(stdout: string): string[] {
  // Node 20 prompts for more of an input with `... `, later ones with `| `.
  return stdout
    .split(/^(?:> )/m)
    .slice(1)
    .map((answer) => answer.replace(/^(?:(?:\.\.\.|\||>) )+/, '').trimEnd())
    .filter((answer) => answer !== '');
}
