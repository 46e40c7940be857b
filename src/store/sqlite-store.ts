import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { ArbtuneError } from '../errors.ts';
import { keyPart } from './keys.ts';
import type { ResultStore, SessionRecord, StoreNamespace, WorkerRecord } from './result-store.ts';
import { damaged, isBusy, sqliteError } from './sqlite-errors.ts';
import { checkFile, createTables } from './sqlite-schema.ts';
import { decodeTrial, encodeTrial, type TrialFields } from './trial-fields.ts';
import type { TrialRecord } from './trial-record.ts';

/**
 * The result store in one SQLite file, the embedded default, with the contract of the StateManager. Several processes
 * may use the file: readers never wait (WAL), a second writer waits without blocking its own event loop.
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

const TRIAL_COLUMNS = [
  'session_id', 'iteration', 'worker_id', 'status', 'timestamp', 'objective', 'params', 'metrics', 'scenario_metrics',
  'objectives', 'violation', 'duration_ms', 'attempt', 'data_hash', 'reason', 'error', 'checksum',
]; // biome-ignore format: one list, read as one

export class SqliteStore implements ResultStore {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #env: string;
  readonly #mode: string;
  readonly #busyTimeoutMs: number;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(options: SqliteOptions, namespace: StoreNamespace) {
    this.path = options.path;
    this.#env = keyPart('env', namespace.env);
    this.#mode = keyPart('mode', namespace.mode);
    this.#busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
    makeFolder(dirname(options.path));
    // No time-out inside SQLite: it would block the event loop, and heartbeats with it.
    this.#db = new DatabaseSync(options.path, { timeout: 0 });
  }

  /**
   * Opens the file and checks it, before anything is written to it.
   *
   * @throws ArbtuneError `unreachable` when it is damaged, locked for too long or its folder is not writable.
   */
  static async open(options: SqliteOptions, namespace: StoreNamespace): Promise<SqliteStore> {
    let store: SqliteStore | undefined;
    try {
      store = new SqliteStore(options, namespace);
      await store.#prepare(options.synchronous ?? 'normal');
      return store;
    } catch (error) {
      await store?.close();
      throw sqliteError(error, options.path);
    }
  }

  async saveTrials(records: readonly TrialRecord[]): Promise<void> {
    const rows = records.map((record) => this.#trialRow(record));
    const columns = ['env', 'mode', ...TRIAL_COLUMNS];
    await this.#write(() => {
      const insert = this.#statement(
        `INSERT OR REPLACE INTO trials (${columns}) VALUES (${columns.map(() => '?')})`,
      );
      for (const row of rows) insert.run(...row);
    });
  }

  async loadTrials(sessionId: string): Promise<TrialRecord[]> {
    const rows = await this.#read(
      `SELECT ${TRIAL_COLUMNS} FROM trials WHERE env = ? AND mode = ? AND session_id = ? ORDER BY iteration`,
      sessionId,
    );
    return rows.map((row) => this.#decode(row));
  }

  async countTrials(sessionId: string): Promise<number> {
    const rows = await this.#read(
      'SELECT count(*) AS n FROM trials WHERE env = ? AND mode = ? AND session_id = ?',
      sessionId,
    );
    return Number(rows[0]?.n ?? 0);
  }

  async saveSession(record: SessionRecord): Promise<void> {
    const { session_id, created_at } = record;
    const row = [
      this.#env,
      this.#mode,
      keyPart('session id', session_id),
      created_at,
      JSON.stringify(record),
    ];
    await this.#write(() => {
      this.#statement('INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?)').run(...row);
    });
  }

  async loadSession(sessionId: string): Promise<SessionRecord | undefined> {
    const rows = await this.#read(
      'SELECT record FROM sessions WHERE env = ? AND mode = ? AND session_id = ?',
      sessionId,
    );
    return rows[0] && this.#json<SessionRecord>(rows[0]);
  }

  async listSessions(): Promise<SessionRecord[]> {
    const rows = await this.#read(
      'SELECT record FROM sessions WHERE env = ? AND mode = ? ORDER BY created_at DESC, session_id DESC',
    );
    return rows.map((row) => this.#json<SessionRecord>(row));
  }

  async saveWorker(record: WorkerRecord): Promise<void> {
    const { session_id, worker_id } = record;
    const row = [this.#env, this.#mode, keyPart('session id', session_id), worker_id, JSON.stringify(record)];
    await this.#write(() => {
      this.#statement('INSERT OR REPLACE INTO workers VALUES (?, ?, ?, ?, ?)').run(...row);
    });
  }

  async loadWorkers(sessionId: string): Promise<WorkerRecord[]> {
    const rows = await this.#read(
      'SELECT record FROM workers WHERE env = ? AND mode = ? AND session_id = ? ORDER BY worker_id',
      sessionId,
    );
    return rows.map((row) => this.#json<WorkerRecord>(row));
  }

  async warnings(): Promise<string[]> {
    return [];
  }

  async close(): Promise<void> {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  async #prepare(synchronous: 'normal' | 'full'): Promise<void> {
    await this.#unlessBusy(() => checkFile(this.#db, this.path));
    await this.#unlessBusy(() => this.#db.exec('PRAGMA journal_mode = WAL'));
    this.#db.exec(`PRAGMA synchronous = ${synchronous}`);
    await this.#write(() => createTables(this.#db));
  }

  #trialRow(record: TrialRecord): (string | number | null)[] {
    keyPart('session id', record.session_id);
    keyPart('worker id', record.worker_id);
    const fields = encodeTrial(record);
    // Numbers are bound as numbers: SQLite's own reading of decimal text is not exact.
    const row = TRIAL_COLUMNS.slice(0, -1).map((column) =>
      NUMBERS.has(column) ? numberOrNull(fields[column]) : (fields[column] ?? null),
    );
    return [this.#env, this.#mode, ...row, checksum(fields)];
  }

  #decode(row: Row): TrialRecord {
    const { checksum: expected, ...columns } = row;
    const fields: Record<string, string> = { objective: '' };
    for (const [name, value] of Object.entries(columns)) if (value !== null) fields[name] = String(value);
    if (checksum(fields) !== expected) {
      throw damaged(this.path, `the record of iteration ${fields.iteration} does not match its checksum`);
    }
    return decodeTrial(fields);
  }

  #json<T>(row: Row): T {
    try {
      return JSON.parse(String(row.record)) as T;
    } catch {
      throw damaged(this.path, 'a record is not JSON');
    }
  }

  async #read(sql: string, ...ids: string[]): Promise<Row[]> {
    return this.#unlessBusy(() => this.#statement(sql).all(this.#env, this.#mode, ...ids));
  }

  /** One transaction. It takes the write lock at once: one that reads first and writes then fails under contention. */
  async #write(work: () => void): Promise<void> {
    await this.#unlessBusy(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        work();
        this.#db.exec('COMMIT');
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
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

type Row = Record<string, SQLOutputValue>;

const NUMBERS = new Set(['iteration', 'objective', 'violation', 'duration_ms', 'attempt']);

function numberOrNull(text: string | undefined): number | null {
  return text ? Number(text) : null;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ArbtuneError(
      'input',
      `The folder ${folder} for the result store cannot be made (${code}); set ARBTUNE_HOME to a writable one.`,
    );
  }
}

/** Over the record's own text: integrity_check sees damaged pages, but not a flipped bit inside a value. */
function checksum(fields: TrialFields): number {
  const names = Object.keys(fields).sort();
  return crc32(JSON.stringify(names.map((name) => [name, fields[name]])));
}
