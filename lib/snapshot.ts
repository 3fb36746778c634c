import { versions } from 'node:process';
import { crc32 } from 'node:zlib';
import type { NativeSnapshot } from './binding.js';
import { SnapshotError } from './errors.js';
import { preparedBinding } from './native-hooks.js';
import { bytes } from './text.js';

/**
 * The bytes of a snapshot: a mark, the length of a header, the header as JSON, what it tells of, and a checksum over
 * all that. V8 trusts what it is given, so that all of it is checked before.
 */
const mark = Buffer.from('isolet snapshot\n');
const lengthBytes = 4;
const checksumBytes = 4;

/** What a snapshot is good for: that very build of V8, of Node and of this package. */
interface Origin {
  package: string;
  /** Of the native functions that a snapshot may refer to. */
  format: number;
  node: string;
  v8: string;
  platform: string;
  arch: string;
  /** How that Node was built: its builtins and its own snapshot are the base of every other. */
  build: number;
}

interface Header {
  origin: Origin;
  /** Bytes of heap that it was made from, or more. */
  heap: number;
  /** Bytes of V8's own kind; 0: it is scripts. */
  blob: number;
  scripts: { name: string; source: number; cache: number }[];
}

/** What is in a snapshot, and how much heap it was made from. */
export interface SnapshotContent {
  heap: number;
  snapshot: NativeSnapshot;
}

let ownOrigin: Origin | undefined;

function origin(): Origin {
  ownOrigin ??= {
    package: (require('../package.json') as { version: string }).version,
    format: preparedBinding().snapshotFormat(),
    node: process.version,
    v8: versions.v8,
    platform: process.platform,
    arch: process.arch,
    build: crc32(JSON.stringify(process.config)),
  };
  return ownOrigin;
}

export function packSnapshot({ heap, snapshot }: SnapshotContent): Uint8Array {
  const header: Header = { origin: origin(), heap, blob: snapshot.blob?.length ?? 0, scripts: [] };
  const parts: Uint8Array[] = snapshot.blob === undefined ? [] : [snapshot.blob];
  for (const { name, source, cache } of snapshot.scripts ?? []) {
    const text = Buffer.from(source);
    header.scripts.push({ name, source: text.length, cache: cache.length });
    parts.push(text, cache);
  }
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(head.length);
  const packed = Buffer.concat([mark, length, head, ...parts, Buffer.alloc(checksumBytes)]);
  packed.writeUInt32LE(crc32(packed.subarray(0, -checksumBytes)), packed.length - checksumBytes);
  return new Uint8Array(packed.buffer, packed.byteOffset, packed.length);
}

/**
 * What native code makes a runtime from.
 *
 * @throws SnapshotError the bytes are no snapshot, damaged, from elsewhere, or need more heap than `limit` (0: none)
 */
export function snapshotFor(packed: Uint8Array, limit: number): NativeSnapshot {
  const { heap, snapshot } = unpackSnapshot(packed);
  const least = Math.ceil(heap * 1.25) + 4 * 2 ** 20;
  if (limit === 0 || limit >= least) return snapshot;
  throw new SnapshotError(
    `the snapshot was made from ${bytes(heap)} of heap: "maxHeapSize" must be at least ${bytes(least)} for it, got ${bytes(limit)}`,
  );
}

function unpackSnapshot(given: Uint8Array): SnapshotContent {
  // A copy, as the host may write to the bytes later, and another thread meanwhile.
  const packed = Buffer.from(given);
  const start = mark.length + lengthBytes;
  if (packed.length < start + checksumBytes || !packed.subarray(0, mark.length).equals(mark)) {
    throw new SnapshotError('these bytes are no snapshot');
  }
  const end = packed.length - checksumBytes;
  if (crc32(packed.subarray(0, end)) !== packed.readUInt32LE(end)) {
    throw new SnapshotError('the snapshot is damaged: its checksum is wrong');
  }
  const body = start + packed.readUInt32LE(mark.length);
  const header = readHeader(packed.toString('utf8', start, body));
  requireOrigin(header.origin);
  let position = body;
  const take = (length: number): Buffer => {
    position += length;
    return packed.subarray(position - length, position);
  };
  const blob = take(header.blob);
  const scripts = header.scripts.map(({ name, source, cache }) => ({
    name,
    source: take(source).toString(),
    cache: take(cache),
  }));
  return { heap: header.heap, snapshot: header.blob > 0 ? { blob } : { scripts } };
}

function readHeader(text: string): Header {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SnapshotError('the snapshot is damaged: its header is no JSON', { cause });
  }
}

function requireOrigin(from: Origin): void {
  const own = origin();
  for (const key of Object.keys(own) as (keyof Origin)[]) {
    if (from[key] === own[key]) continue;
    const names: Record<keyof Origin, string> = {
      package: 'isolet',
      format: 'build of isolet',
      node: 'Node',
      v8: 'V8',
      platform: 'platform',
      arch: 'architecture',
      build: 'build of Node',
    };
    throw new SnapshotError(
      `the snapshot was made by another ${names[key]}: ${from[key]}, here it is ${own[key]}. Make it anew`,
    );
  }
}
