import type { SQLInputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Row } from './sqlite-database.ts';
import { damaged } from './sqlite-errors.ts';
import { decodeTrial, encodeTrial, type TrialFields } from './trial-fields.ts';
import type { TrialRecord } from './trial-record.ts';

/** A trial as a row of the SQLite store, with a checksum: SQLite's own check misses a flipped bit inside a value. */

/** Bound as numbers: SQLite's own reading of decimal text is not exact. */
const NUMBERS = new Set(['iteration', 'objective', 'violation', 'duration_ms', 'attempt']);

const FIELDS = [
  ...['session_id', 'iteration', 'worker_id', 'status', 'timestamp', 'objective', 'params', 'metrics'],
  ...[
    'scenario_metrics',
    'objectives',
    'violation',
    'duration_ms',
    'attempt',
    'data_hash',
    'reason',
    'error',
  ],
];

/** The columns of `trialValues`, in its order. */
export const TRIAL_COLUMNS = [...FIELDS, 'checksum'];

/** @throws RangeError when a number of the record is not finite. */
export function trialValues(record: TrialRecord): SQLInputValue[] {
  const fields = encodeTrial(record);
  const values = FIELDS.map((name): SQLInputValue => {
    const text = fields[name];
    if (!NUMBERS.has(name)) return text ?? null;
    return text ? Number(text) : null;
  });
  return [...values, checksum(fields)];
}

/** @throws ArbtuneError `unreachable` when the row is not what was written; `path` is the file's. */
export function trialOfRow(row: Row, path: string): TrialRecord {
  const fields: Record<string, string> = { objective: '' };
  for (const name of FIELDS) {
    const value = row[name];
    if (value !== null && value !== undefined) fields[name] = String(value);
  }
  if (checksum(fields) !== row.checksum) {
    throw damaged(path, `the record of iteration ${fields.iteration} does not match its checksum`);
  }
  return decodeTrial(fields);
}

/** Of all fields in their order; lengths keep neighbours apart. */
function checksum(fields: TrialFields): number {
  let text = '';
  for (const name of FIELDS) {
    const value = fields[name];
    text += value === undefined ? '-' : `${value.length}:${value}`;
  }
  return crc32(text);
}
