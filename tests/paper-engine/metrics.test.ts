import { expect, test } from 'vitest';
import { rateAt } from '../../src/market-data/market-data.ts';
import { replay } from '../../src/paper-engine/replay.ts';
import { Scorecard } from '../../src/paper-engine/scorecard.ts';
import { calmSettings, marketOf, quotesAt } from './markets.ts';

test('drawdown: amount, share of the equity at its peak, and time under it', () => {
  const score = new Scorecard(0, 60, 1_000);
  for (const [time, equity] of [
    [10, 100],
    [20, 45],
    [30, 70],
    [40, 100],
    [50, 90],
  ] as const) {
    score.onEquity(time * 1e6, equity);
  }
  score.finish(70e6);
  expect(score.maxDrawdown).toBe(55);
  expect(score.maxDrawdownShare).toBe(55 / 1_100);
  expect(score.maxDrawdownTime).toBe(30e6);
});

test('returns by period count the quiet periods, whenever the equity was looked at', () => {
  const score = new Scorecard(0, 10, 100);
  score.onEquity(1e6, 4);
  score.onEquity(9e6, 10);
  score.onEquity(35e6, 5);
  // Periods: +10 %, 0, 0, -5 %, 0.
  const { periods, mean, deviation, downside } = score.finish(45e6);
  expect(periods).toBe(5);
  expect(mean).toBeCloseTo(0.01, 12);
  expect(deviation).toBeCloseTo(Math.sqrt((0.1 ** 2 + 0.05 ** 2) / 5 - 0.01 ** 2), 12);
  expect(downside).toBeCloseTo(Math.sqrt(0.05 ** 2 / 5), 12);
});

test('a run without trades has every metric, finite and mostly 0', () => {
  const market = marketOf([
    { t: 0, ...quotesAt(0) },
    { t: 500, ...quotesAt(0) },
  ]);
  const { metrics } = replay(market, {}, calmSettings());
  expect(Object.values(metrics).every((value) => Object.is(value, 0))).toBe(true);
  expect(Object.keys(metrics).slice(0, 5)).toEqual([
    'pnl',
    'trades',
    'total_fees',
    'circuit_breaker_active',
    'safety_violations',
  ]);
});

test('data on which a venue never quotes is traded by nobody and breaks nothing', () => {
  const market = marketOf([
    { t: 0, upbit: quotesAt(0).upbit, binance: null },
    { t: 1, upbit: quotesAt(0).upbit },
  ]);
  const { metrics } = replay(market, {}, calmSettings());
  expect(Object.values(metrics).every((value) => value === 0)).toBe(true);
});

test('profit of two trades, split by hand', () => {
  const market = marketOf([
    { t: 0, ...quotesAt(0.5) },
    { t: 1, rate: 1_310, ...quotesAt(1.3) },
    { t: 2, rate: 1_320, ...quotesAt(1.5) },
  ]);
  const settings = calmSettings({
    upbit: { taker_fee_bps: 5 },
    binance: { taker_fee_bps: 10, fee_currency: 'quote' },
  });
  const params = { min_spread_pct: 0.1, max_position_krw: 5_000_000, rebalance_threshold: 1 };
  const { metrics, fills } = replay(market, params, settings);
  expect(fills.map(({ row }) => row)).toEqual([0, 0, 1, 1]);
  const krw = ({ venue, notional, row }: (typeof fills)[number]): number =>
    venue === 'upbit' ? notional / 1e4 : (notional / 1e8) * rateAt(market, row);
  const [sold1, bought1, sold2, bought2] = fills.map(krw) as [number, number, number, number];
  expect(metrics.arbitrage_pnl).toBeCloseTo(sold1 - bought1 + sold2 - bought2, 2);
  expect(metrics.total_fees).toBeCloseTo((sold1 + sold2) * 5e-4 + (bought1 + bought2) * 1e-3, 2);
  const paid = (i: number): number => (fills[i]!.notional + fills[i]!.fee) / 1e8;
  expect(metrics.revaluation_pnl).toBeCloseTo(-(paid(1) * 20 + paid(3) * 10), 1);
  expect(metrics).toMatchObject({
    trades: 2,
    win_rate: 1,
    fill_rate: 1,
    unhedged_pnl: 0,
    profit_factor: 1e6,
  });
});
