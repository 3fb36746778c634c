// Bundles both, as docs/installation.md says.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const common = {
  bundle: true,
  format: /** @type {const} */ ('esm'),
  outdir: `${folder}out`,
  logLevel: /** @type {const} */ ('error'),
};
await build({ ...common, entryPoints: [`${folder}browser.mjs`], platform: 'browser' });
await build({ ...common, entryPoints: [`${folder}server.mjs`], platform: 'node', external: ['isolet'] });
