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

/** Column after column, so that what is packed is not held twice. */
export function readBenchFile({ path, rows }: BenchFile): MarketData {
  const file = openSync(path, 'r');
  const doubles = (): Doubles => readColumn(file, rows);
  const venue = (): VenueColumns => ({
    bid: doubles(),
    bidQty: packed(doubles()),
    ask: doubles(),
    askQty: packed(doubles()),
    updated: doubles(),
  });
  const market = {
    rows,
    time: doubles(),
    upbit: venue(),
    binance: venue(),
    ...rateOf(doubles()),
    hash: 'bench',
  };
  closeSync(file);
  return market;
}

/** The next one of the file. */
function readColumn(file: number, rows: number): Doubles {
  const column = new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT));
  const bytes = new Uint8Array(column.buffer);
  for (let at = 0; at < bytes.length; ) at += readSync(file, bytes, at, bytes.length - at, null);
  return column;
}

/** As the library packs it. */
function packed(numbers: Doubles): PackedColumn {
  const packing = leastPacking(numbers);
  if (packing.as !== 'whole') return { values: numbers, mask: -1, divisor: 1 };
  const { divisor } = packing;
  const values = new Uint32Array(new SharedArrayBuffer(numbers.length * Uint32Array.BYTES_PER_ELEMENT));
  const column = { values, mask: -1, divisor };
  numbers.forEach((number, row) => {
    setNumber(column, row, number);
  });
  return column;
}

function rateOf(rate: Doubles): Pick<MarketData, 'rate' | 'rateMask'> {
  if (!isConstant(rate)) return { rate, rateMask: -1 };
  return { rate: new Float64Array(rate.buffer.slice(0, Float64Array.BYTES_PER_ELEMENT)), rateMask: 0 };
}
