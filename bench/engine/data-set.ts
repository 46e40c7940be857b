import { closeSync, existsSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { generateQuotes } from '../../src/market-data/generate/generate.ts';
import { generatorSchema } from '../../src/market-data/generate/settings.ts';
import { rateAt } from '../../src/market-data/market-data.ts';
import { mergeQuotes } from '../../src/market-data/merge.ts';
import { numberAt } from '../../src/market-data/packing.ts';
import { type BenchFile, COLUMNS, FOLDER } from './quotes-file.ts';

/** Makes the quotes of the bench, once. */

/** A file of `millions` million rows. */
export function benchFile(millions: number): BenchFile {
  const rows = millions * 1_000_000;
  const path = `${FOLDER}/quotes-${millions}m.f64`;
  mkdirSync(FOLDER, { recursive: true });
  if (existsSync(path) && statSync(path).size === rows * COLUMNS * 8) return { path, rows };
  const perSecond = (millions * 1_000_000 * 1.02) / 68_000;
  const settings = generatorSchema.parse({
    seed: 7,
    duration_s: 68_000,
    upbit: { updates_per_s: perSecond / 3 },
    binance: { updates_per_s: (perSecond * 2) / 3 },
    edge: { sd_bps: 12, half_life_s: 20 },
    jumps: { per_hour: 60, size_bps: 15, half_life_s: 1 },
  });
  const market = mergeQuotes(generateQuotes(settings, 1300), 'bench');
  if (market.rows < rows) throw new Error(`The generator gave ${market.rows} rows, expected ${rows}`);
  const { upbit, binance } = market;
  const file = openSync(path, 'w');
  const write = (numberOf: (row: number) => number): void => {
    writeSync(file, new Uint8Array(Float64Array.from({ length: rows }, (_, row) => numberOf(row)).buffer));
  };
  write((row) => market.time[row]!);
  for (const venue of [upbit, binance]) {
    write((row) => venue.bid[row]!);
    write((row) => numberAt(venue.bidQty, row));
    write((row) => venue.ask[row]!);
    write((row) => numberAt(venue.askQty, row));
    write((row) => venue.updated[row]!);
  }
  write((row) => rateAt(market, row));
  closeSync(file);
  return { path, rows };
}
