import { describe, expect, it } from 'vitest';
import { faultsOf } from '../scripts/package-contents.mjs';

const binary = (size: number) => ({ path: 'prebuilds/linux-x64/isolet.abi115.glibc.node', size });
const entry = { path: 'dist/index.js', size: 1 };

describe('what is packed', () => {
  it('is what is needed, and a binary', () => {
    expect(faultsOf([entry, binary(1_000_000)], ['dist/index.js'])).toEqual([]);
  });

  it('has no binding.gyp at its top, which would be built at installation', () => {
    const top = { path: 'binding.gyp', size: 1 };
    const native = { path: 'native/binding.gyp', size: 1 };
    expect(faultsOf([binary(1), native, top], [])).toEqual(['Not to be in the package: binding.gyp']);
  });

  it('has no build', () => {
    const path = 'native/build/Release/isolet.node';
    expect(faultsOf([binary(1), { path, size: 1 }], [])).toEqual([`Not to be in the package: ${path}`]);
  });

  it('has what it needs', () => {
    expect(faultsOf([binary(1)], ['dist/index.js'])).toEqual(['Missing in the package: dist/index.js']);
  });

  it('has a binary, and none above 1 MB', () => {
    expect(faultsOf([entry], [])).toEqual([expect.stringContaining('no prebuilt binaries')]);
    expect(faultsOf([binary(1_000_001)], [])).toEqual([
      expect.stringContaining('1000001 bytes, more than 1000000'),
    ]);
  });
});
