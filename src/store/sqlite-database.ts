import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePrivateFolder } from '../embedded/home.ts';
import { isBusy, sqliteError } from './sqlite-errors.ts';
import { checkFile, createTables } from './sqlite-schema.ts';

/**
 * The file of the SQLite store, shared by processes: a reader never waits (WAL), a second writer waits without
 * blocking its own event loop. Errors leave as sentences for people.
 */

/** Longest wait for another process's write; ours take milliseconds, so beyond it something holds the file. */
export const BUSY_TIMEOUT_MS = 5_000;
/** Pause between two tries for the lock. */
const RETRY_MS = 10;

export interface SqliteOptions {
  /** Created where missing, with its folder. */
  readonly path: string;
  /**
   * What survives a power cut: `full` every commit, `normal` (default) all but the last ones, which the history
   * still has. Both survive a killed process.
   */
  readonly synchronous?: 'normal' | 'full';
  /** Milliseconds, default BUSY_TIMEOUT_MS. */
  readonly busyTimeoutMs?: number;
}

export type Row = Record<string, SQLOutputValue>;

/** Runs a prepared statement; each text is prepared once. */
export type Execute = (sql: string, values: readonly SQLInputValue[]) => void;

export class SqliteDatabase {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #busyTimeoutMs: number;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(options: SqliteOptions) {
    this.path = options.path;
    this.#busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
    makePrivateFolder(dirname(options.path));
    // No time-out inside SQLite: it would block the event loop, and heartbeats with it.
    this.#db = new DatabaseSync(options.path, { timeout: 0 });
  }

  /**
   * Opens the file and checks it, before anything is written to it.
   *
   * @throws ArbtuneError `unreachable` when it is damaged or locked for too long, `conflict` when it is not ours.
   */
  static async open(options: SqliteOptions): Promise<SqliteDatabase> {
    let database: SqliteDatabase | undefined;
    try {
      database = new SqliteDatabase(options);
      const db = database.#db;
      await database.#unlessBusy(() => checkFile(db, options.path));
      await database.#unlessBusy(() => db.exec('PRAGMA journal_mode = WAL'));
      db.exec(`PRAGMA synchronous = ${options.synchronous ?? 'normal'}`);
      await database.write(() => createTables(db));
      return database;
    } catch (error) {
      database?.close();
      throw sqliteError(error, options.path);
    }
  }

  async read(sql: string, values: readonly SQLInputValue[]): Promise<Row[]> {
    return this.#unlessBusy(() => this.#statement(sql).all(...values));
  }

  /** One transaction. It takes the write lock at once: one that reads first and writes then fails under contention. */
  async write(work: (execute: Execute) => void): Promise<void> {
    await this.#unlessBusy(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        work((sql, values) => this.#statement(sql).run(...values));
        this.#db.exec('COMMIT');
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  async #unlessBusy<T>(work: () => T): Promise<T> {
    const deadline = performance.now() + this.#busyTimeoutMs;
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw sqliteError(error, this.path);
      }
      await sleep(RETRY_MS);
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
