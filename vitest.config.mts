import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Set by scripts/test.mjs for builds that are slow on purpose (AddressSanitizer).
const slowdown = Number(process.env.ISOLET_SLOWDOWN ?? 1);

export default defineConfig({
  resolve: {
    // The built package, as a user's `import` gets it.
    alias: { isolet: fileURLToPath(new URL('./dist/index.mjs', import.meta.url)) },
  },
  test: {
    include: ['test/*.test.ts'],
    // Node loads dist/ itself. Through Vite's module runner it would get a copy of its own beside the one that
    // `require('isolet')` gets, and class identity would be the runner's.
    server: { deps: { external: [/\/dist\//] } },
    pool: 'forks',
    // One file at a time: tests measure deadlines, memory and threads, and a neighbour on the same cores would be in
    // the figures.
    fileParallelism: false,
    retry: 0,
    testTimeout: 30_000 * slowdown,
    hookTimeout: 30_000 * slowdown,
    teardownTimeout: 10_000 * slowdown,
  },
});
