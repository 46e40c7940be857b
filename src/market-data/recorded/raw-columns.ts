import type { RawQuotes } from './check.ts';
import { type Columns, literal } from './duckdb.ts';
import type { Layout } from './layouts.ts';

/** The one shape of query that every reader makes, and what its answer means. */

/** `SELECT` list of six DOUBLE columns; `valueOf` and `timeOf` turn a layout's column into a SQL expression. */
export function selectList(
  layout: Layout,
  symbol: string | undefined,
  sql: { readonly text: (column: string) => string; readonly time: (column: string) => string },
): string {
  const number = (column: string | undefined) =>
    column === undefined ? `'Infinity'::DOUBLE` : `TRY_CAST(${sql.text(column)} AS DOUBLE)`;
  return [
    sql.time(layout.time),
    number(layout.bid),
    number(layout.bidQty),
    number(layout.ask),
    number(layout.askQty),
    layout.symbol === undefined ? '0.0::DOUBLE' : symbolMark(sql.text(layout.symbol), symbol),
  ].join(', ');
}

/**
 * 0 for a row of the symbol that was asked for; without one, a number that is the same for rows of the same symbol;
 * NULL for a row that names none.
 */
function symbolMark(column: string, symbol: string | undefined): string {
  return symbol === undefined
    ? `CASE WHEN ${column} IS NULL THEN NULL ELSE hash(${column})::DOUBLE END`
    : `(${column} <> ${literal(symbol)})::INT::DOUBLE`;
}

/** `symbolGiven`: marks of 0 are wanted; else those that equal the first one. A row without a mark is judged by its values. */
export function rawQuotes({ rows, columns }: Columns, symbolGiven: boolean): RawQuotes {
  const [time, bid, bidQty, ask, askQty, marks] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const wantedMark = symbolGiven ? 0 : marks.find((mark) => !Number.isNaN(mark));
  const wanted = marks.map((mark) => (mark === wantedMark || Number.isNaN(mark) ? 1 : 0));
  return { rows, time, bid, bidQty, ask, askQty, wanted };
}

/** The first `rows` of a file's rows. */
export function firstRows(raw: RawQuotes, rows: number): RawQuotes {
  if (rows >= raw.rows) return raw;
  return {
    rows,
    time: raw.time.subarray(0, rows),
    bid: raw.bid.subarray(0, rows),
    bidQty: raw.bidQty.subarray(0, rows),
    ask: raw.ask.subarray(0, rows),
    askQty: raw.askQty.subarray(0, rows),
    wanted: raw.wanted.subarray(0, rows),
  };
}
