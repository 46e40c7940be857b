import { expect, test } from 'vitest';
import { allocateColumns, type Shape } from '../../src/market-data/columns.ts';
import { type MarketData, rateAt, type VenueColumns } from '../../src/market-data/market-data.ts';
import { leastPacking, numberAt, setNumber } from '../../src/market-data/packing.ts';
import { buildEdgeIndex, createIndexedFinder } from '../../src/paper-engine/edge-index.ts';
import { resolveStrategy } from '../../src/paper-engine/params.ts';
import { measure, replay } from '../../src/paper-engine/replay.ts';
import { createWorld } from '../../src/paper-engine/world.ts';
import { fc } from '../support/properties.ts';
import { arbitraryMarket, arbitraryParams, arbitrarySettings } from './markets.ts';

type Side = 'bidQty' | 'askQty';
const SIDES = ['bidQty', 'askQty'] as const;

/** The same numbers with quantities in as little memory as holds them and one rate, that of the first row. */
function packed(market: MarketData): MarketData {
  const quantities = (venue: VenueColumns, side: Side) =>
    Float64Array.from({ length: market.rows }, (_, row) => numberAt(venue[side], row));
  const shapeOf = (venue: VenueColumns) => ({
    always: false,
    bidQty: leastPacking(quantities(venue, 'bidQty')),
    askQty: leastPacking(quantities(venue, 'askQty')),
  });
  const { upbit, binance, rows } = market;
  const shape: Shape = { rows, upbit: shapeOf(upbit), binance: shapeOf(binance), constantRate: true };
  const result = allocateColumns(shape, market.hash);
  result.time.set(market.time);
  for (const venue of ['upbit', 'binance'] as const) {
    for (const column of ['bid', 'ask', 'updated'] as const) result[venue][column].set(market[venue][column]);
    for (const side of SIDES) {
      quantities(market[venue], side).forEach((quantity, row) => {
        setNumber(result[venue][side], row, quantity);
      });
    }
  }
  result.rate[0] = rateAt(market, 0);
  return result;
}

/** As long, but of its first number. */
function constantLike(column: Float64Array): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(column.byteLength)).fill(column[0]!);
}

test('packed columns give the trades, fills and metrics of plain ones, bit for bit, scanned and indexed', () => {
  let fills = 0;
  let whole = 0;
  fc.assert(
    fc.property(arbitraryMarket, arbitraryParams, arbitrarySettings, (varying, params, settings) => {
      const plain = { ...varying, rate: constantLike(varying.rate) };
      const small = packed(plain);
      const expected = replay(plain, params, settings);
      expect(replay(small, params, settings)).toEqual(expected);
      const world = createWorld(small, settings);
      const finder = createIndexedFinder(small, world.factors, buildEdgeIndex(small, world.factors));
      expect(measure(world, resolveStrategy(params), finder)).toEqual(expected.metrics);
      fills += expected.fills.length;
      if (small.upbit.askQty.values instanceof Uint32Array) whole++;
    }),
    { numRuns: 150, seed: 8 },
  );
  expect(fills).toBeGreaterThan(500);
  expect(whole).toBeGreaterThan(5);
});
