import { closeSync, openSync, readSync } from 'node:fs';
import type { MarketData, VenueColumns } from '../../src/market-data/market-data.ts';
import { isConstant, leastPacking, type PackedColumn, setNumber } from '../../src/market-data/packing.ts';

/** The quotes of the bench as every engine reads them: a file of columns, kept under build/bench. */

type Doubles = Float64Array<SharedArrayBuffer>;

export const FOLDER = 'build/bench';

/** time, bid, bid quantity, ask, ask quantity, updated of each venue, rate; float64. */
export const COLUMNS = 12;

export interface BenchFile {
  readonly path: string;
  readonly rows: number;
}

/** The columns that are packed pass through memory that is used again, so that they are not held twice. */
export function readBenchFile({ path, rows }: BenchFile): MarketData {
  const file = openSync(path, 'r');
  const passing = new Float64Array(rows);
  const doubles = (): Doubles => readColumn(file, sharedDoubles(rows));
  const packed = (): PackedColumn => pack(readColumn(file, passing));
  const venue = (): VenueColumns => ({
    bid: doubles(),
    bidQty: packed(),
    ask: doubles(),
    askQty: packed(),
    updated: doubles(),
  });
  const columns = { rows, time: doubles(), upbit: venue(), binance: venue() };
  const { values, mask } = isConstant(readColumn(file, passing)) ? constant(passing) : open(passing);
  closeSync(file);
  return { ...columns, rate: values, rateMask: mask, hash: 'bench' };
}

/** The next one of the file. */
function readColumn<Column extends Float64Array>(file: number, column: Column): Column {
  const bytes = new Uint8Array(column.buffer);
  for (let at = 0; at < bytes.length; ) at += readSync(file, bytes, at, bytes.length - at, null);
  return column;
}

/** As the library packs it. */
function pack(numbers: Float64Array): PackedColumn {
  const packing = leastPacking(numbers);
  if (packing.as !== 'whole') return packing.as === 'constant' ? constant(numbers) : open(numbers);
  const values = new Uint32Array(new SharedArrayBuffer(numbers.length * Uint32Array.BYTES_PER_ELEMENT));
  const column = { values, mask: -1, divisor: packing.divisor };
  numbers.forEach((number, row) => {
    setNumber(column, row, number);
  });
  return column;
}

function constant(numbers: Float64Array) {
  return { values: sharedDoubles(1).fill(numbers[0]!), mask: 0, divisor: 1 };
}

function open(numbers: Float64Array) {
  const values = sharedDoubles(numbers.length);
  values.set(numbers);
  return { values, mask: -1, divisor: 1 };
}

function sharedDoubles(length: number): Doubles {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
