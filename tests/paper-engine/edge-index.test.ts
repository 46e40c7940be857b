import { expect, test } from 'vitest';
import { buildEdgeIndex, createIndexedFinder } from '../../src/paper-engine/edge-index.ts';
import { resolveStrategy } from '../../src/paper-engine/params.ts';
import { measure } from '../../src/paper-engine/replay.ts';
import { createScan } from '../../src/paper-engine/scan.ts';
import { createWorld } from '../../src/paper-engine/world.ts';
import { fc } from '../support/properties.ts';
import { arbitraryMarket, arbitraryParams, arbitrarySettings, randomMarket } from './markets.ts';

test('a trial with the index measures what the full scan measures, bit for bit', () => {
  let trades = 0;
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (market, params, settings) => {
      const world = createWorld(market, settings);
      const strategy = resolveStrategy(params);
      const scanned = measure(world, strategy, createScan(market, world.factors));
      const index = buildEdgeIndex(market, world.factors);
      const indexed = measure(world, strategy, createIndexedFinder(market, world.factors, index));
      for (const [name, value] of Object.entries(scanned)) {
        if (!Object.is(indexed[name], value)) throw new Error(`${name}: ${indexed[name]} is not ${value}`);
      }
      expect(Object.keys(indexed)).toEqual(Object.keys(scanned));
      trades += scanned.trades!;
    }),
    { numRuns: 300, seed: 4 },
  );
  expect(trades).toBeGreaterThan(2_000);
});

test('the index finds the same next row from anywhere, to anywhere, at any threshold', () => {
  const market = randomMarket(5, 40_000);
  const world = createWorld(market, createSettings());
  const scan = createScan(market, world.factors);
  const indexed = createIndexedFinder(market, world.factors, buildEdgeIndex(market, world.factors));
  let found = 0;
  fc.assert(
    fc.property(
      fc.nat(market.rows),
      fc.nat(market.rows),
      fc.double({ min: -0.01, max: 0.02, noNaN: true }),
      fc.oneof(fc.double({ min: -0.01, max: 0.02, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY)),
      (a, b, upbit, binance) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const row = scan.next(from, to, upbit, binance);
        expect(indexed.next(from, to, upbit, binance)).toBe(row);
        if (row < to) found++;
      },
    ),
    { numRuns: 2_000, seed: 6 },
  );
  expect(found).toBeGreaterThan(500);
});

function createSettings() {
  return fc.sample(arbitrarySettings, { numRuns: 1, seed: 7 })[0]!;
}
