import type { MarketData, VenueColumns } from './market-data.ts';

/**
 * Lays a data set's columns over one block of shared memory, one after the other, so that the whole set is handed to
 * a thread as one buffer and read from or written to a cache file in one piece.
 */

type Column = Float64Array<SharedArrayBuffer>;

export interface Shape {
  readonly rows: number;
  /** Venues that quote in every row: their `updated` is `time`, the same memory. */
  readonly upbitAlways: boolean;
  readonly binanceAlways: boolean;
}

/** time, four columns per venue, rate. */
const FIXED_COLUMNS = 10;

function bufferBytes({ rows, upbitAlways, binanceAlways }: Shape): number {
  const columns = FIXED_COLUMNS + (upbitAlways ? 0 : 1) + (binanceAlways ? 0 : 1);
  return columns * rows * Float64Array.BYTES_PER_ELEMENT;
}

export function allocateColumns(shape: Shape, hash: string): MarketData {
  return columnsOver(new SharedArrayBuffer(bufferBytes(shape)), shape, hash);
}

/** The columns that have memory of their own, in its order. */
export function ownColumns({ time, upbit, binance, rate }: MarketData): Column[] {
  const all = [
    time,
    ...[upbit, binance].flatMap(({ bid, bidQty, ask, askQty, updated }) => [
      bid,
      bidQty,
      ask,
      askQty,
      updated,
    ]),
    rate,
  ];
  return [...new Set(all)];
}

/** The data set whose columns lie in `buffer`, of `bufferBytes(shape)`: the same memory, no copy. */
function columnsOver(buffer: SharedArrayBuffer, shape: Shape, hash: string): MarketData {
  const { rows, upbitAlways, binanceAlways } = shape;
  let taken = 0;
  const column = (): Column =>
    new Float64Array(buffer, taken++ * rows * Float64Array.BYTES_PER_ELEMENT, rows);
  const time = column();
  const venue = (always: boolean): VenueColumns => ({
    bid: column(),
    bidQty: column(),
    ask: column(),
    askQty: column(),
    updated: always ? time : column(),
  });
  return { rows, time, upbit: venue(upbitAlways), binance: venue(binanceAlways), rate: column(), hash };
}

export function shapeOf({ rows, time, upbit, binance }: MarketData): Shape {
  return { rows, upbitAlways: upbit.updated === time, binanceAlways: binance.updated === time };
}
