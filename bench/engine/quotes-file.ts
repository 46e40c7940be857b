import { closeSync, openSync, readSync } from 'node:fs';
import { allocateColumns } from '../../src/market-data/columns.ts';
import type { MarketData, VenueColumns } from '../../src/market-data/market-data.ts';
import { isConstant, leastPacking, type PackedColumn, setNumber } from '../../src/market-data/packing.ts';

/** The quotes of the bench as every engine reads them: a file of columns, kept under build/bench. */

export const FOLDER = 'build/bench';

/** time, bid, bid quantity, ask, ask quantity, updated of each venue, rate; float64. */
export const COLUMNS = 12;
/** Where each begins. */
const [TIME, UPBIT, BINANCE, RATE] = [0, 1, 6, 11];

export interface BenchFile {
  readonly path: string;
  readonly rows: number;
}

/** The columns that are packed pass through memory that is used again, so that they are not held twice. */
export function readBenchFile({ path, rows }: BenchFile): MarketData {
  const file = openSync(path, 'r');
  const passing = new Float64Array(rows);
  const read = (column: number, into: Float64Array = passing): Float64Array => readColumn(file, column, into);
  const shapeOf = (first: number) => ({
    always: false,
    bidQty: leastPacking(read(first + 1)),
    askQty: leastPacking(read(first + 3)),
  });
  const shape = {
    rows,
    upbit: shapeOf(UPBIT),
    binance: shapeOf(BINANCE),
    constantRate: isConstant(read(RATE)),
  };
  const market = allocateColumns(shape, 'bench');
  const fill = (first: number, venue: VenueColumns): void => {
    read(first, venue.bid);
    pack(read(first + 1), venue.bidQty);
    read(first + 2, venue.ask);
    pack(read(first + 3), venue.askQty);
    read(first + 4, venue.updated);
  };
  read(TIME, market.time);
  fill(UPBIT, market.upbit);
  fill(BINANCE, market.binance);
  market.rate.set(read(RATE).subarray(0, market.rate.length));
  closeSync(file);
  return market;
}

function readColumn(file: number, column: number, into: Float64Array): Float64Array {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  for (let at = 0; at < bytes.length; )
    at += readSync(file, bytes, at, bytes.length - at, column * bytes.length + at);
  return into;
}

function pack(numbers: Float64Array, into: PackedColumn): void {
  numbers.forEach((number, row) => {
    setNumber(into, row, number);
  });
}
