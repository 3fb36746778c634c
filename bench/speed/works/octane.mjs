// @ts-check
// The Octane benchmark, from an npm package, as one script. It defines `runSuite(name)`, which does a fixed amount of
// work and returns how many runs that was.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * Without Mandreel and zlib, which are asm.js: isolet turns that off in the whole process, so that the host would be
 * slowed as well. Without the two parts that load a compiler or a viewer of a megabyte, for the time they take.
 */
const files = {
  Richards: ['richards.js'],
  DeltaBlue: ['deltablue.js'],
  Crypto: ['crypto.js'],
  RayTrace: ['raytrace.js'],
  EarleyBoyer: ['earley-boyer.js'],
  RegExp: ['regexp.js'],
  Splay: ['splay.js'],
  NavierStokes: ['navier-stokes.js'],
  Gameboy: ['gbemu-part1.js', 'gbemu-part2.js'],
  CodeLoad: ['code-load.js'],
  Box2D: ['box2d.js'],
};

export const suites = Object.keys(files);

/** Octane's own counts take seconds. */
const share = 50;

// A suite stays set up for as long as it is the one that runs: one of them checks its result after fifteen runs.
const driver = `
let current;
function runSuite(name) {
  if (current?.name !== name) {
    for (const benchmark of current?.benchmarks ?? []) benchmark.TearDown();
    current = BenchmarkSuite.suites.find((one) => one.name === name);
    BenchmarkSuite.ResetRNG();
    for (const benchmark of current.benchmarks) benchmark.Setup();
  }
  let runs = 0;
  for (const benchmark of current.benchmarks) {
    const most = Math.ceil(benchmark.deterministicIterations / ${share});
    for (let i = 0; i < most; i++) benchmark.run();
    runs += most;
  }
  return runs;
}
0;
`;

export function octane() {
  /** @type {string} */
  const packageName = 'benchmark-octane';
  const folder = join(dirname(require.resolve(`${packageName}/package.json`)), 'lib/octane');
  const parts = ['base.js', ...Object.values(files).flat()].map((file) =>
    readFileSync(join(folder, file), 'utf8'),
  );
  return [...parts, driver].join('\n;\n');
}
