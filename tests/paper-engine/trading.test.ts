import { expect, test } from 'vitest';
import { rateAt } from '../../src/market-data/market-data.ts';
import { numberAt } from '../../src/market-data/packing.ts';
import { edgeFactorsOf, edgeSellingBinance, edgeSellingUpbit } from '../../src/paper-engine/edges.ts';
import { replay } from '../../src/paper-engine/replay.ts';
import { fc } from '../support/properties.ts';
import {
  arbitraryMarket,
  arbitraryParams,
  arbitrarySettings,
  calmSettings,
  marketOf,
  quotesAt,
} from './markets.ts';

const eager = { min_spread_pct: 0.1, max_position_krw: 1_000_000, slippage_bps: 5, rebalance_threshold: 1 };

test('no trade without an edge: its signal reaches the floor, and quotes of both venues are fresh', () => {
  let trades = 0;
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (market, params, settings) => {
      const factors = edgeFactorsOf(settings);
      for (const trade of replay(market, params, settings).trades) {
        trades++;
        const edge = trade.direction === 'sell_upbit' ? edgeSellingUpbit : edgeSellingBinance;
        expect(edge(market, factors, trade.row, rateAt(market, trade.row)) * 100).toBe(trade.edgePct);
        const skewed = Number(params.min_spread_pct) - Number(params.inventory_skew_pct);
        expect(trade.edgePct).toBeGreaterThanOrEqual(Math.max(settings.guard.min_edge_pct, skewed) - 1e-9);
        for (const { updated } of [market.upbit, market.binance]) {
          expect(trade.time - updated[trade.row]!).toBeLessThanOrEqual(Number(params.stale_ms) * 1e3);
        }
      }
    }),
    { numRuns: 100, seed: 11 },
  );
  expect(trades).toBeGreaterThan(500);
});

test('no fill without its price at arrival: within its limit, at the quote in force then, and no more than displayed', () => {
  let fills = 0;
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (market, params, settings) => {
      const taken = new Map<string, number>();
      for (const fill of replay(market, params, settings).fills) {
        if (fill.filled === 0) continue;
        fills++;
        const buying = fill.side === 'buy';
        const columns = market[fill.venue];
        expect(market.time[fill.row]!).toBeLessThanOrEqual(fill.time);
        if (fill.row + 1 < market.rows) expect(market.time[fill.row + 1]!).toBeGreaterThan(fill.time);
        const price = (buying ? columns.ask : columns.bid)[fill.row]!;
        expect(fill.price).toBe(price);
        expect(buying ? price <= fill.limit : price >= fill.limit).toBe(true);
        expect(fill.filled).toBeLessThanOrEqual(fill.ordered);
        const quote = `${fill.venue} ${fill.side} ${columns.updated[fill.row]}`;
        taken.set(quote, (taken.get(quote) ?? 0) + fill.filled);
        const shown = Math.round(numberAt(buying ? columns.askQty : columns.bidQty, fill.row) * 1e8);
        expect(taken.get(quote)).toBeLessThanOrEqual(shown);
        expect(fill.ordered % Math.round(settings[fill.venue].lot * 1e8)).toBe(0);
      }
    }),
    { numRuns: 100, seed: 12 },
  );
  expect(fills).toBeGreaterThan(500);
});

test('no limit is breached: position, trades an hour, one trade at a time, silence while the breaker is open', () => {
  let trades = 0;
  let trips = 0;
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (market, params, settings) => {
      const result = replay(market, params, settings);
      const most = Number(params.max_trades_per_hour);
      result.trades.forEach((trade, i) => {
        trades++;
        const buy = result.fills.find(
          (fill) => fill.trade === trade.trade && fill.side === 'buy' && fill.purpose === 'leg',
        )!;
        const rate = buy.venue === 'upbit' ? 1 : rateAt(market, trade.row);
        expect((buy.ordered / 1e8) * buy.limit * rate).toBeLessThanOrEqual(
          Number(params.max_position_krw) * (1 + 1e-12),
        );
        const next = result.trades[i + 1];
        if (next !== undefined) expect(next.time).toBeGreaterThanOrEqual(trade.settledAt);
        const later = result.trades[i + most];
        if (later !== undefined) expect(later.time - trade.time).toBeGreaterThanOrEqual(3_600e6);
      });
      for (const trip of result.trips) {
        trips++;
        const until = trip.until ?? Number.POSITIVE_INFINITY;
        expect(result.trades.some(({ time }) => time > trip.time && time < until)).toBe(false);
      }
    }),
    { numRuns: 100, seed: 13 },
  );
  expect(trades).toBeGreaterThan(500);
  expect(trips).toBeGreaterThan(50);
});

test('trades both directions: sells where the price is high, buys where it is low', () => {
  const up = replay(marketOf([{ t: 0, ...quotesAt(0.5) }]), eager, calmSettings());
  expect(up.trades[0]!.direction).toBe('sell_upbit');
  expect(up.fills.map(({ venue, side }) => `${venue} ${side}`)).toEqual(['upbit sell', 'binance buy']);
  const down = replay(marketOf([{ t: 0, ...quotesAt(-0.5) }]), eager, calmSettings());
  expect(down.trades[0]!.direction).toBe('sell_binance');
  expect(down.fills.map(({ venue, side }) => `${venue} ${side}`)).toEqual(['upbit buy', 'binance sell']);
  expect(up.metrics.pnl).toBeGreaterThan(4_000);
  expect(down.metrics.pnl).toBeGreaterThan(4_000);
});

test('each leg meets the quote of its own arrival', () => {
  const market = marketOf([
    { t: 0, ...quotesAt(0.5) },
    { t: 1, upbit: quotesAt(0.46).upbit },
    { t: 2, upbit: quotesAt(0.4).upbit },
  ]);
  const at = (upbitMs: number) =>
    replay(market, { ...eager, min_spread_pct: 0.48 }, calmSettings({ upbit: { latency_ms: upbitMs } }));
  expect(at(0).fills[0]).toMatchObject({ venue: 'upbit', row: 0, price: 50_250_000 });
  expect(at(1_500).fills[0]).toMatchObject({ row: 1, price: 50_230_000, time: 1.5e6 });
  expect(at(1_500).fills[1]).toMatchObject({ venue: 'binance', row: 0, time: 0 });
  expect(at(2_000).fills[0]).toMatchObject({ row: 2, filled: 0 });
});

test('jitter stays in its range, differs from trade to trade and repeats with its seed', () => {
  const rows = Array.from({ length: 200 }, (_, i) => ({ t: i, ...quotesAt(0.5) }));
  const run = (seed: number) =>
    replay(
      marketOf(rows),
      { ...eager, max_position_krw: 10_000 },
      calmSettings({ seed, upbit: { latency_ms: 10, jitter_ms: 40 } }),
    )
      .fills.filter(({ venue }) => venue === 'upbit')
      .map(({ time, sentAt }) => time - sentAt);
  const delays = run(3);
  expect(delays.length).toBeGreaterThan(100);
  for (const delay of delays) expect(delay >= 10_000 && delay < 50_000).toBe(true);
  expect(new Set(delays).size).toBeGreaterThan(delays.length * 0.9);
  expect(run(3)).toEqual(delays);
  expect(run(4)).not.toEqual(delays);
});

test('a wider tolerance fills more, at worse prices', () => {
  const market = marketOf([
    { t: 0, ...quotesAt(0.5) },
    { t: 0.1, upbit: quotesAt(0.45).upbit },
  ]);
  const settings = calmSettings({ upbit: { latency_ms: 500 } });
  const tight = replay(market, { ...eager, min_spread_pct: 0.48, slippage_bps: 2 }, settings);
  const wide = replay(market, { ...eager, min_spread_pct: 0.48, slippage_bps: 10 }, settings);
  expect(tight.metrics.fill_rate).toBe(0.5);
  expect(wide.metrics.fill_rate).toBe(1);
  expect(wide.fills[0]!.price).toBeLessThan(quotesAt(0.5).upbit.bid);
});

test('a leg that fills alone is unwound where it costs least, and what that costs is leg risk', () => {
  const market = marketOf([
    { t: 0, ...quotesAt(0.5) },
    { t: 0.1, upbit: quotesAt(0.1).upbit },
  ]);
  const settings = calmSettings({ upbit: { latency_ms: 500 } });
  const result = replay(market, { ...eager, slippage_bps: 2 }, settings);
  const legs = result.fills.filter(({ purpose }) => purpose === 'leg');
  expect(legs.map(({ filled }) => filled > 0)).toEqual([false, true]);
  const [unwinding] = result.fills.filter(({ purpose }) => purpose === 'unwind');
  expect(unwinding).toMatchObject({ venue: 'upbit', side: 'sell', filled: legs[1]!.filled });
  expect(result.metrics).toMatchObject({ one_legged: 1, unwinds: 1, arbitrage_pnl: 0, residual_coin: 0 });
  expect(result.metrics.leg_pnl).toBe(result.metrics.pnl);
  expect(result.metrics.leg_pnl).toBeGreaterThan(0);
});

test('a displayed quantity that was taken is not there again until the venue quotes anew', () => {
  const first = quotesAt(0.5, 0.01);
  const binance = { ...first.binance, bidQty: 5, askQty: 5 };
  const again = { upbit: first.upbit, binance };
  const rows = [
    { t: 0, ...again },
    { t: 1, binance },
    { t: 2, ...again },
  ];
  const result = replay(marketOf(rows), eager, calmSettings());
  expect(result.trades.map(({ row, sold }) => [row, sold])).toEqual([
    [0, 0.01],
    [2, 0.01],
  ]);
});

test('a higher fee never raises the profit of the same fills', () => {
  let compared = 0;
  fc.assert(
    fc.property(
      arbitraryMarket,
      fc.constantFrom('quote' as const, 'received' as const),
      fc.integer({ min: 0, max: 2_000 }),
      fc.integer({ min: 1, max: 2_000 }),
      (market, currency, low, more) => {
        const run = (feeBps: number) =>
          replay(
            market,
            {
              min_spread_pct: -10,
              rebalance_threshold: 1,
              max_position_krw: 100_000,
              max_daily_loss_krw: 1e12,
            },
            calmSettings({
              upbit: { taker_fee_bps: feeBps },
              binance: { taker_fee_bps: feeBps, fee_currency: currency },
              guard: {
                min_edge_pct: -100,
                unwind_attempts: 0,
                max_total_loss_krw: 1e12,
                max_unhedged_krw: 1e12,
              },
            }),
          );
        const [cheap, dear] = [run(low / 100), run((low + more) / 100)];
        const fillsOf = ({ fills }: typeof cheap): string =>
          fills.map(({ row, venue, side, filled, price }) => [row, venue, side, filled, price]).join(';');
        if (fillsOf(cheap) !== fillsOf(dear)) return;
        compared += cheap.fills.length;
        expect(dear.metrics.pnl).toBeLessThanOrEqual(cheap.metrics.pnl!);
        expect(dear.metrics.total_fees).toBeGreaterThanOrEqual(cheap.metrics.total_fees!);
      },
    ),
    { numRuns: 100, seed: 14 },
  );
  expect(compared).toBeGreaterThan(500);
});
