import type { DuckDBConnection } from '@duckdb/node-api';
import { ArbtuneError } from '../../errors.ts';
import { firstLineOf } from '../../foreign-errors.ts';
import { literal, queryColumns } from './duckdb.ts';
import type { Layout } from './layouts.ts';
import { selectList } from './raw-columns.ts';
import type { TextRows } from './read-text.ts';
import type { TextScan } from './text-scan.ts';

/** Reads Upbit's orderbook frames, one JSON object a line, with full names (`timestamp`) or short ones (`tms`). */

const LAYOUT: Layout = {
  time: text('timestamp', 'tms'),
  bid: text('orderbook_units[0].bid_price', 'obu[0].bp'),
  bidQty: text('orderbook_units[0].bid_size', 'obu[0].bs'),
  ask: text('orderbook_units[0].ask_price', 'obu[0].ap'),
  askQty: text('orderbook_units[0].ask_size', 'obu[0].as'),
  symbol: frameOf(),
};

export async function readUpbit(
  connection: DuckDBConnection,
  scan: TextScan,
  request: { readonly name: string; readonly path: string; readonly symbol: string | undefined },
): Promise<TextRows> {
  const compression = scan.compression === 'none' ? 'uncompressed' : scan.compression;
  const options = `format = 'newline_delimited', ignore_errors = true, compression = '${compression}'`;
  const select = selectList(LAYOUT, request.symbol, {
    text: (column) => column,
    time: (column) => `TRY_CAST(${column} AS DOUBLE)`,
  });
  // A line that is no JSON gives NULLs, which are found as values that are missing.
  const sql = `SELECT ${select} FROM read_ndjson_objects(${literal(request.path)}, ${options})`;
  const rows = await queryColumns(connection, sql).catch((error: unknown) => {
    const why = firstLineOf(error);
    throw new ArbtuneError('input', `${request.name} cannot be read as JSON lines: ${why}`, { cause: error });
  });
  return { ...rows, headerLines: 0, reject: undefined };
}

function text(full: string, short: string): string {
  return `COALESCE(json->>'$.${full}', json->>'$.${short}')`;
}

/** The market's code; for frames of another type than `orderbook` the type too, so that they are told apart. */
function frameOf(): string {
  const type = `COALESCE(json->>'$.type', json->>'$.ty', 'orderbook')`;
  return `(${text('code', 'cd')} || CASE ${type} WHEN 'orderbook' THEN '' ELSE ' ' || ${type} END)`;
}
