import { closeSync, existsSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { generateQuotes } from '../../src/market-data/generate/generate.ts';
import { generatorSchema } from '../../src/market-data/generate/settings.ts';
import { mergeQuotes } from '../../src/market-data/merge.ts';
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
  for (const column of [
    market.time,
    ...[upbit, binance].flatMap((venue) => [venue.bid, venue.bidQty, venue.ask, venue.askQty, venue.updated]),
    market.rate,
  ]) {
    writeSync(file, new Uint8Array(column.slice(0, rows).buffer));
  }
  closeSync(file);
  return { path, rows };
}
