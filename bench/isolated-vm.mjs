// @ts-check
// The isolated-vm for the running Node.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
// 7 needs Node 24, and 5 is the last for Node 20.
const packageName = Number.parseInt(process.versions.node, 10) >= 24 ? 'isolated-vm-7' : 'isolated-vm-5';

export const ivm = require(packageName);

/** @type {string} */
export const version = require(`${packageName}/package.json`).version;
