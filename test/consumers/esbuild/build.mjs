// Bundles both, as docs/installation.md says.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
/** @type {import('esbuild').BuildOptions} */
const common = { bundle: true, outdir: `${folder}out`, logLevel: 'error' };
await build({
  ...common,
  entryPoints: [`${folder}browser.mjs`],
  platform: 'browser',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
});
await build({
  ...common,
  entryPoints: [`${folder}server.mjs`],
  platform: 'node',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  external: ['isolet'],
});
