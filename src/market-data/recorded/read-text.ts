import type { Columns } from './duckdb.ts';

/** What reading a text file gives, CSV and JSON lines alike. */
export interface TextRows extends Columns {
  readonly headerLines: 0 | 1;
  /** The first line that could not be taken apart, if any; such lines are not among the rows. */
  readonly reject: { readonly line: number; readonly what: string; readonly count: number } | undefined;
}
