import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { ArbtuneError } from '../errors.ts';

/** A lock between processes that the kernel gives back when its holder dies: SQLite's own lock on an empty database. */

const RETRY_MS = 25;
/** Longer than a server takes to start on a busy machine, or to be ended by force. */
const GIVE_UP_MS = 60_000;

export interface LockOptions {
  /** Default 60,000. */
  readonly giveUpAfterMs?: number;
}

/**
 * Runs the work while holding the lock of the file, which is made when missing.
 * Throws an `unreachable` error when another process holds it for too long.
 */
export async function withFileLock<T>(
  file: string,
  work: () => Promise<T>,
  { giveUpAfterMs = GIVE_UP_MS }: LockOptions = {},
): Promise<T> {
  const database = new DatabaseSync(file);
  try {
    // The wait is ours: SQLite's own busy time-out would block the event loop.
    const deadline = Date.now() + giveUpAfterMs;
    while (!tryLock(database)) {
      if (Date.now() > deadline) {
        throw new ArbtuneError(
          'unreachable',
          `Another arbtune process has held ${file} for over ${Math.round(giveUpAfterMs / 1000)} s; end it and try again.`,
        );
      }
      await delay(RETRY_MS);
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}
