import { readFile, writeFile } from 'node:fs/promises';
import { ArbtuneError } from '../errors.ts';
import { errorCode } from '../foreign-errors.ts';
import { batches } from '../store/batches.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { replaceFile } from './atomic-file.ts';
import { parseCsv } from './csv-form.ts';
import { CsvPages, type TrialPages } from './csv-pages.ts';

/** The CSV file of a session's results. */

/** Bounds the memory that the text of many records takes. */
const ROWS_A_PAGE = 1_000;

/** Whole or not at all: an old file stays intact when the disk is full. */
export async function writeResultsCsv(path: string, records: readonly TrialRecord[]): Promise<void> {
  await writeResultsCsvInPages(path, () => batches(records, ROWS_A_PAGE));
}

/** The same file from records that come a page at a time; `pages` is asked again where the first reading was not enough. */
export async function writeResultsCsvInPages(path: string, pages: () => TrialPages): Promise<void> {
  const csv = new CsvPages();
  await replaceFile(path, async (_, temporary) => {
    do await writeFile(temporary, csv.text(pages()));
    while (!csv.isWhole);
  });
}

/**
 * Reads back what `writeResultsCsv` wrote, and the predecessor's five columns.
 *
 * @throws ArbtuneError `input` when the file cannot be read or is not such a CSV, with file and line.
 */
export async function loadResultsFromCsv(path: string): Promise<TrialRecord[]> {
  return parseCsv(decodeText(await read(path), path), path);
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = errorCode(error) ?? '';
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new ArbtuneError('input', `${path} cannot be read: ${why}.`);
  }
}

function decodeText(bytes: Buffer, path: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new ArbtuneError('input', `${path} is UTF-16; save it as CSV in UTF-8.`);
  }
  try {
    // The byte order mark is the parser's to see.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ArbtuneError('input', `${path} is not UTF-8 text; save it as CSV in UTF-8.`);
  }
}
