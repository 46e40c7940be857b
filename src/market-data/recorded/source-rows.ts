import type { FileHandle } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ArbtuneError } from '../../errors.ts';
import type { RawQuotes } from './check.ts';
import type { DataFile } from './data-file.ts';
import { type Finding, refuseFindings } from './findings.ts';
import { type Layout, layoutOf } from './layouts.ts';
import { firstRows, rawQuotes } from './raw-columns.ts';
import { readCsv } from './read-csv.ts';
import { readParquet } from './read-parquet.ts';
import type { TextRows } from './read-text.ts';
import { readUpbit } from './read-upbit.ts';
import type { RateFile, RecordedVenue, TimeUnit } from './settings.ts';
import { lineText } from './text-line.ts';
import { lineOfRecord, scanText, type TextScan } from './text-scan.ts';

/** A recorded file's rows as numbers, whatever its format, and made sure that none of them is missing. */

export type RecordedSource = RecordedVenue | RateFile;

export interface SourceRows {
  readonly raw: RawQuotes;
  readonly layout: Layout;
  /** Absent: to be found from the times. */
  readonly timeUnit: TimeUnit | undefined;
  /** What was found before the rows were looked at. */
  readonly findings: readonly Finding[];
  /** The number by which people know a record: its line in text, its row from 1 in Parquet. */
  readonly rowOf: (record: number) => number;
  /** Where the file is text: a row of it as it is written there, by that number. */
  readonly textOf?: (row: number) => Promise<string | undefined>;
}

export async function readRows(
  connection: DuckDBConnection,
  source: RecordedSource,
  file: DataFile,
  handle: FileHandle,
): Promise<SourceRows> {
  const { name, path } = file;
  const layout = layoutOf(source);
  if (source.format === 'parquet') {
    const rows = await readParquet(connection, { name, path, layout });
    const timeUnit = rows.timestamps ? 'us' : statedUnit(source);
    return { raw: rawQuotes(rows, false), layout, timeUnit, findings: [], rowOf: (record) => record + 1 };
  }
  const scan = await scanText(handle, name);
  const symbol = 'symbol' in source ? source.symbol : undefined;
  const rows = await (source.format === 'upbit_orderbook'
    ? readUpbit(connection, scan, { name, path, symbol })
    : readCsv(connection, scan, {
        name,
        path,
        layout,
        delimiter: 'delimiter' in source ? source.delimiter : ',',
        symbol,
        isoTime: source.time_unit === 'iso',
        headerOptional: source.format === 'binance_book_ticker',
      }));
  const { whole, findings } = wholeRows(scan, rows, source, name);
  return {
    raw: firstRows(rawQuotes(rows, symbol !== undefined), whole),
    layout,
    timeUnit: statedUnit(source),
    findings,
    rowOf: (record) => lineOfRecord(scan, record, rows.headerLines),
    textOf: (row) => lineText(handle, scan, row),
  };
}

/** How many rows the file holds whole; throws when the library and the scan do not agree on it. */
function wholeRows(
  scan: TextScan,
  rows: TextRows,
  source: RecordedSource,
  name: string,
): { readonly whole: number; readonly findings: readonly Finding[] } {
  const whole = scan.lines - scan.blankLines.length - rows.headerLines;
  const { reject } = rows;
  if (reject !== undefined && reject.line <= scan.lines) {
    const more = reject.count > 1 ? ` (the first of ${reject.count} such rows)` : '';
    throw new ArbtuneError('input', `${name} row ${reject.line}: ${reject.what}${more}`);
  }
  const cut = scan.cut;
  if (cut !== undefined) {
    const finding: Finding = {
      kind: 'truncated',
      policy: source.on_truncated,
      count: 1,
      record: whole,
      what: cut,
    };
    if (source.on_truncated === 'refuse') refuseFindings(name, [finding], () => scan.lines + 1);
    if (rows.rows >= whole && whole > 0) return { whole, findings: [finding] };
  } else if (rows.rows === whole && whole > 0) {
    return { whole, findings: [] };
  }
  if (whole <= 0)
    throw new ArbtuneError('input', `${name} has no rows, only ${scan.lines} lines; expected rows of quotes`);
  throw new ArbtuneError(
    'input',
    `${name} has ${whole} lines of rows but reads as ${rows.rows} rows; a value may hold a line break or an odd quotation mark`,
  );
}

function statedUnit(source: RecordedSource): TimeUnit | undefined {
  if (source.time_unit === 'iso') return 'us';
  if (source.time_unit !== 'found') return source.time_unit;
  if (originOf(source) === 'epoch') return undefined;
  throw new ArbtuneError(
    'input',
    `${source.file}: time_origin: start needs a time_unit; set s, ms, us or ns`,
  );
}

export function originOf(source: RecordedSource): 'epoch' | 'start' {
  return 'time_origin' in source ? source.time_origin : 'epoch';
}
