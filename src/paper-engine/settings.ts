import { ArbtuneError } from '../errors.ts';

/**
 * The world the strategy trades in: venues, rebalancing, risk guard. Plain JSON in the config's own names
 * (`tuning.engine`), the same for every trial of a session; what a trial varies is in params.ts.
 */

export interface VenueSettings {
  /** Basis points of the notional, in steps of 0.01; 0 to 1,000. */
  readonly taker_fee_bps: number;
  /** `quote`: on top of a buy, off a sell's proceeds. `received`: a buy's fee is taken in coin. */
  readonly fee_currency: 'quote' | 'received';
  /** `[from price, tick]` in the quote currency, ascending, the first from 0. A tick below 1 is 1 over a whole number. */
  readonly ticks: readonly (readonly [number, number])[];
  /** Order quantities are multiples of it; coin, a multiple of 1e-8. */
  readonly lot: number;
  /** Least value of an order, quote currency. */
  readonly min_notional: number;
  /** Decimals of the quote currency's minor unit, 0 to 8. */
  readonly quote_decimals: number;
  /** One way, from the decision to the match; the answer takes as long again. Milliseconds. */
  readonly latency_ms: number;
  /** The latency is uniform in [latency_ms, latency_ms + jitter_ms). */
  readonly jitter_ms: number;
  /** Opening balances: quote currency and coin. */
  readonly cash: number;
  readonly coin: number;
  /** Taken by a withdrawal of coin from this venue, coin. */
  readonly withdrawal_fee_coin: number;
}

export interface RebalancingSettings {
  /** From the departure of coin and cash to their arrival, seconds. */
  readonly delay_s: number;
  /** What changing KRW to USDT or back costs against the rate, basis points. */
  readonly conversion_bps: number;
}

/** Limits of the risk guard that are not params of the strategy. */
export interface GuardSettings {
  readonly max_total_loss_krw: number;
  readonly max_trades_per_day: number;
  /** A leg filled further than this from the price it was sent for trips the breaker. */
  readonly max_slippage_bps: number;
  /** Filled share of the quantity ordered in `fill_rate_window` legs; below it the breaker trips. */
  readonly min_fill_rate: number;
  readonly fill_rate_window: number;
  /** No trade below this net edge, whatever the params and the skew say; per cent. */
  readonly min_edge_pct: number;
  /** Unhedged coin left after the unwinding; above this value the breaker trips. */
  readonly max_unhedged_krw: number;
  readonly cool_down_s: number;
  /** Orders sent to unwind one trade, at most. */
  readonly unwind_attempts: number;
}

export interface EngineSettings {
  /** Of the jitter; a whole number, 0 to 2^32 - 1. */
  readonly seed: number;
  /** Period of the returns in sharpe and sortino, seconds. */
  readonly return_period_s: number;
  readonly upbit: VenueSettings;
  readonly binance: VenueSettings;
  readonly rebalancing: RebalancingSettings;
  readonly guard: GuardSettings;
}

/** What a config may say: any part of it. */
export type EngineOverrides = {
  readonly [K in keyof EngineSettings]?: EngineSettings[K] extends number
    ? number
    : Partial<EngineSettings[K]>;
};

/** Upbit's KRW market (0.05 %, its tick table, 5,000 KRW) and Binance spot (0.10 % off what is received, 5 USDT). */
export const DEFAULT_ENGINE_SETTINGS: EngineSettings = {
  seed: 1,
  return_period_s: 60,
  upbit: {
    taker_fee_bps: 5,
    fee_currency: 'quote',
    ticks: [
      [0, 1],
      [5_000, 5],
      [10_000, 10],
      [50_000, 50],
      [100_000, 100],
      [500_000, 500],
      [1_000_000, 1_000],
    ],
    lot: 1e-8,
    min_notional: 5_000,
    quote_decimals: 4,
    latency_ms: 20,
    jitter_ms: 10,
    cash: 20_000_000,
    coin: 0.4,
    withdrawal_fee_coin: 0.0008,
  },
  binance: {
    taker_fee_bps: 10,
    fee_currency: 'received',
    ticks: [[0, 0.01]],
    lot: 1e-5,
    min_notional: 5,
    quote_decimals: 8,
    latency_ms: 60,
    jitter_ms: 30,
    cash: 15_000,
    coin: 0.4,
    withdrawal_fee_coin: 0.0002,
  },
  rebalancing: { delay_s: 1_800, conversion_bps: 10 },
  guard: {
    max_total_loss_krw: 5_000_000,
    max_trades_per_day: 5_000,
    max_slippage_bps: 100,
    min_fill_rate: 0.2,
    fill_rate_window: 20,
    min_edge_pct: 0,
    max_unhedged_krw: 500_000,
    cool_down_s: 300,
    unwind_attempts: 3,
  },
};

/** The defaults with a config's words over them, a level deep. Throws an `ArbtuneError` that names the setting. */
export function resolveEngineSettings(overrides: EngineOverrides = {}): EngineSettings {
  const base = DEFAULT_ENGINE_SETTINGS;
  const settings: EngineSettings = {
    seed: overrides.seed ?? base.seed,
    return_period_s: overrides.return_period_s ?? base.return_period_s,
    upbit: { ...base.upbit, ...overrides.upbit },
    binance: { ...base.binance, ...overrides.binance },
    rebalancing: { ...base.rebalancing, ...overrides.rebalancing },
    guard: { ...base.guard, ...overrides.guard },
  };
  checkEngineSettings(settings);
  return settings;
}

/** Inclusive bounds by setting, in its own unit. */
export const RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  seed: [0, 2 ** 32 - 1],
  return_period_s: [1e-6, 1e9],
  taker_fee_bps: [0, 1_000],
  lot: [1e-8, 1e6],
  min_notional: [0, 1e12],
  quote_decimals: [0, 8],
  latency_ms: [0, 3_600_000],
  jitter_ms: [0, 3_600_000],
  cash: [0, 1e12],
  coin: [0, 1e7],
  withdrawal_fee_coin: [0, 1e6],
  delay_s: [0, 1e9],
  conversion_bps: [0, 5_000],
  max_total_loss_krw: [0, 1e12],
  max_trades_per_day: [1, 1e9],
  max_slippage_bps: [0, 10_000],
  min_fill_rate: [0, 1],
  fill_rate_window: [1, 1e6],
  min_edge_pct: [-100, 100],
  max_unhedged_krw: [0, 1e12],
  cool_down_s: [0, 1e9],
  unwind_attempts: [0, 100],
};

/** Settings that take whole numbers. */
export const WHOLE: ReadonlySet<string> = new Set([
  'seed',
  'quote_decimals',
  'max_trades_per_day',
  'fill_rate_window',
  'unwind_attempts',
]);

/** Throws an `ArbtuneError` of kind `input` for the first setting out of its range. */
export function checkEngineSettings(settings: EngineSettings): void {
  checkNumbers('engine', settings);
  for (const name of ['upbit', 'binance', 'rebalancing', 'guard'] as const) {
    checkNumbers(`engine.${name}`, settings[name]);
  }
  for (const name of ['upbit', 'binance'] as const) checkVenue(`engine.${name}`, settings[name]);
  const [small, large] = [settings.upbit.lot, settings.binance.lot].sort((a, b) => a - b) as [number, number];
  if (!isWhole(large / small)) {
    fail(
      `Expected one of engine.upbit.lot and engine.binance.lot to be a multiple of the other, got ${small} and ${large}`,
    );
  }
}

function checkNumbers(path: string, settings: object): void {
  for (const [key, value] of Object.entries(settings)) {
    const range = RANGES[key];
    if (range === undefined) {
      if (typeof value === 'number') fail(`Unknown setting ${path}.${key}`);
      continue;
    }
    const [low, high] = range;
    const whole = WHOLE.has(key);
    if (
      typeof value !== 'number' ||
      !(value >= low && value <= high) ||
      (whole && !Number.isInteger(value))
    ) {
      fail(
        `Expected ${path}.${key} to be a ${whole ? 'whole ' : ''}number from ${low} to ${high}, got ${String(value)}`,
      );
    }
  }
}

function checkVenue(path: string, venue: VenueSettings): void {
  if (venue.fee_currency !== 'quote' && venue.fee_currency !== 'received') {
    fail(`Expected ${path}.fee_currency to be quote or received, got ${String(venue.fee_currency)}`);
  }
  if (!isWhole(venue.taker_fee_bps * 100)) {
    fail(`Expected ${path}.taker_fee_bps to be a multiple of 0.01, got ${venue.taker_fee_bps}`);
  }
  for (const key of ['lot', 'coin', 'withdrawal_fee_coin'] as const) {
    if (!isWhole(venue[key] * 1e8))
      fail(`Expected ${path}.${key} to be a multiple of 1e-8, got ${venue[key]}`);
  }
  if (venue.cash * 10 ** venue.quote_decimals > Number.MAX_SAFE_INTEGER) {
    fail(`Expected ${path}.cash to fit 2^53 minor units of 1e-${venue.quote_decimals}, got ${venue.cash}`);
  }
  venue.ticks.forEach(([from, tick], i) => {
    const before = i === 0 ? -1 : (venue.ticks[i - 1]?.[0] ?? 0);
    if (!(from > before) || (i === 0 && from !== 0)) fail(`Expected ${path}.ticks to ascend from price 0`);
    if (!(tick > 0) || !isWhole(tick < 1 ? 1 / tick : tick)) {
      fail(`Expected a tick of ${path}.ticks to be a whole number or 1 over one, got ${tick}`);
    }
  });
  if (venue.ticks.length === 0) fail(`Expected ${path}.ticks to hold at least one row`);
}

/** Whole but for what binary fractions add. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) <= 1e-9 * Math.max(1, Math.abs(value));
}

function fail(message: string): never {
  throw new ArbtuneError('input', message);
}
