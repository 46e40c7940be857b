import { expect, test } from 'vitest';
import { resolveStrategy } from '../../src/paper-engine/params.ts';
import { RiskGuard, type Settlement, type Trip } from '../../src/paper-engine/risk-guard.ts';
import { DEFAULT_ENGINE_SETTINGS } from '../../src/paper-engine/settings.ts';
import type { Params } from '../../src/search-space/space.ts';

const KRW = 1e4;
const limits = {
  ...DEFAULT_ENGINE_SETTINGS.guard,
  max_total_loss_krw: 1_000,
  max_unhedged_krw: 500,
  max_slippage_bps: 20,
  fill_rate_window: 4,
  min_fill_rate: 0.5,
  max_trades_per_day: 3,
};

function guardWith(params: Params = {}): {
  guard: RiskGuard;
  trips: Trip[];
  settle: (at: Partial<Settlement>) => void;
} {
  const trips: Trip[] = [];
  const strategy = resolveStrategy({ max_daily_loss_krw: 300, circuit_breaker_threshold: 1, ...params });
  // 1 % of 20,000 KRW: a fall of more than 200 trips.
  const world = { krwUnits: KRW, capital: 20_000 * KRW, end: 86_400e6 * 2 };
  const guard = new RiskGuard(limits, strategy, world, trips);
  const settle = (at: Partial<Settlement>): void =>
    guard.onSettled({ time: 0, equity: 0, unhedged: 0, slippageBps: 0, ...at });
  return { guard, trips, settle };
}

const cases: readonly [string, Partial<Settlement>, number | null][] = [
  ['total_loss', { equity: -1_001 * KRW }, null],
  ['daily_loss', { equity: -301 * KRW }, 86_400e6],
  ['drawdown', { equity: -201 * KRW }, 310e6],
  ['unhedged', { unhedged: 501 * KRW }, 310e6],
  ['slippage', { slippageBps: 20.1 }, 310e6],
];

test.each(cases)('%s trips the breaker beyond its limit, and not on it', (reason, settlement, until) => {
  const beyond = guardWith();
  beyond.settle({ time: 10e6, ...settlement });
  expect(beyond.trips).toMatchObject([{ time: 10e6, reason, until }]);
  expect(beyond.trips[0]!.value).toBeGreaterThan(beyond.trips[0]!.limit);
  expect(beyond.guard.freeAt).toBe(until ?? Number.POSITIVE_INFINITY);
  expect(beyond.guard.openUntil).toBe(beyond.guard.freeAt);
  const onIt = guardWith();
  const [[name, value]] = Object.entries(settlement) as [[string, number]];
  const limit = beyond.trips[0]!.limit;
  onIt.settle({ time: 10e6, [name]: name === 'slippageBps' ? limit : Math.sign(value) * limit * KRW });
  expect(onIt.trips.map((trip) => trip.reason)).not.toContain(reason);
});

test('a fill rate below its limit trips when the window is full, and the window begins anew', () => {
  const { guard, trips, settle } = guardWith();
  const legs = (filled: number): void => {
    guard.onLeg(100, filled);
    guard.onLeg(100, filled);
    settle({ time: 10e6 });
  };
  legs(0);
  expect(trips).toEqual([]);
  legs(90);
  expect(trips).toMatchObject([{ reason: 'fill_rate', value: 0.45, limit: 0.5, until: 310e6 }]);
  legs(50);
  legs(50);
  expect(trips).toHaveLength(1);
});

test('after a fall the peak is the present equity: the next fall is measured from there', () => {
  const { trips, settle } = guardWith({ max_daily_loss_krw: 1e9 });
  settle({ equity: 500 * KRW });
  settle({ time: 1e6, equity: 250 * KRW });
  settle({ time: 400e6, equity: 100 * KRW });
  expect(trips).toMatchObject([{ reason: 'drawdown', value: 250, limit: 200 }]);
  settle({ time: 500e6, equity: 40 * KRW });
  expect(trips).toHaveLength(2);
});

test('the loss of a day is counted from the last settlement of the day before', () => {
  const { trips, settle } = guardWith({ circuit_breaker_threshold: 100 });
  settle({ time: 0, equity: -200 * KRW });
  settle({ time: 86_400e6, equity: -450 * KRW });
  expect(trips).toEqual([]);
  settle({ time: 86_401e6, equity: -501 * KRW });
  expect(trips).toMatchObject([{ reason: 'daily_loss', value: 301, until: 2 * 86_400e6 }]);
});

test('trades an hour and a day make the next trade wait, without the breaker', () => {
  const { guard, trips, settle } = guardWith({ max_trades_per_hour: 2 });
  guard.onSent(0);
  settle({ time: 0 });
  expect(guard.freeAt).toBe(0);
  guard.onSent(60e6);
  settle({ time: 61e6 });
  expect(guard.freeAt).toBe(3_600e6);
  guard.onSent(3_600e6);
  settle({ time: 3_601e6 });
  expect(trips.map(({ reason, until }) => [reason, until])).toEqual([
    ['trades_per_hour', 3_600e6],
    ['trades_per_hour', 3_660e6],
    ['trades_per_day', 86_400e6],
  ]);
  expect(guard.openUntil).toBe(Number.NEGATIVE_INFINITY);
  expect(guard.openTime).toBe(0);
});

test('time in the breaker ends with the data', () => {
  const { guard, settle } = guardWith();
  settle({ time: 10e6, slippageBps: 30 });
  expect(guard.openTime).toBe(300e6);
  settle({ time: 400e6, equity: -2_000 * KRW });
  expect(guard.openTime).toBe(300e6 + 2 * 86_400e6 - 400e6);
});
