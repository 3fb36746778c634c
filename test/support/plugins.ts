import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PluginManager, type PluginManagerOptions } from 'isolet';
import { afterEach } from 'vitest';
import { expectAllReleased } from './live.js';

const directories: string[] = [];
const managers: PluginManager[] = [];

/** A directory of its own for the test, holding `<name>.js` for each entry; gone when the test ends. */
export function makePluginDir(sources: Record<string, string> = {}): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'isolet-plugins-')));
  directories.push(directory);
  for (const [name, source] of Object.entries(sources)) writePlugin(directory, name, source);
  return directory;
}

export function writePlugin(directory: string, name: string, source: string): void {
  writeFileSync(join(directory, `${name}.js`), source);
}

/** The source of a plugin whose hook `answer` returns that. */
export function answering(value: unknown): string {
  return `const plugin = { answer: () => (${JSON.stringify(value)}) };`;
}

/** A manager that is closed when the test ends. */
export function makeManager(options: PluginManagerOptions): PluginManager {
  const manager = new PluginManager(options);
  managers.push(manager);
  return manager;
}

/** A manager over a directory of its own. */
export function managerOf(
  sources: Record<string, string>,
  options: Omit<PluginManagerOptions, 'pluginDir'> = {},
): PluginManager {
  return makeManager({ ...options, pluginDir: makePluginDir(sources) });
}

/** Call once per file: after each test its plugins are unloaded and its directories removed, and nothing is left. */
export function checkPluginReleases(): void {
  afterEach(async () => {
    for (const manager of managers.splice(0)) manager.closeAll();
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
    await expectAllReleased();
  });
}
