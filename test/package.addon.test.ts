import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectChild, packagePath, runChild } from './support/child.js';
import { repo } from './support/docs.js';

/** Prints what the first use of a package throws. */
function firstUse(path: string, before = ''): string {
  return `
    ${before}
    const { NativeAddonError, IsoletError, Runtime } = require(${JSON.stringify(path)});
    try {
      new Runtime();
    } catch (error) {
      const { code, message, cause } = error;
      const isTyped = error instanceof NativeAddonError && error instanceof IsoletError;
      console.log(JSON.stringify({ isTyped, code, message, cause: cause?.code ?? typeof cause }));
    }
  `;
}

/** As a process of another Node, or of another engine, has it. */
const withVersions = (versions: string) =>
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, ${versions} } });`;

async function failure(code: string, env: NodeJS.ProcessEnv = {}) {
  const { stdout } = await runChild(code, { prelude: false, env: { ISOLET_PREBUILD: '', ...env } });
  return JSON.parse(stdout) as { isTyped: boolean; code: string; message: string; cause: string };
}

describe('the native addon', () => {
  let folder: string;
  let copy: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'isolet-addon-'));
    const root = join(folder, 'isolet');
    mkdirSync(root);
    cpSync(join(repo, 'dist'), join(root, 'dist'), { recursive: true, dereference: true });
    cpSync(join(repo, 'package.json'), join(root, 'package.json'));
    symlinkSync(join(repo, 'node_modules'), join(root, 'node_modules'));
    copy = join(root, 'dist/index.js');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is loaded on first use, not on import', async () => {
    const script = `
      const loaded = () => process.report.getReport().sharedObjects.some((path) => /isolet.*\\.node$/.test(path));
      const { Runtime } = require(${JSON.stringify(packagePath)});
      const before = loaded();
      new Runtime().close();
      console.log(before, loaded());
    `;
    await expectChild(script, ['false true'], { prelude: false });
  });

  it('that is not there is an error which says what there is and what to do', async () => {
    const none = await failure(firstUse(copy));
    expect(none).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON' });
    expect(none.message).toContain(process.version);
    expect(none.message).toContain(`${process.platform}-${process.arch}`);
    expect(none.message).toContain('prebuilt: none');
    expect(none.message).toContain('node-gyp rebuild');

    const prebuilds = join(folder, 'isolet/prebuilds/linux-riscv64');
    mkdirSync(prebuilds, { recursive: true });
    for (const abi of ['115', '999']) writeFileSync(join(prebuilds, `isolet.abi${abi}.glibc.node`), '');
    const other = await failure(firstUse(copy));
    expect(other.message).toContain('prebuilt: linux-riscv64 (glibc): Node.js 20, ABI 999');
    rmSync(join(folder, 'isolet/prebuilds'), { recursive: true });
  });

  it('that the system refuses is an error with what it said', async () => {
    const release = join(folder, 'refused/build/Release');
    mkdirSync(release, { recursive: true });
    writeFileSync(join(release, 'isolet.node'), 'not a library');
    const refused = await failure(firstUse(copy), { ISOLET_PREBUILD: join(folder, 'refused') });
    expect(refused).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON', cause: 'ERR_DLOPEN_FAILED' });
    expect(refused.message).toContain(release);
  });

  it('is not looked for from inside a bundle', async () => {
    const bundled = join(folder, 'bundled');
    cpSync(join(repo, 'dist'), join(bundled, 'dist'), { recursive: true, dereference: true });
    const refused = await failure(firstUse(join(bundled, 'dist/index.js')));
    expect(refused).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON' });
    expect(refused.message).toContain('bundle');
  });

  it('of another Node is an error', async () => {
    const script = `
      new Runtime().close();
      console.log(process.report.getReport().sharedObjects.find((path) => /isolet.*\\.node$/.test(path)));
    `;
    const { stdout: addon } = await runChild(script);
    const release = join(folder, 'other/build/Release');
    cpSync(addon.trim(), join(release, 'isolet.node'));
    const other = await failure(firstUse(copy, withVersions("modules: '999'")), {
      ISOLET_PREBUILD: join(folder, 'other'),
    });
    expect(other).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON', cause: 'undefined' });
    expect(other.message).toContain(`is for Node.js ${process.versions.node.split('.')[0]}`);
    expect(other.message).toContain('ABI 999');
  });

  it.each([
    ['bun', 'Bun'],
    ['deno', 'Deno'],
    ['electron', 'Electron'],
    ['nw', 'NW.js'],
  ])('is not tried in another engine: %s', async (key, name) => {
    const refused = await failure(firstUse(packagePath, withVersions(`${key}: '1.0.0'`)));
    expect(refused).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON' });
    expect(refused.message).toContain(name);
  });
});
