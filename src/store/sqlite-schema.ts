import type { DatabaseSync } from 'node:sqlite';
import { ArbtuneError } from '../errors.ts';
import { damaged } from './sqlite-errors.ts';

/** The tables of the SQLite store, and the checks a file must pass before anything is written to it. */

/** "arbt": tells our file from any other SQLite file. */
const APPLICATION_ID = 0x61726274;

/** Of the tables below. A change of them raises it and adds the step from the version before. */
const SCHEMA_VERSION = 1;

const TABLES = `
CREATE TABLE trials (
  env TEXT NOT NULL, mode TEXT NOT NULL, session_id TEXT NOT NULL, iteration INTEGER NOT NULL,
  worker_id TEXT NOT NULL, status TEXT NOT NULL, timestamp TEXT NOT NULL, objective REAL,
  params TEXT NOT NULL, metrics TEXT NOT NULL, scenario_metrics TEXT NOT NULL, objectives TEXT,
  violation REAL NOT NULL, duration_ms REAL NOT NULL, attempt INTEGER NOT NULL, data_hash TEXT NOT NULL,
  reason TEXT, error TEXT, checksum INTEGER NOT NULL,
  PRIMARY KEY (env, mode, session_id, iteration)
) STRICT;
CREATE TABLE sessions (
  env TEXT NOT NULL, mode TEXT NOT NULL, session_id TEXT NOT NULL, created_at TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (env, mode, session_id)
) STRICT;
CREATE TABLE workers (
  env TEXT NOT NULL, mode TEXT NOT NULL, session_id TEXT NOT NULL, worker_id TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (env, mode, session_id, worker_id)
) STRICT;
`;

/**
 * Reads only. A file that passes is empty, or ours and sound.
 *
 * @throws ArbtuneError `unreachable` when the file is damaged, `conflict` when it is not ours or of a later version.
 */
export function checkFile(db: DatabaseSync, path: string): void {
  const found = pragma(db, 'integrity_check(1)');
  if (found !== 'ok') throw damaged(path, String(found));
  const version = pragma(db, 'user_version');
  const application = pragma(db, 'application_id');
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n;
  if (tables === 0) return;
  if (application !== APPLICATION_ID) {
    throw new ArbtuneError(
      'conflict',
      `${path} is a SQLite file of another program; point ARBTUNE_HOME elsewhere.`,
    );
  }
  if (typeof version !== 'number' || version > SCHEMA_VERSION) {
    throw new ArbtuneError(
      'conflict',
      `The result store ${path} has the form ${version} of a later arbtune (this one knows ${SCHEMA_VERSION}); use that version.`,
    );
  }
}

/** Makes the tables where they are missing. Call it inside a transaction that already holds the write lock. */
export function createTables(db: DatabaseSync): void {
  if (pragma(db, 'user_version') === SCHEMA_VERSION) return;
  db.exec(TABLES);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
}

function pragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
