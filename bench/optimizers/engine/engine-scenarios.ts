import { type GeneratorSettings, generatorSchema } from '../../../src/market-data/generate/settings.ts';
import { type RecordingSettings, recordingSchema } from '../../../src/market-data/recorded/settings.ts';
import type { Scenario } from '../../../src/market-data/scenario.ts';

/** The data that the engine is searched on: recorded Binance quotes with a made Upbit beside them, and three made regimes. */

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

const scenario = (
  name: string,
  description: string,
  source: { readonly generator: GeneratorSettings } | { readonly data: RecordingSettings },
): Scenario => ({
  name,
  description,
  symbols: SYMBOLS,
  steps: [],
  ...source,
  risk_profile: RISK_PROFILE,
  expected_outcomes: {},
});

const made = (name: string, description: string, generator: object): Scenario =>
  scenario(name, description, { generator: generatorSchema.parse({ duration_s: 3600, ...generator }) });

export const RECORDED_FILE = 'binance_spot_btcusdt_quotes.csv.gz';

export const ENGINE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  recorded: scenario('recorded', 'Recorded Binance quotes; Upbit follows them late with an edge that fades', {
    data: recordingSchema.parse({
      binance: { format: 'tardis_quotes', file: RECORDED_FILE, on_gap: 'keep', on_backwards: 'drop' },
      upbit: {
        format: 'made',
        seed: 11,
        edge: { mean_bps: 5, sd_bps: 12, half_life_s: 20 },
        jumps: { per_hour: 120, size_bps: 20, half_life_s: 1, up_share: 0.6 },
      },
    }),
  }),
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
