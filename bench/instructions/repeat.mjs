// @ts-check
// The child: repeats one work with one build.
//   repeat.mjs TREE WORK TIMES
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { works } from './works.mjs';

const [tree = '', name, times] = process.argv.slice(2);
const work = works.find((one) => one.name === name);
if (!work) throw new Error(`unknown: ${name}`);
/** @type {typeof import('isolet')} */
const { Runtime } = createRequire(import.meta.url)(join(tree, 'dist/index.js'));

// Named here, as what nothing refers to is closed.
const runtime = new Runtime();
const run = work.prepare(runtime);
for (let i = 0; i < Number(times); i++) run();
process.exit(0);
