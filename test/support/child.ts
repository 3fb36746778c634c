import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, vi } from 'vitest';

export interface ChildResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface ChildOptions {
  nodeArgs?: string[];
  env?: NodeJS.ProcessEnv;
  /** `false`: the script starts with nothing declared, the package not loaded. */
  prelude?: boolean;
  /** Of the script, as `process.argv` has them from its third on. */
  args?: string[];
  /** Runs it as this user; only root may. */
  uid?: number;
}

/** The built package and its inner module, for `require` in a child or a worker. */
export const packagePath = join(__dirname, '../../dist/index.js');
export const bindingPath = join(__dirname, '../../dist/binding.js');

/** A sanitizer keeps freed memory for a while: what is resident says nothing about leaks then. */
export const sanitized =
  Boolean(process.env.ISOLET_SANITIZE) || /lib[at]san/.test(process.env.LD_PRELOAD ?? '');

// As in runtimes.ts: a guard against hangs, longer than that of the child itself.
vi.setConfig({ testTimeout: 240_000 });

/** Kills a child that hangs; then `signal` is SIGKILL, which no test expects. */
const hangGuard = 200_000;

/** What every script finds declared. `live()` counts, `awaitThreads(n)` blocks until only n are left. */
const prelude = `
const isolet = require(${JSON.stringify(packagePath)});
const { Runtime } = isolet;
const { nativeBinding } = require(${JSON.stringify(bindingPath)});
const live = () => nativeBinding().liveCounts();
const awaitThreads = (n) => nativeBinding().awaitThreads(n, 60_000);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const codeOf = (call) => { try { call(); return 'no error'; } catch (error) { return error.code ?? String(error); } };
`;

/** Runs a CommonJS script, given as text, in a Node.js of its own. */
export function runChild(script: string, options: ChildOptions = {}): Promise<ChildResult> {
  const source = options.prelude === false ? script : `${prelude}\n${script}`;
  return run([...(options.nodeArgs ?? []), '--eval', source], options);
}

export function runChildFile(file: string, options: ChildOptions = {}): Promise<ChildResult> {
  return run([...(options.nodeArgs ?? []), file, ...(options.args ?? [])], options);
}

/** Runs the script and expects it to end with exactly these lines, by itself and with `code` (default: 0). */
export async function expectChild(
  script: string,
  lines: string[],
  { code: wanted = 0, ...options }: ChildOptions & { code?: number } = {},
): Promise<void> {
  const { code, signal, stdout, stderr } = await runChild(script, options);
  const ended = { code, signal, lines: stdout.split('\n').slice(0, -1) };
  expect(ended, stderr).toEqual({ code: wanted, signal: null, lines });
}

function run(args: string[], options: ChildOptions): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: hangGuard,
      killSignal: 'SIGKILL',
      ...(options.uid === undefined ? {} : { uid: options.uid }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
