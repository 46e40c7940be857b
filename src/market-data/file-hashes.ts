import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../analysis/atomic-file.ts';
import { type DataFile, hashContent, withDataFile } from './recorded/data-file.ts';

/**
 * The content hash of data files, remembered by what the file system says of them, so that a file that did not change
 * is not read again to know that it did not.
 */

/** A file may change twice within one tick of its clock: a hash is remembered only of files that lay still for longer. */
const SETTLED_MS = 2000;

/** sha256 (hex) of each file's content, by name. `folder` keeps what was learned. */
export async function hashFiles(
  root: string,
  names: readonly string[],
  folder: string,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const name of new Set(names)) {
    hashes.set(name, await withDataFile(root, name, (file, handle) => contentHash(file, handle, folder)));
  }
  return hashes;
}

async function contentHash(file: DataFile, handle: FileHandle, folder: string): Promise<string> {
  const remembered = join(folder, `${createHash('sha256').update(file.path).digest('hex')}.json`);
  const known = await readRemembered(remembered);
  if (known?.identity === file.identity) return known.hash;
  const startedMs = Date.now();
  const hash = await hashContent(handle);
  if (startedMs - file.changedMs > SETTLED_MS) {
    // Only a saving: where it cannot be kept, the file is read again the next time.
    await writeFileAtomically(remembered, [JSON.stringify({ identity: file.identity, hash })]).catch(
      () => {},
    );
  }
  return hash;
}

async function readRemembered(path: string): Promise<{ identity: string; hash: string } | undefined> {
  try {
    const { identity, hash } = JSON.parse(await readFile(path, 'utf8'));
    return /^[0-9a-f]{64}$/.test(hash) ? { identity, hash } : undefined;
  } catch {
    return undefined;
  }
}
