import { mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeFileAtomically } from '../analysis/atomic-file.ts';
import { bufferBytes, columnsOver, type Shape, shapeOf } from './columns.ts';
import type { MarketData } from './market-data.ts';
import type { SourceReport } from './recorded/read-source.ts';

/**
 * Columns that were read, checked and merged once, kept as raw bytes under the hash of what they came from. A file
 * that is cut, damaged or of another version counts as missing; the cache can be deleted at any time.
 */

/** To be raised with every change of what the same scenario and files become: checks, merging, layout. */
const VERSION = 1;
const MAGIC = Buffer.from('ARBTCOLS');
/** The header's length and its checksum follow the magic; the columns start at a multiple of this. */
const PREFIX_BYTES = 16;
const ALIGNMENT = 64;
const CHUNK_BYTES = 512 * 1024;
/** The least recently used go first beyond this. */
const MAX_BYTES = 4 * 1024 ** 3;

export interface Cached {
  readonly data: MarketData;
  readonly reports: readonly SourceReport[];
}

interface Header extends Shape {
  readonly hash: string;
  /** crc32 of the columns. */
  readonly checksum: number;
  readonly reports: readonly SourceReport[];
}

export async function readCached(folder: string, hash: string): Promise<Cached | undefined> {
  const path = cachePath(folder, hash);
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const prefix = Buffer.alloc(PREFIX_BYTES);
    await file.read(prefix, 0, PREFIX_BYTES, 0);
    if (!prefix.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
    const headerBytes = Buffer.alloc(prefix.readUInt32LE(8));
    await file.read(headerBytes, 0, headerBytes.length, PREFIX_BYTES);
    if (crc32(headerBytes) !== prefix.readUInt32LE(12)) return undefined;
    const header = JSON.parse(headerBytes.toString('utf8')) as Header;
    if (header.hash !== hash) return undefined;
    const start = columnsStart(headerBytes.length);
    const size = bufferBytes(header);
    if ((await file.stat()).size !== start + size) return undefined;
    const buffer = new SharedArrayBuffer(size);
    const bytes = new Uint8Array(buffer);
    let checksum = 0;
    for (let done = 0; done < size; ) {
      const { bytesRead } = await file.read(bytes, done, Math.min(CHUNK_BYTES, size - done), start + done);
      if (bytesRead === 0) return undefined;
      checksum = crc32(bytes.subarray(done, done + bytesRead), checksum);
      done += bytesRead;
    }
    if (checksum !== header.checksum) return undefined;
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return { data: columnsOver(buffer, header, hash), reports: header.reports };
  } finally {
    await file.close();
  }
}

/** Whole or not at all; throws what the file system says. */
export async function writeCached(folder: string, { data, reports }: Cached): Promise<void> {
  const shape = shapeOf(data);
  const bytes = new Uint8Array(data.time.buffer);
  const header: Header = { ...shape, hash: data.hash, checksum: crc32(bytes), reports };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt32LE(headerBytes.length, 8);
  prefix.writeUInt32LE(crc32(headerBytes), 12);
  const padding = Buffer.alloc(columnsStart(headerBytes.length) - PREFIX_BYTES - headerBytes.length);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomically(cachePath(folder, data.hash), [prefix, headerBytes, padding, bytes]);
  await removeOldest(folder, data.hash);
}

export function cachePath(folder: string, hash: string): string {
  return join(folder, `${hash}.v${VERSION}.columns`);
}

function columnsStart(headerLength: number): number {
  return Math.ceil((PREFIX_BYTES + headerLength) / ALIGNMENT) * ALIGNMENT;
}

async function removeOldest(folder: string, newest: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.columns'));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      return { path, size: found?.size ?? 0, usedMs: found?.mtimeMs ?? 0 };
    }),
  );
  let total = 0;
  for (const { path, size } of files.sort((a, b) => b.usedMs - a.usedMs)) {
    total += size;
    if (total > MAX_BYTES && path !== cachePath(folder, newest)) await rm(path, { force: true });
  }
}
