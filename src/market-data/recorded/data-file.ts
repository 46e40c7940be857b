import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { ArbtuneError } from '../../errors.ts';
import { errorCode } from '../../foreign-errors.ts';

/** Opens the data files that a scenario names, trusting nothing: regular files only, and only under the root. */

export interface DataFile {
  /** As the scenario names it. */
  readonly name: string;
  /** Links followed. */
  readonly path: string;
  /** Which state of which file this is: differs when the file was replaced or written since. */
  readonly identity: string;
  readonly size: number;
  /** When it was last written or moved, milliseconds. */
  readonly changedMs: number;
}

/** Opens `name`, hands it to `use`, closes it; throws an `ArbtuneError` when it may not be or cannot be read. */
export async function withDataFile<T>(
  root: string,
  name: string,
  use: (file: DataFile, handle: FileHandle) => Promise<T>,
): Promise<T> {
  const absolute = resolve(root, name);
  if (name.includes('\0') || !isUnder(absolute, resolve(root))) throw outside(name, root);
  const path = await realpath(absolute).catch((error: unknown) => {
    throw unreadable(name, root, error);
  });
  if (!isUnder(path, await realpath(root))) throw outside(name, root);
  // NOFOLLOW: a link put in place since is refused. NONBLOCK: opening a fifo does not wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((error: unknown) => {
    throw unreadable(name, root, error);
  });
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw new ArbtuneError('input', `${name} is not a regular file; name a data file`);
    const { dev, ino, size, mtimeNs, ctimeNs } = stat;
    const identity = [dev, ino, size, mtimeNs, ctimeNs].join(':');
    const changedMs = Math.max(Number(stat.mtimeMs), Number(stat.ctimeMs));
    return await use({ name, path, identity, size: Number(size), changedMs }, handle);
  } finally {
    await handle.close();
  }
}

/** sha256 (hex) of a file's bytes. */
export async function hashContent(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(handle)) hash.update(chunk);
  return hash.digest('hex');
}

const CHUNK_BYTES = 1024 * 1024;

/** The file's bytes from its start. Each chunk is only valid until the next is asked for. */
export async function* readChunks(handle: FileHandle): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The same for a stream, which may hold on to its chunks. */
export async function* readChunksCopied(handle: FileHandle): AsyncGenerator<Buffer> {
  for await (const chunk of readChunks(handle)) yield Buffer.from(chunk);
}

function isUnder(path: string, root: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function outside(name: string, root: string): ArbtuneError {
  const shown = relative(process.cwd(), resolve(root)) || '.';
  return new ArbtuneError(
    'input',
    `${JSON.stringify(name)} lies outside ${shown}, the folder whose files a scenario may name`,
  );
}

function unreadable(name: string, root: string, error: unknown): ArbtuneError {
  const code = errorCode(error) ?? String(error);
  const what = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
  return new ArbtuneError('input', `${name}: ${what} under ${resolve(root)}`, { cause: error });
}
