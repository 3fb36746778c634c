import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { PluginError } from './errors.js';
import { bytes, quote } from './text.js';

/** What file systems take for one name. */
const longestFileName = 255;

/** A drive or an alternate data stream on Windows; elsewhere a colon is a letter like any. */
const separators = process.platform === 'win32' ? /[/\\\0:]/ : /[/\\\0]/;

/**
 * The file of a plugin, without its directory: plugins see this name, so no
 * path of the host shows in their stacks. It is a module's if there is no script of that name.
 *
 * @throws PluginError the name is no file name
 */
export function findPluginFile(directory: string, plugin: string): string {
  requireFileName(plugin);
  const [script, module] = [`${plugin}.js`, `${plugin}.mjs`];
  return !existsSync(join(directory, script)) && existsSync(join(directory, module)) ? module : script;
}

export function isModuleFile(file: string): boolean {
  return file.endsWith('.mjs');
}

function requireFileName(plugin: string): void {
  const problem =
    plugin === ''
      ? 'it is empty'
      : plugin === '.' || plugin === '..' || separators.test(plugin)
        ? 'it is a path'
        : Buffer.byteLength(`${plugin}.js`) > longestFileName
          ? `it is longer than ${longestFileName} bytes`
          : undefined;
  if (problem === undefined) return;
  throw new PluginError(
    `${quote(plugin)} can't be a plugin's name: ${problem}; a file name without ".js" is expected`,
    {
      plugin,
    },
  );
}

/** @throws PluginError `path` is no directory that can be read */
export function requireDirectory(path: string): void {
  let cause: unknown;
  try {
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    cause = error;
  }
  const why = cause === undefined ? '' : `: ${reason(cause)}`;
  throw new PluginError(`"pluginDir" is no directory: ${quote(path)}${why}`, { cause });
}

/**
 * The source in `file`, which must lie in `directory` once all links are
 * followed: links within it are fine.
 *
 * The file is opened by its real path, without following a link, and what
 * was opened is compared with what that path means afterwards. So a
 * link that is swapped in between is refused, not read.
 *
 * @throws PluginError with the file system's error as `cause`
 */
export function readPluginFile(directory: string, file: string, plugin: string, maxBytes: number): string {
  const refuse = (problem: string, cause?: unknown) =>
    new PluginError(`plugin ${quote(plugin)}: ${problem}`, { plugin, cause });
  let descriptor: number | undefined;
  try {
    const root = realpathSync(directory);
    const path = realpathSync(join(root, file));
    if (!isInside(root, path)) throw refuse(`${file} is a link out of the plugin directory`);
    // NONBLOCK: opening a pipe would wait for its writer. Windows has neither flag, nor such files.
    descriptor = openSync(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    const opened = fstatSync(descriptor, { bigint: true });
    const named = statSync(path, { bigint: true });
    if (!opened.isFile()) throw refuse(`${file} is no regular file`);
    if (realpathSync(path) !== path || named.ino !== opened.ino || named.dev !== opened.dev) {
      throw refuse(`${file} changed while it was opened`);
    }
    if (opened.size > maxBytes) {
      throw refuse(
        `${file} has ${bytes(Number(opened.size))}, more than the heap limit of ${bytes(maxBytes)}`,
      );
    }
    return readFileSync(descriptor, 'utf8');
  } catch (error) {
    if (error instanceof PluginError) throw error;
    throw refuse(`can't read ${file}: ${reason(error)}${hint(plugin, error)}`, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && join(directory, way) === path;
}

const reasons = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'permission denied'],
  ['ELOOP', 'a link that leads nowhere'],
  ['ENOTDIR', 'no directory'],
]);

/** Without the path that the system's own message holds: the plugin may get to see it. */
function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const known = reasons.get(code);
  return known === undefined ? code : `${known} (${code})`;
}

function hint(plugin: string, error: unknown): string {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (!missing) return '';
  const extension = /\.m?js$/.exec(plugin)?.[0];
  if (extension !== undefined) return `; a plugin is named without "${extension}"`;
  return `, and there is no ${plugin}.mjs`;
}
