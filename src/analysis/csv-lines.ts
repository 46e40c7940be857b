import papaparse from 'papaparse';

/** Rows as lines of RFC 4180, each with its end; numbers in their shortest exact form, what is absent as an empty cell. */
export function csvLines(rows: readonly (readonly (string | number | undefined)[])[]): string {
  return rows.length === 0 ? '' : `${papaparse.unparse(rows as unknown[][], { newline: '\n' })}\n`;
}
