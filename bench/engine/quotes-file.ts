import { closeSync, openSync, readSync } from 'node:fs';
import type { MarketData, VenueColumns } from '../../src/market-data/market-data.ts';

/** The quotes of the bench as every engine reads them: a file of columns, kept under build/bench. */

export const FOLDER = 'build/bench';

/** time, bid, bid quantity, ask, ask quantity, updated of each venue, rate; float64. */
export const COLUMNS = 12;

export interface BenchFile {
  readonly path: string;
  readonly rows: number;
}

export function readBenchFile({ path, rows }: BenchFile): MarketData {
  const buffer = new SharedArrayBuffer(rows * COLUMNS * 8);
  const bytes = new Uint8Array(buffer);
  const file = openSync(path, 'r');
  for (let at = 0; at < bytes.length; )
    at += readSync(file, bytes, at, Math.min(bytes.length - at, 2 ** 26), at);
  closeSync(file);
  const column = (i: number) => new Float64Array(buffer, i * rows * 8, rows);
  const venue = (i: number): VenueColumns => ({
    bid: column(i),
    bidQty: column(i + 1),
    ask: column(i + 2),
    askQty: column(i + 3),
    updated: column(i + 4),
  });
  return { rows, time: column(0), upbit: venue(1), binance: venue(6), rate: column(11), hash: 'bench' };
}
