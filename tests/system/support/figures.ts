import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** A session's CSV, read as plain text: what must be the same however a session came about. */

export type Row = Readonly<Record<string, string>>;

/** Who measured a trial, when, and how long it took: all that may differ between two runs of the same session. */
export const CIRCUMSTANCES: readonly string[] = [
  'session_id',
  'timestamp',
  'worker_id',
  'duration_ms',
  'attempt',
];

export function readCsv(path: string): Row[] {
  return parse(readFileSync(path), { columns: true });
}

/** Params, metrics and all else that two runs of the same session share, column by column, as written. */
export function figures(path: string): Row[] {
  return readCsv(path).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([column]) => !CIRCUMSTANCES.includes(column))),
  );
}

/** The values of one column, in the CSV's order. */
export function column(rows: readonly Row[], name: string): string[] {
  return rows.map((row) => {
    const value = row[name];
    if (value === undefined) throw new Error(`No column ${name} in ${Object.keys(row).join(', ')}`);
    return value;
  });
}

/** Iterations 1 .. count as the CSV writes them. */
export function iterations(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i + 1));
}
