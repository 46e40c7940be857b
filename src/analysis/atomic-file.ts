import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ArbtuneError } from '../errors.ts';
import { errorCode } from '../foreign-errors.ts';
import { makeFolders } from '../make-folders.ts';

/** Writing a file whole or not at all: whatever fails or is killed, the old file stays as it was. */

/** Causes that lie in the machine, not in what the user asked for. */
const MACHINE_CODES = new Set(['ENOSPC', 'EFBIG', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE']);

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it is larger than the limit for files (ulimit -f)',
  EACCES: 'no permission',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
};

const NOT_REGULAR = 'it is not a regular file';

/**
 * Writes to a temporary file in the same folder, syncs, and renames it over `path`; the folder is made where missing.
 *
 * @throws ArbtuneError `input` when the path cannot be a file of ours, `unreachable` when the disk is the cause.
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<string | Uint8Array>,
): Promise<void> {
  await replaceFile(path, async (file) => {
    for (const chunk of chunks) await file.writeFile(chunk);
  });
}

/** Like `writeFileAtomically`, for a writer that fills the empty temporary file itself, by handle or by name. */
export async function replaceFile(
  path: string,
  write: (file: FileHandle, temporary: string) => Promise<void>,
): Promise<void> {
  try {
    await replace(path, write);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** What would keep `path` from being written, found without writing anything; undefined when nothing would. */
export async function whyNotWritable(path: string): Promise<string | undefined> {
  try {
    const old = await statOf(path);
    if (old !== undefined && !old.isFile()) return NOT_REGULAR;
    // A file is replaced by another of its folder, so the folder is what must be writable.
    let folder = dirname(old === undefined ? resolve(path) : await realpath(path));
    while ((await statOf(folder)) === undefined) folder = dirname(folder);
    await access(folder, constants.W_OK | constants.X_OK);
    return (await stat(folder)).isDirectory() ? undefined : reason('ENOTDIR');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return reason(String(error.code), error);
  }
}

/** Undefined where nothing is. */
async function statOf(path: string) {
  return await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}

async function replace(
  path: string,
  write: (file: FileHandle, temporary: string) => Promise<void>,
): Promise<void> {
  makeFolders(dirname(path));
  const old = await stat(path).catch(() => undefined);
  if (old !== undefined && !old.isFile()) {
    // A rename would replace the device, pipe or folder itself.
    throw new ArbtuneError('input', `${path} cannot be written: ${NOT_REGULAR}; name another one.`);
  }
  const target = old === undefined ? path : await realpath(path);
  const folder = dirname(target);
  const temporary = join(folder, `.arbtune-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', old === undefined ? 0o666 : old.mode & 0o777);
    try {
      await write(file, temporary);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** So that the rename survives a power cut; a file system without it has nothing to sync. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function fileError(error: unknown, path: string): unknown {
  if (error instanceof ArbtuneError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  return new ArbtuneError(
    MACHINE_CODES.has(code) ? 'unreachable' : 'input',
    `${path} cannot be written: ${reason(code, error)}; nothing was changed.`,
    { cause: error },
  );
}

function reason(code: string, error?: Error): string {
  return `${REASONS[code] ?? error?.message ?? 'an error of the system'} (${code})`;
}
