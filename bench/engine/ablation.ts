import Table from 'cli-table3';
import { generateQuotes } from '../../src/market-data/generate/generate.ts';
import { generatorSchema } from '../../src/market-data/generate/settings.ts';
import type { MarketData } from '../../src/market-data/market-data.ts';
import { mergeQuotes } from '../../src/market-data/merge.ts';
import { resolveStrategy } from '../../src/paper-engine/params.ts';
import { measure } from '../../src/paper-engine/replay.ts';
import { createScan } from '../../src/paper-engine/scan.ts';
import { type EngineOverrides, resolveEngineSettings } from '../../src/paper-engine/settings.ts';
import { createWorld } from '../../src/paper-engine/world.ts';
import type { Params } from '../../src/search-space/space.ts';

/**
 * `npm run bench:ablation`: what each term of the engine is worth, one taken out at a time, on generated quotes whose
 * edge fades within a second. A term that is wrong is wrong for the strategy's signal and for its accounts alike.
 */

const RATE = 1300;
const SEEDS = [1, 2, 3, 4, 5];

/** Six hours of quiet books with jumps of the edge that fade by half in 0.15 s; thin displayed quantities. */
function fadingMarket(seed: number): MarketData {
  const settings = generatorSchema.parse({
    seed,
    duration_s: 6 * 3600,
    edge: { sd_bps: 3, half_life_s: 20 },
    jumps: { per_hour: 120, size_bps: 20, half_life_s: 0.15 },
    upbit: { updates_per_s: 20, quantity: 0.02 },
    binance: { updates_per_s: 20, quantity: 0.02 },
  });
  return mergeQuotes(generateQuotes(settings, RATE), 'ablation');
}

const PARAMS: Params = {
  min_spread_pct: 0.05,
  slippage_bps: 5,
  max_position_krw: 2_000_000,
  rebalance_threshold: 1,
};

/** Funds that last, so that only the ablated term differs. */
const FUNDS = { upbit: { cash: 500_000_000, coin: 10 }, binance: { cash: 400_000, coin: 10 } };

interface Variant {
  readonly name: string;
  readonly engine?: EngineOverrides;
  readonly params?: Params;
  readonly market?: (market: MarketData) => MarketData;
}

/** The same number in every row. */
function constant(value: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)).fill(value);
}

function unlimited(market: MarketData): MarketData {
  const quantity = { values: constant(Number.POSITIVE_INFINITY), mask: 0, divisor: 1 };
  const open = (venue: MarketData['upbit']) => ({ ...venue, bidQty: quantity, askQty: quantity });
  return { ...market, upbit: open(market.upbit), binance: open(market.binance) };
}

const still = { latency_ms: 0, jitter_ms: 0 };

const VARIANTS: readonly Variant[] = [
  { name: 'as it is' },
  { name: 'no latency', engine: { upbit: still, binance: still } },
  {
    name: 'ten times the latency',
    engine: { upbit: { latency_ms: 200, jitter_ms: 100 }, binance: { latency_ms: 600, jitter_ms: 300 } },
  },
  { name: 'no slippage tolerance', params: { slippage_bps: 0 } },
  { name: 'unlimited quantity', market: unlimited },
  { name: 'no fees', engine: { upbit: { taker_fee_bps: 0 }, binance: { taker_fee_bps: 0 } } },
  { name: 'wrong fee (Upbit at 0.25 %)', engine: { upbit: { taker_fee_bps: 25 } } },
  {
    name: 'wrong rate (2 % high)',
    market: (market) => ({ ...market, rate: constant(RATE * 1.02), rateMask: 0 }),
  },
];

const markets = SEEDS.map(fadingMarket);
const shown = [
  'pnl',
  'trades',
  'win_rate',
  'fill_rate',
  'signal_edge_pct',
  'average_edge_pct',
  'total_fees',
  'leg_pnl',
];
const table = new Table({
  head: ['', ...shown],
  colAligns: ['left', ...shown.map(() => 'right' as const)],
  style: { head: [], border: [] },
});
for (const { name, engine = {}, params = {}, market = (same: MarketData) => same } of VARIANTS) {
  const settings = resolveEngineSettings({
    ...engine,
    upbit: { ...FUNDS.upbit, ...engine.upbit },
    binance: { ...FUNDS.binance, ...engine.binance },
  });
  const strategy = resolveStrategy({ ...PARAMS, ...params });
  const results = markets.map((quotes) => {
    const world = createWorld(market(quotes), settings);
    return measure(world, strategy, createScan(world.market, world.factors));
  });
  const mean = (metric: string): number =>
    results.reduce((sum, metrics) => sum + (metrics[metric] ?? Number.NaN), 0) / results.length;
  table.push([name, ...shown.map((metric) => mean(metric).toFixed(/pct|rate/.test(metric) ? 4 : 0))]);
}
const quotes = Math.round(markets.reduce((sum, { rows }) => sum + rows, 0) / markets.length);
process.stdout.write(
  `means over ${SEEDS.length} seeds of ${quotes.toLocaleString('en')} quotes each\n${table.toString()}\n`,
);
