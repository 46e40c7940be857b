import { setImmediate as breathe } from 'node:timers/promises';
import { batches } from './batches.ts';
import { keyPart } from './keys.ts';
import {
  type ResultStore,
  type SessionRecord,
  type StoreNamespace,
  TRIALS_A_PAGE,
  trialsIn,
  type WorkerRecord,
} from './result-store.ts';
import { type Row, SqliteDatabase, type SqliteOptions } from './sqlite-database.ts';
import { damaged } from './sqlite-errors.ts';
import { TRIAL_COLUMNS, trialOfRow, trialValues } from './sqlite-rows.ts';
import type { TrialRecord } from './trial-record.ts';

/** The result store in one SQLite file: the embedded default, with the contract of the StateManager. */

/** Trials per transaction: SQLite works in the event loop's thread, and heartbeats must get between. */
const MOST_AT_ONCE = 500;

const HERE = 'env = ? AND mode = ?';
const COLUMNS = ['env', 'mode', ...TRIAL_COLUMNS];
const SAVE_TRIAL = `INSERT OR REPLACE INTO trials (${COLUMNS}) VALUES (${COLUMNS.map(() => '?')})`;
const LOAD_TRIALS = `SELECT ${TRIAL_COLUMNS} FROM trials WHERE ${HERE} AND session_id = ? AND iteration > ? ORDER BY iteration LIMIT ${TRIALS_A_PAGE}`;
const COUNT_TRIALS = `SELECT count(*) AS n FROM trials WHERE ${HERE} AND session_id = ?`;
const SAVE_SESSION = 'INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?)';
const LOAD_SESSION = `SELECT record FROM sessions WHERE ${HERE} AND session_id = ?`;
const LIST_SESSIONS = `SELECT record FROM sessions WHERE ${HERE} ORDER BY created_at DESC, session_id DESC`;
const SAVE_WORKER = 'INSERT OR REPLACE INTO workers VALUES (?, ?, ?, ?, ?)';
const LOAD_WORKERS = `SELECT record FROM workers WHERE ${HERE} AND session_id = ? ORDER BY worker_id`;

export class SqliteStore implements ResultStore {
  readonly #database: SqliteDatabase;
  readonly #here: readonly [env: string, mode: string];

  private constructor(database: SqliteDatabase, here: readonly [string, string]) {
    this.#database = database;
    this.#here = here;
  }

  /** @throws ArbtuneError `unreachable` when the file is damaged or locked for too long, `conflict` when it is not ours. */
  static async open(options: SqliteOptions, namespace: StoreNamespace): Promise<SqliteStore> {
    const here = [keyPart('env', namespace.env), keyPart('mode', namespace.mode)] as const;
    return new SqliteStore(await SqliteDatabase.open(options), here);
  }

  async saveTrials(records: readonly TrialRecord[]): Promise<void> {
    const rows = records.map((record) => {
      keyPart('session id', record.session_id);
      keyPart('worker id', record.worker_id);
      return [...this.#here, ...trialValues(record)];
    });
    for (const batch of batches(rows, MOST_AT_ONCE)) {
      if (batch[0] !== rows[0]) await breathe();
      await this.#database.write((execute) => {
        for (const row of batch) execute(SAVE_TRIAL, row);
      });
    }
  }

  async loadTrials(sessionId: string): Promise<TrialRecord[]> {
    return await trialsIn(this.trialPages(sessionId));
  }

  async *trialPages(sessionId: string): AsyncGenerator<readonly TrialRecord[]> {
    for (let after = -1; ; await breathe()) {
      const rows = await this.#database.read(LOAD_TRIALS, [...this.#here, sessionId, after]);
      const page = rows.map((row) => trialOfRow(row, this.#database.path));
      if (page.length > 0) yield page;
      if (page.length < TRIALS_A_PAGE) return;
      after = page.at(-1)?.iteration ?? after;
    }
  }

  async countTrials(sessionId: string): Promise<number> {
    const [row] = await this.#database.read(COUNT_TRIALS, [...this.#here, sessionId]);
    return Number(row?.n ?? 0);
  }

  async saveSession(record: SessionRecord): Promise<void> {
    const id = keyPart('session id', record.session_id);
    const row = [...this.#here, id, record.created_at, JSON.stringify(record)];
    await this.#database.write((execute) => execute(SAVE_SESSION, row));
  }

  async loadSession(sessionId: string): Promise<SessionRecord | undefined> {
    const [row] = await this.#database.read(LOAD_SESSION, [...this.#here, sessionId]);
    return row && this.#json<SessionRecord>(row);
  }

  async listSessions(): Promise<SessionRecord[]> {
    const rows = await this.#database.read(LIST_SESSIONS, this.#here);
    return rows.map((row) => this.#json<SessionRecord>(row));
  }

  async saveWorker(record: WorkerRecord): Promise<void> {
    const ids = [keyPart('session id', record.session_id), keyPart('worker id', record.worker_id)];
    const row = [...this.#here, ...ids, JSON.stringify(record)];
    await this.#database.write((execute) => execute(SAVE_WORKER, row));
  }

  async loadWorkers(sessionId: string): Promise<WorkerRecord[]> {
    const rows = await this.#database.read(LOAD_WORKERS, [...this.#here, sessionId]);
    return rows.map((row) => this.#json<WorkerRecord>(row));
  }

  async warnings(): Promise<string[]> {
    return [];
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #json<T>(row: Row): T {
    try {
      return JSON.parse(String(row.record)) as T;
    } catch {
      throw damaged(this.#database.path, 'a record is not JSON');
    }
  }
}
