import { readFileSync, statSync } from 'node:fs';
import { ArbtuneError } from '../errors.ts';

/** What SQLite says when something fails, as one sentence with the remedy; and who holds a lock. */

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** Byte of the `-shm` file that SQLite locks for the one writer of a WAL database (its file format document). */
const WAL_WRITE_LOCK_BYTE = 120;

/** The primary result code; undefined when the error is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_BUSY;
}

/** @returns the error to throw; what is not SQLite's stays as it is. */
export function sqliteError(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const failed = (what: string) => new ArbtuneError('unreachable', what, { cause: error });
  switch (code) {
    case SQLITE_FULL:
      return failed(
        `The result store ${path} cannot be written: the disk is full. Free some space; what was stored before is intact.`,
      );
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(path, error.message);
    case SQLITE_READONLY:
      return failed(`The result store ${path} is read-only; make the file and its folder writable.`);
    case SQLITE_CANTOPEN:
      return failed(
        `The result store ${path} cannot be opened; check that its folder exists and is writable.`,
      );
    case SQLITE_BUSY:
      return failed(`The result store ${path} is locked by ${lockHolder(path)}; end it or wait for it.`);
    case SQLITE_IOERR:
      return failed(
        `The result store ${path} cannot be read or written (${error.message}); look at its disk.`,
      );
    default:
      return error;
  }
}

export function damaged(path: string, how: string): ArbtuneError {
  return new ArbtuneError(
    'unreachable',
    `The result store ${path} is damaged (${how.replace(/\s+/g, ' ').trim()}); nothing was written. Move it away (keep it: \`sqlite3 FILE .recover\` may save rows), ` +
      'then restore a backup, or let `arbtune repair` rebuild the sessions from their history.',
  );
}

/** The process that holds the write lock, for people; Linux only, elsewhere just "another process". */
function lockHolder(path: string): string {
  try {
    const { ino } = statSync(`${path}-shm`);
    for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
      const [, , , kind, pid, file, start, end] = line.trim().split(/\s+/);
      const covers =
        Number(start) <= WAL_WRITE_LOCK_BYTE && (end === 'EOF' || Number(end) >= WAL_WRITE_LOCK_BYTE);
      if (kind === 'WRITE' && file?.split(':')[2] === String(ino) && covers) return `process ${pid}`;
    }
  } catch {
    // No such view of locks on this system.
  }
  return 'another process';
}
