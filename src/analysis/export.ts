import { extname } from 'node:path';
import { ArbtuneError } from '../errors.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { writeResultsCsv } from './csv.ts';

/** A session's results as a file for other tools, in the form that its name asks for. */

export const EXPORT_FORMATS = ['csv', 'jsonl', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const FORMAT_OF_EXTENSION: Readonly<Record<string, ExportFormat>> = {
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
};

/** @throws ArbtuneError `input` when the name ends in none of the known ways. */
export function exportFormatOf(path: string): ExportFormat {
  const format = FORMAT_OF_EXTENSION[extname(path).toLowerCase()];
  if (format === undefined) {
    const known = Object.keys(FORMAT_OF_EXTENSION).join(', ');
    throw new ArbtuneError(
      'input',
      `${path}: the form is not clear from the name; end it in one of ${known}.`,
    );
  }
  return format;
}

/** Whole or not at all, in iteration order as given. JSON lines hold one `TrialRecord` each. */
export async function exportResults(
  path: string,
  records: readonly TrialRecord[],
  format: ExportFormat,
): Promise<void> {
  if (format === 'csv') return writeResultsCsv(path, records);
  if (format === 'jsonl') return writeFileAtomically(path, jsonLines(records));
  // Loaded only here: it brings a database engine with it.
  const { writeResultsParquet } = await import('./parquet.ts');
  return writeResultsParquet(path, records);
}

function* jsonLines(records: readonly TrialRecord[]): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}
