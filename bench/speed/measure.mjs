// @ts-check
// The child: one work of isolet and one sandbox.
//   measure.mjs WORK SANDBOX PLAN
// Writes what was found to file descriptor 3, as JSON.
import { writeSync } from 'node:fs';
import { plans } from './samples.mjs';
import { isolet, sandboxes } from './sandboxes/index.mjs';
import { works } from './works/index.mjs';

/** A file descriptor. */
const reports = 3;

const [workName, sandboxName, planName] = process.argv.slice(2);
const work = works.find(({ name }) => name === workName);
const plan = Object.entries(plans).find(([name]) => name === planName)?.[1];
const entry = sandboxes.find(({ name }) => name === sandboxName);
if (!work || !entry || !plan) throw new Error(`unknown: ${process.argv.slice(2)}`);

const ours = await import(isolet.module.href);
const theirs = await import(entry.module.href);
const found = await work.measure({ ours, theirs, plan });
writeSync(reports, JSON.stringify(found));
// Sandboxes may live on.
process.exit(0);
