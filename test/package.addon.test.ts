import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as libcModule from '../lib/libc.js';
import { expectChild, packagePath, runChild } from './support/child.js';
import { repo } from './support/docs.js';

const { libc } = createRequire(__filename)('../dist/libc.js') as typeof libcModule;

/** Prints what the first use of a package throws. */
function firstUse(root: string, before = ''): string {
  return `
    ${before}
    const { NativeAddonError, IsoletError, Runtime } = require(${JSON.stringify(join(root, 'dist'))});
    try {
      new Runtime();
    } catch (error) {
      const { code, message, cause } = error;
      const isTyped = error instanceof NativeAddonError && error instanceof IsoletError;
      console.log(JSON.stringify({ isTyped, code, message, cause: cause?.message ?? typeof cause }));
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

/** Prints the file that the first use of a package loads. */
const printLoaded = (path: string) => `
  const { Runtime } = require(${JSON.stringify(path)});
  new Runtime().close();
  console.log(process.report.getReport().sharedObjects.find((path) => /isolet.*\\.node$/.test(path)));
`;

const brought = `prebuilds/${process.platform}-${process.arch}/isolet.abi${process.versions.modules}${
  process.platform === 'linux' ? `.${libc()}` : ''
}.node`;

describe('the native addon', () => {
  let folder: string;
  /** The one that is tested, and a file that is none. */
  let good: string;
  let bad: string;

  /** The root of a package that has these files. */
  function packageWith(files: Record<string, string>): string {
    const root = mkdtempSync(join(folder, 'package-'));
    cpSync(join(repo, 'dist'), join(root, 'dist'), { recursive: true, dereference: true });
    cpSync(join(repo, 'package.json'), join(root, 'package.json'));
    symlinkSync(join(repo, 'node_modules'), join(root, 'node_modules'));
    for (const [file, source] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      cpSync(source, join(root, file));
    }
    return root;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'isolet-addon-'));
    good = (await runChild(printLoaded(packagePath), { prelude: false })).stdout.trim();
    bad = join(folder, 'bad');
    writeFileSync(bad, 'not a library');
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

  const build = 'build/Release/isolet.node';
  const nativeBuild = 'native/build/Release/isolet.node';

  it.each<[string, Record<string, 'good' | 'bad'>, string]>([
    ['is what the package brought', { [brought]: 'good' }, brought],
    ["is a build of one's own before that", { [brought]: 'good', [nativeBuild]: 'good' }, nativeBuild],
    [
      "is the repository's build before both",
      { [brought]: 'good', [nativeBuild]: 'good', [build]: 'good' },
      build,
    ],
    [
      'is what was brought where no build loads',
      { [brought]: 'good', [nativeBuild]: 'bad', [build]: 'bad' },
      brought,
    ],
  ])('%s', async (_, files, expected) => {
    const sources = Object.entries(files).map(([file, kind]) => [file, kind === 'good' ? good : bad]);
    const root = packageWith(Object.fromEntries(sources));
    await expectChild(printLoaded(join(root, 'dist')), [join(root, expected)], {
      prelude: false,
      env: { ISOLET_PREBUILD: '' },
    });
  });

  it('that is not there is an error which says what there is and what to do', async () => {
    const root = packageWith({});
    const none = await failure(firstUse(root));
    expect(none).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON', cause: 'undefined' });
    expect(none.message).toContain(process.version);
    expect(none.message).toContain(`${process.platform}-${process.arch}`);
    expect(none.message).toContain('supported: Node.js 20, 22, 24, 26\n');
    expect(none.message).toContain('prebuilt: none');
    expect(none.message).toContain(`node-gyp rebuild --directory="${join(root, 'native')}"`);

    const foreign = ['115', '999'].map((abi) => [`prebuilds/linux-riscv64/isolet.abi${abi}.glibc.node`, bad]);
    const other = await failure(firstUse(packageWith(Object.fromEntries(foreign))));
    expect(other.message).toContain('prebuilt: linux-riscv64 (glibc): Node.js 20, ABI 999');
  });

  it.each([
    ['win32', 'Visual Studio 2022'],
    ['darwin', 'C++20 compiler, Python and make'],
  ])('is built from source with what there is on %s', async (platform, tools) => {
    const before = `Object.defineProperty(process, 'platform', { value: '${platform}' });`;
    expect((await failure(firstUse(packageWith({}), before))).message).toContain(tools);
  });

  it('that the system refuses is an error with what it said, of every file that was tried', async () => {
    const root = packageWith({ [nativeBuild]: bad, [brought]: bad });
    const refused = await failure(firstUse(root));
    expect(refused).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON' });
    expect(refused.cause).toContain(join(root, nativeBuild));
    const [first, second] = refused.message.split('\n');
    expect(first).toContain(`${join(root, nativeBuild)} can't be loaded: `);
    expect(first).toContain('if another Node built it: delete it, or build it again');
    expect(second).toContain(`${join(root, brought)} can't be loaded: `);
    expect(second).not.toContain('another Node');
  });

  it('that ISOLET_PREBUILD names is loaded, or nothing', async () => {
    const root = packageWith({ [nativeBuild]: good, [brought]: good });
    const refused = await failure(firstUse(root), { ISOLET_PREBUILD: packageWith({ [build]: bad }) });
    expect(refused).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON' });
    expect(refused.message).toContain("isolet.node can't be loaded");

    const elsewhere = packageWith({});
    const none = await failure(firstUse(root), { ISOLET_PREBUILD: elsewhere });
    expect(none.message).toContain(`there is no native addon in ${elsewhere}`);
  });

  it('is not looked for from inside a bundle', async () => {
    const bundled = join(folder, 'bundled');
    cpSync(join(repo, 'dist'), join(bundled, 'dist'), { recursive: true, dereference: true });
    const refused = await failure(firstUse(bundled));
    expect(refused).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON' });
    expect(refused.message).toContain(`bundle (${join(bundled, 'dist/addon.js')})`);
    expect(refused.message).toContain(process.version);
    expect(refused.message).toContain('supported: Node.js 20, 22, 24, 26');
  });

  it('of another Node is an error', async () => {
    const root = packageWith({ [nativeBuild]: good });
    const other = await failure(firstUse(root, withVersions("modules: '999'")));
    expect(other).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON', cause: 'undefined' });
    expect(other.message).toContain(`is for Node.js ${process.versions.node.split('.')[0]}: delete it`);
    expect(other.message).toContain('ABI 999');
  });

  it('of another Node does not hide what the package brought', async () => {
    const root = packageWith({ [nativeBuild]: good, [brought.replace(/abi\d+/, 'abi999')]: bad });
    const other = await failure(firstUse(root, withVersions("modules: '999'")));
    expect(other.message).toContain('is for Node.js');
    expect(other.cause).toContain('isolet.abi999');
  });

  it.each([
    ['bun', 'Bun'],
    ['deno', 'Deno'],
    ['electron', 'Electron'],
    ['nw', 'NW.js'],
  ])('is not tried in another engine: %s', async (key, name) => {
    const refused = await failure(firstUse(repo, withVersions(`${key}: '1.0.0'`)));
    expect(refused).toMatchObject({ isTyped: true, code: 'ERR_NATIVE_ADDON' });
    const { modules } = process.versions;
    expect(refused.message).toContain(`this process: ${name} 1.0.0 (ABI ${modules}), ${process.platform}-`);
    expect(refused.message).toContain('supported: Node.js 20, 22, 24, 26');
  });
});

describe('the C library', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'isolet-libc-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A program whose headers are so far behind its beginning. */
  function elf(loader: string, headers: number): Buffer {
    const bytes = Buffer.alloc(headers + 3 * 0x38 + loader.length + 1);
    bytes.write('\x7fELF\x02\x01', 'latin1');
    bytes.writeBigUInt64LE(BigInt(headers), 0x20);
    bytes.writeUInt16LE(0x38, 0x36);
    bytes.writeUInt16LE(3, 0x38);
    const [segment, text] = [headers + 2 * 0x38, headers + 3 * 0x38];
    bytes.writeUInt32LE(3, segment);
    bytes.writeBigUInt64LE(BigInt(text), segment + 8);
    bytes.write(loader, text);
    return bytes;
  }

  it.each([
    ['musl', 'node', elf('/lib/ld-musl-x86_64.so.1', 64)],
    ['musl', 'with-a-program-inside', elf('/lib/ld-musl-x86_64.so.1', 100_000)],
    ['glibc', 'node', elf('/lib64/ld-linux-x86-64.so.2', 64)],
    ['glibc', 'in-a-strange-folder', elf('/ld-musl-x86_64/ld-linux-x86-64.so.2', 64)],
    ['musl', 'ld-musl-x86_64.so.1', elf('', 64)],
    ['glibc', 'ld-linux-x86-64.so.2', elf('', 64)],
    ['glibc', 'cut', elf('/lib/ld-musl-x86_64.so.1', 64).subarray(0, 100)],
    ['glibc', 'script', Buffer.from('#!/lib/ld-musl-x86_64.so.1')],
  ] as const)('is %s for %s', (expected, name, bytes) => {
    const program = join(folder, name);
    writeFileSync(program, bytes);
    expect(libc(program)).toBe(expected);
  });

  it('is taken for glibc where the program can not be read', () => {
    expect(libc(join(folder, 'missing'))).toBe('glibc');
  });
});
