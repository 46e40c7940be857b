import { expect, test } from 'vitest';
import { resolveStrategy } from '../../src/paper-engine/params.ts';
import { replay } from '../../src/paper-engine/replay.ts';
import { fc } from '../support/properties.ts';
import { arbitraryMarket, arbitraryParams, arbitrarySettings } from './markets.ts';
import { reference } from './reference.ts';

test('an implementation written from the page gives the same fills, trips, equity and profit, to the last digit', () => {
  const seen = { fills: 0, unwound: 0, trips: new Set<string>(), rebalanced: 0 };
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (market, params, settings) => {
      const expected = reference(market, resolveStrategy(params), settings);
      const { fills, trips, equity, metrics } = replay(market, params, settings);
      expect(
        fills.map(({ venue, side, time, row, ordered, limit, filled, notional, fee }) => {
          return { venue, side, time, row, ordered, limit, filled, notional, fee };
        }),
      ).toEqual(expected.fills);
      expect(trips.map(({ reason }) => reason)).toEqual(expected.trips);
      expect(equity.map((point) => Math.round(point.equity * 1e4))).toEqual(expected.equity);
      expect(metrics.pnl).toBe(expected.pnl);
      expect(metrics.net_pnl).toBe(expected.netPnl);
      seen.fills += fills.length;
      seen.unwound += fills.filter(({ purpose, filled }) => purpose === 'unwind' && filled > 0).length;
      seen.rebalanced += metrics.rebalancings!;
      for (const reason of expected.trips) seen.trips.add(reason);
    }),
    { numRuns: 400, seed: 31 },
  );
  expect(seen.fills).toBeGreaterThan(2_000);
  expect(seen.unwound).toBeGreaterThan(50);
  expect(seen.rebalanced).toBeGreaterThan(20);
  expect([...seen.trips].sort()).toEqual(
    expect.arrayContaining(['daily_loss', 'drawdown', 'fill_rate', 'trades_per_hour', 'unhedged']),
  );
});
