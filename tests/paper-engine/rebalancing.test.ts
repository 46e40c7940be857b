import { expect, test } from 'vitest';
import { replay } from '../../src/paper-engine/replay.ts';
import { calmSettings, marketOf, quotesAt } from './markets.ts';

const params = { min_spread_pct: 0.1, max_position_krw: 50_000_000, rebalance_threshold: 0.2 };
const settings = calmSettings({
  upbit: { coin: 2, withdrawal_fee_coin: 0.001 },
  binance: { coin: 2, withdrawal_fee_coin: 0.0005 },
  rebalancing: { delay_s: 100, conversion_bps: 10 },
});

/** One coin sold on Upbit: the shares are 1 and 3 of 4. */
const market = marketOf([
  { t: 0, ...quotesAt(0.5) },
  { t: 50, ...quotesAt(0) },
  { t: 99, ...quotesAt(0) },
  { t: 100, ...quotesAt(0) },
  { t: 300, ...quotesAt(0) },
]);

test('coin and cash go back to the opening shares, cost a fee and a conversion, and are away for the delay', () => {
  const result = replay(market, params, settings);
  expect(result.metrics.rebalancings).toBe(1);
  const transfers = result.journal.filter(({ from, to }) => /transit|converted|withdrawal/.test(from + to));
  const coin = transfers.filter(({ from }) => from.endsWith('.coin'));
  const surplus = Math.round(result.trades[0]!.sold * 1e8);
  expect(coin.slice(0, 2)).toMatchObject([
    { from: 'binance.coin', to: 'withdrawal.coin', amount: 50_000, time: 0 },
    { from: 'binance.coin', to: 'transit.coin', amount: surplus - 50_000, time: 0 },
  ]);
  const arrivals = transfers.filter(({ from }) => from.startsWith('transit'));
  expect(arrivals.map(({ from, to, time }) => [from, to, time])).toEqual([
    ['transit.coin', 'upbit.coin', 100e6],
    ['transit.usdt', 'binance.usdt', 100e6],
  ]);
  expect(result.metrics.rebalancing_pnl).toBeLessThan(0);
});

test('the withdrawal fee is charged at the mid price and the conversion at its rate', () => {
  const { metrics, journal } = replay(market, params, settings);
  const paid = journal.find(({ from, to }) => from === 'upbit.krw' && to === 'converted.krw')!.amount / 1e4;
  const mid = 50_250_500;
  const conversion = paid - paid / 1.001;
  expect(metrics.rebalancing_pnl).toBeCloseTo(-(0.0005 * mid) - conversion, 2);
});

test('no second rebalancing starts while one is under way, and none at all at a threshold of 1', () => {
  const rows = Array.from({ length: 50 }, (_, i) => ({ t: i, ...quotesAt(0.5, 0.1) }));
  const small = { ...params, max_position_krw: 10_000_000, rebalance_threshold: 0.05 };
  expect(replay(marketOf(rows), small, settings).metrics.rebalancings).toBe(1);
  const never = replay(marketOf(rows), { ...small, rebalance_threshold: 1 }, settings);
  expect(never.metrics.rebalancings).toBe(0);
  expect(never.metrics.trades).toBeGreaterThan(5);
});

test('a skew makes the direction that restores the shares cheaper, and the other dearer', () => {
  const rows = [
    { t: 0, ...quotesAt(0.5) },
    { t: 1, ...quotesAt(0.25) },
    { t: 2, ...quotesAt(-0.05) },
  ];
  const directions = (skew: number) =>
    replay(
      marketOf(rows),
      { ...params, rebalance_threshold: 1, inventory_skew_pct: skew },
      calmSettings({ upbit: { coin: 2 }, binance: { coin: 2 }, guard: { min_edge_pct: -1 } }),
    ).trades.map(({ direction }) => direction);
  expect(directions(0)).toEqual(['sell_upbit', 'sell_upbit']);
  expect(directions(1)).toEqual(['sell_upbit', 'sell_binance']);
});
