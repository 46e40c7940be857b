import { generatorSchema } from '../../../src/market-data/generate/settings.ts';
import type { Scenario } from '../../../src/market-data/scenario.ts';

/** Made regimes that the engine is searched on: three beside the recorded quotes, and sixteen more of their kinds. */

const SYMBOLS = { upbit: 'KRW-BTC', binance: 'BTCUSDT', exchange_rate: 1300 };

/** Limits wide enough that the searched params decide, not the profile. */
const RISK_PROFILE = {
  max_position_krw: 1_000_000,
  max_daily_loss_krw: 500_000,
  max_trades_per_hour: 2_000,
  min_spread_pct: 0.1,
  slippage_bps: 5,
  circuit_breaker_threshold: 5,
};

const made = (name: string, description: string, generator: object): Scenario => ({
  name,
  description,
  symbols: SYMBOLS,
  steps: [],
  generator: generatorSchema.parse({ duration_s: 3600, ...generator }),
  risk_profile: RISK_PROFILE,
  expected_outcomes: {},
});

/** `recorded` is read from configs/. */
export const MADE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  calm: made('calm', 'A slow edge around its mean, deep books', {
    seed: 21,
    volatility_bps: 0.5,
    edge: { mean_bps: 2, sd_bps: 14, half_life_s: 90 },
  }),
  jumpy: made('jumpy', 'Edges that appear in jumps and half of which is gone before an order arrives', {
    seed: 22,
    volatility_bps: 1.5,
    edge: { mean_bps: 0, sd_bps: 6, half_life_s: 20 },
    jumps: { per_hour: 400, size_bps: 25, half_life_s: 0.15, up_share: 0.55 },
  }),
  shifting: made('shifting', 'Regimes that favour one direction, then the other; silences, and a crash', {
    seed: 23,
    volatility_bps: 1,
    edge: { mean_bps: 0, sd_bps: 9, half_life_s: 30 },
    jumps: { per_hour: 90, size_bps: 20, half_life_s: 2 },
    regimes: [
      { name: 'upbit dear', mean_s: 500, edge_shift_bps: 15 },
      { name: 'binance dear', mean_s: 500, edge_shift_bps: -15, spread: 2 },
      { name: 'wild', mean_s: 200, volatility: 4, edge_sd: 2, spread: 3 },
    ],
    stale: { venue: 'upbit', per_hour: 12, mean_s: 8 },
    flash_crash: { venue: 'binance', at_s: 2200, depth_pct: 4, fall_s: 2, recover_s: 60 },
  }),
};

type Five = readonly [seed: number, a: number, b: number, c: number, d: number];

const calm = ([seed, volatility_bps, mean_bps, sd_bps, half_life_s]: Five): object => ({
  seed,
  volatility_bps,
  edge: { mean_bps, sd_bps, half_life_s },
});

const jumpy = ([seed, volatility_bps, per_hour, size_bps, half_life_s]: Five): object => ({
  seed,
  volatility_bps,
  edge: { mean_bps: 0, sd_bps: 6, half_life_s: 20 },
  jumps: { per_hour, size_bps, half_life_s, up_share: 0.5 },
});

const shifting = ([seed, volatility_bps, sd_bps, edge_shift_bps, mean_s]: Five): object => ({
  seed,
  volatility_bps,
  edge: { mean_bps: 0, sd_bps, half_life_s: 30 },
  jumps: { per_hour: 90, size_bps: 20, half_life_s: 2 },
  regimes: [
    { name: 'upbit dear', mean_s, edge_shift_bps },
    { name: 'binance dear', mean_s, edge_shift_bps: -edge_shift_bps, spread: 2 },
    { name: 'wild', mean_s: 200, volatility: 4, edge_sd: 2, spread: 3 },
  ],
  stale: { venue: 'upbit', per_hour: 12, mean_s: 8 },
});

const numbered = (kind: string, of: (five: Five) => object, all: readonly Five[]): [string, Scenario][] =>
  all.map((five, i) => [`${kind}${i + 1}`, made(`${kind}${i + 1}`, `Of the kind of ${kind}`, of(five))]);

/** The first four of `calm` are that regime under other seeds. */
export const OTHER_SCENARIOS: Readonly<Record<string, Scenario>> = Object.fromEntries([
  ...numbered('calm', calm, [
    [121, 0.5, 2, 14, 90],
    [122, 0.5, 2, 14, 90],
    [123, 0.5, 2, 14, 90],
    [124, 0.5, 2, 14, 90],
    [131, 0.3, 0, 11, 60],
    [132, 0.7, 4, 16, 120],
    [133, 0.5, -3, 18, 150],
    [134, 1, 1, 12, 45],
  ]),
  ...numbered('jumpy', jumpy, [
    [141, 1.5, 400, 25, 0.15],
    [142, 1, 250, 30, 0.25],
    [143, 2, 600, 20, 0.1],
    [144, 1.2, 300, 22, 0.4],
  ]),
  ...numbered('shifting', shifting, [
    [151, 1, 9, 15, 500],
    [152, 1, 7, 20, 400],
    [153, 1, 11, 10, 700],
    [154, 1, 8, 12, 300],
  ]),
]);
