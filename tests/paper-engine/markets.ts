import { allocateColumns, openShape } from '../../src/market-data/columns.ts';
import type { MarketData, VenueColumns } from '../../src/market-data/market-data.ts';
import { type EngineSettings, resolveEngineSettings } from '../../src/paper-engine/settings.ts';
import type { Params } from '../../src/search-space/space.ts';
import { fc } from '../support/properties.ts';

/** Small random markets whose edges cross zero often, and worlds in which funds, lots and limits bind. */

/** One venue's quote; quantities in coin. */
export interface TestQuote {
  readonly bid: number;
  readonly ask: number;
  readonly bidQty?: number;
  readonly askQty?: number;
}

export interface TestRow {
  /** Seconds. */
  readonly t: number;
  /** Absent: the quote before stands, with its time. */
  readonly upbit?: TestQuote | null;
  readonly binance?: TestQuote | null;
  readonly rate?: number;
}

/** A market from rows that say what changed; `null` is a quote that ended. */
export function marketOf(rows: readonly TestRow[]): MarketData {
  const market = allocateColumns(openShape(rows.length, { always: false }), 'test');
  let rate = 1300;
  rows.forEach((row, i) => {
    market.time[i] = Math.round(row.t * 1e6);
    rate = row.rate ?? rate;
    market.rate[i] = rate;
    for (const venue of ['upbit', 'binance'] as const) {
      const columns = market[venue];
      const quote = row[venue];
      if (quote === undefined && i > 0) {
        for (const column of numbersOf(columns)) column[i] = column[i - 1]!;
        continue;
      }
      columns.bid[i] = quote?.bid ?? Number.NaN;
      columns.ask[i] = quote?.ask ?? Number.NaN;
      columns.bidQty.values[i] = quote ? (quote.bidQty ?? 1) : Number.NaN;
      columns.askQty.values[i] = quote ? (quote.askQty ?? 1) : Number.NaN;
      columns.updated[i] = quote ? market.time[i]! : Number.NaN;
    }
  });
  return market;
}

function numbersOf({ bid, bidQty, ask, askQty, updated }: VenueColumns) {
  return [bid, bidQty.values, ask, askQty.values, updated];
}

/** Flat books at one price, 50,000,000 KRW; `edgePct` lifts Upbit over Binance. */
export function quotesAt(edgePct: number, quantity = 1): { upbit: TestQuote; binance: TestQuote } {
  const upbit = Math.round(50_000 * (1 + edgePct / 100)) * 1000;
  return {
    upbit: { bid: upbit, ask: upbit + 1000, bidQty: quantity, askQty: quantity },
    binance: { bid: 38_461.53, ask: 38_461.54, bidQty: quantity, askQty: quantity },
  };
}

/** No latency, no fees, plenty of everything: for tests that turn on one thing at a time. */
export function calmSettings(overrides: Parameters<typeof resolveEngineSettings>[0] = {}): EngineSettings {
  const still = { latency_ms: 0, jitter_ms: 0, taker_fee_bps: 0, coin: 10 };
  return resolveEngineSettings({
    ...overrides,
    upbit: { ...still, cash: 500_000_000, ...overrides.upbit },
    binance: { ...still, cash: 400_000, ...overrides.binance },
  });
}

/** mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomMarket(seed: number, rows: number): MarketData {
  const next = random(seed);
  const list: TestRow[] = [];
  let t = Math.floor(next() * 86_400);
  let price = 38_461;
  let edge = 0;
  let rate = 1300;
  for (let i = 0; i < rows; i++) {
    t += next() < 0.02 ? next() * 4_000 : next() * 0.4;
    price *= 1 + (next() - 0.5) * 4e-4;
    edge = edge * 0.97 + (next() - 0.5) * 3e-3;
    if (next() < 0.05) rate *= 1 + (next() - 0.5) * 1e-3;
    const quantity = (): number => Math.round(next() ** 3 * 4e5) / 1e7;
    const upbitMid = price * rate * (1 + edge);
    const upbitBid = Math.floor(upbitMid / 1000) * 1000;
    const bid = Math.floor(price * 100) / 100;
    list.push({
      t: Math.round(t * 1e6) / 1e6,
      rate,
      ...(next() < 0.6 && i > 0
        ? {}
        : {
            upbit:
              next() < 0.02
                ? null
                : { bid: upbitBid, ask: upbitBid + 1000, bidQty: quantity(), askQty: quantity() },
          }),
      ...(next() < 0.4 && i > 0
        ? {}
        : {
            binance:
              next() < 0.02
                ? null
                : { bid, ask: Math.round(bid * 100 + 1) / 100, bidQty: quantity(), askQty: quantity() },
          }),
    });
  }
  return marketOf(list);
}

export const arbitraryMarket: fc.Arbitrary<MarketData> = fc
  .tuple(fc.integer(), fc.integer({ min: 1, max: 1_500 }))
  .map(([seed, rows]) => randomMarket(seed, rows));

export const arbitraryParams: fc.Arbitrary<Params> = fc.record({
  min_spread_pct: fc.double({ min: -0.2, max: 0.4, noNaN: true }),
  slippage_bps: fc.double({ min: 0, max: 30, noNaN: true }),
  max_position_krw: fc.integer({ min: 5_000, max: 3_000_000 }),
  order_share: fc.double({ min: 0.1, max: 1, noNaN: true }),
  inventory_skew_pct: fc.double({ min: 0, max: 1, noNaN: true }),
  rebalance_threshold: fc.double({ min: 0.01, max: 1, noNaN: true }),
  trade_cooldown_s: fc.constantFrom(0, 0, 0.5, 60),
  stale_ms: fc.constantFrom(100, 1_000, 100_000),
  unwind_slippage_bps: fc.double({ min: 0, max: 100, noNaN: true }),
  max_trades_per_hour: fc.constantFrom(1, 5, 1_000),
  max_daily_loss_krw: fc.constantFrom(100, 10_000, 10_000_000),
  circuit_breaker_threshold: fc.constantFrom(0.001, 0.01, 5),
});

export const arbitrarySettings: fc.Arbitrary<EngineSettings> = fc
  .record({
    seed: fc.nat(),
    fee: fc.constantFrom(0, 5, 10.5),
    feeCurrency: fc.constantFrom('quote' as const, 'received' as const),
    latency: fc.constantFrom(0, 20, 400),
    jitter: fc.constantFrom(0, 15, 900),
    cash: fc.constantFrom(0, 200, 15_000),
    coin: fc.constantFrom(0, 0.003, 0.4),
    lot: fc.constantFrom(1e-8, 1e-5, 1e-4),
    delay: fc.constantFrom(0, 10, 1_800),
    minEdge: fc.constantFrom(-1, 0),
    coolDown: fc.constantFrom(0, 300),
    unwindAttempts: fc.constantFrom(0, 1, 3),
  })
  .map((v) =>
    resolveEngineSettings({
      seed: v.seed,
      return_period_s: 30,
      upbit: { latency_ms: v.latency, jitter_ms: v.jitter, taker_fee_bps: v.fee, cash: v.cash * 1300 },
      binance: {
        fee_currency: v.feeCurrency,
        latency_ms: v.latency / 2,
        cash: v.cash,
        coin: v.coin,
        lot: v.lot,
      },
      rebalancing: { delay_s: v.delay },
      guard: {
        min_edge_pct: v.minEdge,
        cool_down_s: v.coolDown,
        unwind_attempts: v.unwindAttempts,
        max_unhedged_krw: 20_000,
        fill_rate_window: 6,
        max_total_loss_krw: 50_000,
      },
    }),
  );
