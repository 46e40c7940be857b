import type { DuckDBConnection } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { ArbtuneError } from '../../errors.ts';
import { firstLineOf } from '../../foreign-errors.ts';
import { literal, queryColumns } from './duckdb.ts';
import { BOOK_TICKER_COLUMNS, type Layout, missingColumns } from './layouts.ts';
import { selectList } from './raw-columns.ts';
import type { TextRows } from './read-text.ts';
import type { TextScan } from './text-scan.ts';

/** Reads delimited text through DuckDB, having made sure of its columns. */

export interface CsvRequest {
  readonly name: string;
  readonly path: string;
  readonly layout: Layout;
  readonly delimiter: string;
  readonly symbol: string | undefined;
  /** Times are numbers, or ISO 8601 text that becomes microseconds. */
  readonly isoTime: boolean;
  /** Whether a file without a header is one of Binance's dumps. */
  readonly headerOptional: boolean;
}

export async function readCsv(
  connection: DuckDBConnection,
  scan: TextScan,
  request: CsvRequest,
): Promise<TextRows> {
  const { names, headerLines } = columnNames(scan, request);
  if (scan.oddBreak !== undefined) {
    throw new ArbtuneError(
      'input',
      `${request.name} row ${scan.oddBreak}: its line break is not of the kind of row 1's (LF or CR LF); save the file with one kind`,
    );
  }
  const columns = names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  const text = (name: string) => `c${names.indexOf(name)}`;
  const time = (name: string) =>
    request.isoTime
      ? `epoch_us(TRY_CAST(${text(name)} AS TIMESTAMPTZ))::DOUBLE`
      : `TRY_CAST(${text(name)} AS DOUBLE)`;
  const options = [
    'auto_detect = false',
    `header = ${headerLines === 1}`,
    `delim = ${literal(request.delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `compression = '${scan.compression}'`,
    'strict_mode = true',
    'store_rejects = true',
    `columns = {${columns}}`,
  ].join(', ');
  const read = `read_csv(${literal(request.path)}, ${options})`;
  const sql = `SELECT ${selectList(request.layout, request.symbol, { text, time })} FROM ${read}`;
  const rows = await queryColumns(connection, sql).catch((error: unknown) => {
    throw new ArbtuneError('input', `${request.name} cannot be read as CSV: ${firstLineOf(error)}`, {
      cause: error,
    });
  });
  return { ...rows, headerLines, reject: await firstReject(connection, names.length) };
}

function columnNames(scan: TextScan, request: CsvRequest): { names: string[]; headerLines: 0 | 1 } {
  const { name, delimiter, layout } = request;
  const names = fields(scan.firstLine, delimiter);
  const missing = missingColumns(layout, names);
  if (missing.length === 0) {
    const twice = Object.values(layout).find((column) => names.indexOf(column) !== names.lastIndexOf(column));
    if (twice === undefined) return { names, headerLines: 1 };
    throw new ArbtuneError('input', `${name} row 1: the column ${twice} stands there twice`);
  }
  const numbers = names.every((field) => field !== '' && Number.isFinite(Number(field)));
  if (request.headerOptional && numbers && names.length === BOOK_TICKER_COLUMNS.length) {
    return { names: [...BOOK_TICKER_COLUMNS], headerLines: 0 };
  }
  const found = delimiterFound(scan.firstLine, delimiter);
  const wrongDelimiter =
    found === undefined
      ? ''
      : `; its delimiter looks like ${JSON.stringify(found)}, expected ${JSON.stringify(delimiter)}`;
  throw new ArbtuneError(
    'input',
    `${name} row 1: missing ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}; ` +
      `the header is ${JSON.stringify(scan.firstLine.slice(0, 200))}${wrongDelimiter}`,
  );
}

function fields(line: string, delimiter: string): string[] {
  try {
    const [header = []] = parse(line, { delimiter, trim: true }) as string[][];
    return header;
  } catch {
    return [line];
  }
}

/** Another delimiter that the header has more of than of the expected one. */
function delimiterFound(line: string, expected: string): string | undefined {
  const count = (delimiter: string) => line.split(delimiter).length;
  return [',', ';', '\t', '|'].find((delimiter) => count(delimiter) > Math.max(1, count(expected)));
}

/** The first row that has not the form of the others. */
async function firstReject(connection: DuckDBConnection, columns: number): Promise<TextRows['reject']> {
  const found = await connection.runAndReadAll(
    'SELECT line::INT, error_type::VARCHAR, error_message, count(*) OVER () FROM reject_errors ORDER BY line LIMIT 1',
  );
  const [row] = found.getRows() as [number, string, string, bigint][];
  if (row === undefined) return undefined;
  const [line, type, message, count] = row;
  return { line, what: rejectText(type, message, columns), count: Number(count) };
}

function rejectText(type: string, message: string, columns: number): string {
  if (type === 'MISSING COLUMNS' || type === 'TOO MANY COLUMNS') {
    const has = /Found: (\d+)/.exec(message)?.[1] ?? (type === 'MISSING COLUMNS' ? 'fewer' : 'more');
    return `it has ${has} columns; expected ${columns}, as in row 1`;
  }
  if (type === 'UNQUOTED VALUE')
    return 'a quotation mark is opened and never closed, or stands within a value';
  if (type === 'INVALID ENCODING') return 'it is not UTF-8 text; save the file as UTF-8';
  return message.split('\n')[0] ?? type;
}
