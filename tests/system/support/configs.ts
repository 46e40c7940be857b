import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Configs for system tests, written into a test's own folder: they need no data files, so that a worker finds all it needs anywhere. */

type Settings = Readonly<Record<string, unknown>>;

/** A market of ten quotes: a trial takes well under a millisecond. */
const FEW_QUOTES = {
  name: 'few-quotes',
  symbols: { exchange_rate: 1300 },
  steps: Array.from({ length: 10 }, (_, i) => {
    const upbit = 50_000_000 * (1 + (i % 4) * 0.002);
    return {
      ...{ t: i * 10, upbit_bid: upbit, upbit_ask: upbit + 1_000 },
      ...{ binance_bid: 38_461.04, binance_ask: 38_462.04 },
    };
  }),
};

/** Quotes by the hundred thousand, most of them traded on: a trial takes tens to hundreds of milliseconds. */
const manyQuotes = (perSecond: number) => ({
  name: 'many-quotes',
  symbols: { exchange_rate: 1300 },
  generator: {
    ...{ seed: 7, duration_s: 3_600 },
    ...{ upbit: { updates_per_s: perSecond }, binance: { updates_per_s: perSecond } },
    edge: { sd_bps: 20, half_life_s: 5 },
  },
  risk_profile: {
    max_trades_per_hour: 100_000,
    max_daily_loss_krw: 1_000_000_000_000,
    circuit_breaker_threshold: 100,
  },
});

const SPACE = {
  min_spread_pct: { type: 'float', bounds: [0.05, 0.5] },
  slippage_bps: { type: 'int', bounds: [1, 30] },
  max_position_krw: { type: 'int', bounds: [300_000, 2_000_000] },
};

const BUSY_SPACE = {
  min_spread_pct: { type: 'float', bounds: [-0.3, 0.1] },
  slippage_bps: { type: 'int', bounds: [1, 30] },
  max_position_krw: { type: 'int', bounds: [10_000, 50_000] },
};

/** Trials that take no time. Returns the config's path. */
export function quickConfig(folder: string, tuning: Settings = {}, scenario: Settings = {}): string {
  return write(folder, { search_space: SPACE, ...tuning }, { ...FEW_QUOTES, ...scenario });
}

/**
 * Trials that take long enough to be caught running. Returns the config's path.
 *
 * @param perSecond quotes of a venue a second, over one hour: what a trial takes grows with them
 */
export function slowConfig(folder: string, tuning: Settings = {}, perSecond = 60): string {
  const engine = { guard: { max_trades_per_day: 1_000_000 } };
  return write(
    folder,
    { search_space: BUSY_SPACE, parallelism: 4, engine, ...tuning },
    manyQuotes(perSecond),
  );
}

function write(folder: string, tuning: Settings, scenario: Settings): string {
  const path = join(folder, 'tuning.yaml');
  writeFileSync(join(folder, 'scenario.yaml'), stringify(scenario));
  writeFileSync(path, stringify({ tuning: { scenarios: ['scenario.yaml'], ...tuning } }));
  return path;
}
