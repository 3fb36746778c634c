// @ts-check
// What a value there and back takes, by its size.
import { deepStrictEqual } from 'node:assert';
import { measureAlone } from '../samples.mjs';
import { mebibyte } from './pair-work.mjs';
import { records } from './records.mjs';

/** @typedef {import('../sandboxes/index.mjs').Kind} Kind */
/** @typedef {import('./index.mjs').Contest} Contest */
/** @typedef {import('./index.mjs').Work} Work */

/** Bytes, and ms. @typedef {{ size: number, time: number }} Point */
/** @typedef {'text' | 'bytes' | 'records'} Data */
/** @typedef {Record<Data, Point[]>} CostBySize */

/** 100 MB of records take several times as much inside. */
const limits = { memory: 4096 * mebibyte, value: 1024 * mebibyte };
const sizes = [1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
/** ms: a sandbox that is slower than this is not asked for larger values. */
const slow = 5000;

/** @type {Record<Data, { kind: Kind, make: (size: number) => unknown, sizeOf: (value: any) => number }>} */
const kinds = {
  text: { kind: 'text', make: (size) => 'x'.repeat(size), sizeOf: (value) => value.length },
  bytes: { kind: 'bytes', make: (size) => new Uint8Array(size).fill(1), sizeOf: (value) => value.length },
  // A record is some 70 bytes of JSON.
  records: {
    kind: 'object',
    make: (size) => records(Math.ceil(size / 70)),
    sizeOf: (value) => JSON.stringify(value).length,
  },
};

/** @param {Contest} contest @param {Data} data @returns {Promise<Point[]>} */
async function measureKind({ theirs: sandbox, plan }, data) {
  const { kind, make, sizeOf } = kinds[data];
  const session = await sandbox.open(limits);
  const fn = session.fn('((value) => value)', kind, kind);
  /** @type {Point[]} */
  const points = [];
  if (fn === null) return points;
  for (const size of sizes) {
    const value = make(size);
    const { median } = await measureAlone(
      () => fn(value),
      { ...plan, fewest: 3 },
      (back) => deepStrictEqual(back, value),
    );
    points.push({ size: sizeOf(value), time: median });
    if (median > slow) break;
  }
  await session.close();
  return points;
}

/** @param {Contest} contest @returns {Promise<CostBySize>} */
async function measure(contest) {
  return {
    text: await measureKind(contest, 'text'),
    bytes: await measureKind(contest, 'bytes'),
    records: await measureKind(contest, 'records'),
  };
}

/** @type {Omit<Work, 'sandboxes'>} */
export const size = { name: 'size', title: 'cost against size', target: undefined, measure };
