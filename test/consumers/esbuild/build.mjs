// Bundles both, as docs/bundlers.md says.
import { build } from 'esbuild';

const folder = new URL('.', import.meta.url).pathname;
const common = {
  bundle: true,
  format: /** @type {const} */ ('esm'),
  outdir: `${folder}out`,
  logLevel: /** @type {const} */ ('error'),
};
await build({ ...common, entryPoints: [`${folder}browser.mjs`], platform: 'browser' });
await build({ ...common, entryPoints: [`${folder}server.mjs`], platform: 'node', external: ['isolet'] });
