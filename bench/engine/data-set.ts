import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { generateQuotes } from '../../src/market-data/generate/generate.ts';
import { generatorSchema } from '../../src/market-data/generate/settings.ts';
import type { MarketData, VenueColumns } from '../../src/market-data/market-data.ts';
import { mergeQuotes } from '../../src/market-data/merge.ts';
import { type EngineSettings, resolveEngineSettings } from '../../src/paper-engine/settings.ts';
import type { Params } from '../../src/search-space/space.ts';

/** The quotes, venues and params that every engine of the bench gets; made once, kept under build/bench. */

export const FOLDER = 'build/bench';

/** Funds that last, so that no engine needs rebalancing, and trades uncounted; all else as the engine's defaults. */
export const BENCH_SETTINGS: EngineSettings = resolveEngineSettings({
  upbit: { cash: 200_000_000, coin: 4 },
  binance: { cash: 150_000, coin: 4 },
  guard: { max_trades_per_day: 1_000_000 },
});

export function benchParams(minSpreadPct: number): Params {
  return {
    min_spread_pct: minSpreadPct,
    slippage_bps: 5,
    max_position_krw: 1_000_000,
    max_trades_per_hour: 100_000,
    rebalance_threshold: 1,
  };
}

const COLUMNS = 12;

export interface BenchFile {
  readonly path: string;
  readonly rows: number;
}

/** A file of `millions` million rows: time, bid, bid quantity, ask, ask quantity, updated of each venue, rate; float64. */
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
