import type { MarketData, VenueColumns } from './market-data.ts';

/**
 * Lays a data set's columns over one block of shared memory, one after the other, so that the whole set is handed to
 * a thread as one buffer and read from or written to a cache file in one piece.
 */

type Column = Float64Array<SharedArrayBuffer>;

/** time, five per venue, rate. */
export const COLUMN_COUNT = 12;

export function allocateColumns(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(rows * COLUMN_COUNT * Float64Array.BYTES_PER_ELEMENT);
}

/** The data set whose columns lie in `buffer`: the same memory, no copy. */
export function columnsOver(buffer: SharedArrayBuffer, rows: number, hash: string): MarketData {
  const column = (index: number): Column =>
    new Float64Array(buffer, index * rows * Float64Array.BYTES_PER_ELEMENT, rows);
  const venue = (first: number): VenueColumns => ({
    bid: column(first),
    bidQty: column(first + 1),
    ask: column(first + 2),
    askQty: column(first + 3),
    updated: column(first + 4),
  });
  return { rows, time: column(0), upbit: venue(1), binance: venue(6), rate: column(11), hash };
}
