import { expect, test } from 'vitest';
import { toleranceOf } from '../../src/paper-engine/orders.ts';
import { resolveStrategy, STRATEGY_PARAMS } from '../../src/paper-engine/params.ts';
import { resolveEngineSettings } from '../../src/paper-engine/settings.ts';
import { compileVenues, type Venue } from '../../src/paper-engine/venue.ts';

test.each([
  [{ foo: 1 }, 'Unknown param foo; the strategy has min_spread_pct, slippage_bps'],
  [{ min_spread_pct: '0.1' }, 'Expected the param min_spread_pct to be a number from -10 to 100 %, got 0.1'],
  [{ slippage_bps: -1 }, 'Expected the param slippage_bps to be a number from 0 to 1000 bps, got -1'],
  [
    { max_trades_per_hour: 2.5 },
    'Expected the param max_trades_per_hour to be a whole number from 1 to 100000',
  ],
  [{ stale_ms: Number.NaN }, 'Expected the param stale_ms to be a number from 0 to 86400000 ms, got NaN'],
])('params %o are refused by name', (params, message) => {
  expect(() => resolveStrategy(params)).toThrow(message);
});

test('a param comes from the trial, else from the risk profile, else from the table', () => {
  const strategy = resolveStrategy({ slippage_bps: 7 }, { slippage_bps: 3, min_spread_pct: 0.3 });
  expect(strategy.slippage_bps).toBe(7);
  expect(strategy.min_spread_pct).toBe(0.3);
  expect(strategy.stale_ms).toBe(STRATEGY_PARAMS.stale_ms.fallback);
});

test.each([
  [{ upbit: { taker_fee_bps: -1 } }, 'engine.upbit.taker_fee_bps'],
  [{ upbit: { taker_fee_bps: 0.001 } }, 'multiple of 0.01'],
  [{ binance: { lot: 3e-8 }, upbit: { lot: 2e-8 } }, 'multiple of the other'],
  [{ binance: { ticks: [[5, 0.01]] as const } }, 'ascend from price 0'],
  [{ binance: { ticks: [[0, 0.03]] as const } }, '1 over'],
  [{ binance: { cash: 1e9 } }, '2^53'],
  [{ guard: { unwind_attempts: 1.5 } }, 'engine.guard.unwind_attempts to be a whole number'],
  [{ seed: -1 }, 'engine.seed'],
])('settings %o are refused by name', (overrides, message) => {
  expect(() => resolveEngineSettings(overrides)).toThrow(message);
});

const { upbit, binance } = compileVenues(resolveEngineSettings());

function buyLimit(venue: Venue, ask: number, bps: number): number {
  return venue.buyLimit(ask, toleranceOf(bps).buy);
}

function sellLimit(venue: Venue, bid: number, bps: number): number {
  return venue.sellLimit(bid, toleranceOf(bps).sell);
}

test('limits stand on the tick grid, on the right side of the tolerance, and never on the wrong side of the quote', () => {
  expect(buyLimit(upbit, 50_000_000, 5)).toBe(50_025_000);
  expect(sellLimit(upbit, 50_000_000, 5)).toBe(49_975_000);
  expect(buyLimit(upbit, 50_000_500, 0)).toBe(50_000_500);
  expect(sellLimit(upbit, 50_000_500, 0)).toBe(50_000_500);
  expect(buyLimit(upbit, 9_990, 100)).toBe(10_080);
  expect(buyLimit(binance, 38_461.54, 0)).toBe(38_461.54);
  expect(buyLimit(binance, 38_461.54, 1)).toBe(38_465.38);
  expect(sellLimit(binance, 38_461.54, 1)).toBe(38_457.7);
});

test('notionals are rounded half up, fees up', () => {
  expect(upbit.notional(50_000_000, 1)).toBe(5_000);
  expect(upbit.notional(12_345, 1)).toBe(1);
  expect(upbit.notional(15_000, 1)).toBe(2);
  expect(binance.notional(38_461.54, 1_000)).toBe(38_461_540);
  expect(upbit.fee(2_000)).toBe(1);
  expect(upbit.fee(2_001)).toBe(2);
  expect(binance.fee(0)).toBe(0);
});
