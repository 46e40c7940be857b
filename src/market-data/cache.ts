import { readSync } from 'node:fs';
import { type FileHandle, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { writeFileAtomically } from '../analysis/atomic-file.ts';
import { makeFolders } from '../make-folders.ts';
import { Checksum } from './checksum.ts';
import { columnsBytes, columnsOver, type Shape, shapeOf } from './columns.ts';
import type { MarketData } from './market-data.ts';
import type { SourceReport } from './recorded/read-source.ts';

/**
 * Columns that were read, checked and merged once, kept as raw bytes under the hash of what they came from. A file
 * that is cut, damaged or of another version counts as missing; the cache can be deleted at any time.
 */

/** To be raised with every change of what the same scenario and files become: checks, merging, layout. */
const VERSION = 4;
const MAGIC = Buffer.from('ARBTCOLS');
/** The header's length and its checksum follow the magic. */
const PREFIX_BYTES = 16;
/** Small enough that what was read is still in the processor's cache when its checksum is taken. */
const CHUNK_BYTES = 512 * 1024;
/** The least recently used go first beyond this. */
const MAX_BYTES = 4 * 1024 ** 3;

export interface Cached {
  readonly data: MarketData;
  readonly reports: readonly SourceReport[];
}

interface Header {
  readonly hash: string;
  readonly shape: Shape;
  /** Of the columns' bytes, which follow. */
  readonly checksum: string;
  readonly reports: readonly SourceReport[];
}

export async function readCached(folder: string, hash: string): Promise<Cached | undefined> {
  const path = cachePath(folder, hash);
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const found = await readHeader(file);
    if (found === undefined || found.header.hash !== hash) return undefined;
    const data = await readColumns(file, found);
    if (data === undefined) return undefined;
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return { data, reports: found.header.reports };
  } finally {
    await file.close();
  }
}

/** Whole or not at all; throws what the file system says. */
export async function writeCached(folder: string, { data, reports }: Cached): Promise<void> {
  const columns = new Uint8Array(data.time.buffer);
  const checksum = new Checksum();
  checksum.add(columns);
  const header: Header = { hash: data.hash, shape: shapeOf(data), checksum: checksum.value(), reports };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt32LE(headerBytes.length, 8);
  prefix.writeUInt32LE(crc32(headerBytes), 12);
  makeFolders(folder, 0o700);
  await writeFileAtomically(cachePath(folder, data.hash), [prefix, headerBytes, columns]);
  await removeOldest(folder, data.hash);
}

export function cachePath(folder: string, hash: string): string {
  return join(folder, `${hash}.v${VERSION}.columns`);
}

interface Found {
  readonly header: Header;
  /** Where the columns start. */
  readonly start: number;
}

async function readHeader(file: FileHandle): Promise<Found | undefined> {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  await file.read(prefix, 0, PREFIX_BYTES, 0);
  if (!prefix.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const length = prefix.readUInt32LE(8);
  if (length > (await file.stat()).size) return undefined;
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, PREFIX_BYTES);
  if (crc32(bytes) !== prefix.readUInt32LE(12)) return undefined;
  return { header: JSON.parse(bytes.toString('utf8')) as Header, start: PREFIX_BYTES + length };
}

async function readColumns(file: FileHandle, { header, start }: Found): Promise<MarketData | undefined> {
  const { shape, hash } = header;
  const size = columnsBytes(shape);
  if ((await file.stat()).size !== start + size) return undefined;
  const buffer = new SharedArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  const checksum = new Checksum();
  for (let done = 0; done < size; ) {
    // Read in place and at once: a trip to the thread pool and back for every chunk costs more than the reading.
    const read = readSync(file.fd, bytes, done, Math.min(CHUNK_BYTES, size - done), start + done);
    if (read === 0) return undefined;
    checksum.add(bytes.subarray(done, done + read));
    done += read;
    // Heartbeats and cancellation get their turn.
    if (done % (16 * CHUNK_BYTES) === 0) await setImmediate();
  }
  return checksum.value() === header.checksum ? columnsOver(buffer, shape, hash) : undefined;
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
