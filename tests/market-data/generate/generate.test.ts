import { describe, expect, it } from 'vitest';
import { generateQuotes } from '../../../src/market-data/generate/generate.ts';
import { generatorSchema } from '../../../src/market-data/generate/settings.ts';
import { type MarketData, rateAt } from '../../../src/market-data/market-data.ts';
import { mergeQuotes } from '../../../src/market-data/merge.ts';
import { numberAt } from '../../../src/market-data/packing.ts';
import { fc } from '../../support/properties.ts';

const generate = (settings: Record<string, unknown>): MarketData =>
  mergeQuotes(generateQuotes(generatorSchema.parse({ seed: 1, duration_s: 600, ...settings }), 1300), 'test');

const QUIET = { volatility_bps: 0, edge: { sd_bps: 0 } };

/** Upbit's mid in USDT above Binance's, bps. */
const edges = (data: MarketData): number[] =>
  [...data.time.keys()].map((row) => {
    const { upbit, binance } = data;
    const usdt = (upbit.bid[row]! + upbit.ask[row]!) / rateAt(data, row);
    return (usdt / (binance.bid[row]! + binance.ask[row]!) - 1) * 1e4;
  });

const spread = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

const longestSilence = (times: Float64Array): number => {
  let longest = 0;
  for (let row = 1; row < times.length; row++) longest = Math.max(longest, times[row]! - times[row - 1]!);
  return longest / 1e6;
};

describe('a generator', () => {
  it('makes the same quotes from the same seed, and others from another', () => {
    const first = generate({});
    expect(first.rows).toBeGreaterThan(5000);
    expect(generate({})).toEqual(first);
    expect(generate({ seed: 2 }).upbit.bid).not.toEqual(first.upbit.bid);
  });

  it('makes tradable quotes in time order whatever its parameters', () => {
    const positive = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
    const settings = fc.record({
      seed: fc.nat(),
      duration_s: positive(120),
      volatility_bps: positive(50),
      rate_volatility_bps: positive(100),
      edge: fc.record({ sd_bps: positive(100), half_life_s: positive(100) }),
      jumps: fc.record({ per_hour: positive(1000), size_bps: positive(100), half_life_s: positive(10) }),
      gaps: fc.record({ per_hour: positive(200), mean_s: positive(30) }),
    });
    fc.assert(
      fc.property(settings, (given) => {
        const data = generate(given);
        const { rows, time, upbit, binance } = data;
        expect(rows).toBeGreaterThan(0);
        for (let row = 0; row < rows; row++) {
          if (row > 0) expect(time[row]!).toBeGreaterThan(time[row - 1]!);
          expect(rateAt(data, row)).toBeGreaterThan(0);
          for (const venue of [upbit, binance]) {
            expect(venue.bid[row]!).toBeGreaterThan(0);
            expect(venue.ask[row]!).toBeGreaterThan(venue.bid[row]!);
            expect(numberAt(venue.bidQty, row)).toBeGreaterThan(0);
            expect(numberAt(venue.askQty, row)).toBeGreaterThan(0);
            expect(venue.updated[row]!).toBeLessThanOrEqual(time[row]!);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it("keeps the edge's mean and deviation over time", () => {
    const values = edges(
      generate({ volatility_bps: 0, duration_s: 20_000, edge: { mean_bps: 12, sd_bps: 8, half_life_s: 5 } }),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeGreaterThan(11);
    expect(mean).toBeLessThan(13);
    expect(spread(values)).toBeGreaterThan(7);
    expect(spread(values)).toBeLessThan(9);
  });

  it('lets a jump of the edge fade by half within its half-life', () => {
    const jumps = { per_hour: 40, size_bps: 100, half_life_s: 4, up_share: 1 };
    const data = generate({ ...QUIET, jumps, upbit: { updates_per_s: 50 }, binance: { updates_per_s: 50 } });
    const values = edges(data);
    const at = values.findIndex((value) => value > 20);
    expect(at).toBeGreaterThan(0);
    const later = data.time.findIndex((time) => time >= data.time[at]! + 4e6);
    expect(values[later]! / values[at]!).toBeCloseTo(0.5, 1);
  });

  it('moves prices more in a regime of more volatility', () => {
    const regimes = (volatility: number) => [
      { name: 'calm', mean_s: 60 },
      { name: 'wild', mean_s: 60, volatility },
    ];
    const deviation = (volatility: number) =>
      spread([...generate({ regimes: regimes(volatility) }).binance.bid]);
    expect(deviation(20)).toBeGreaterThan(3 * deviation(1));
  });

  it('leaves both venues silent in a gap', () => {
    expect(longestSilence(generate({}).time)).toBeLessThan(5);
    expect(longestSilence(generate({ gaps: { per_hour: 60, mean_s: 60 } }).time)).toBeGreaterThan(10);
  });

  it('lets one venue grow stale while the other goes on', () => {
    const { time, upbit, binance } = generate({ stale: { venue: 'upbit', per_hour: 60, mean_s: 60 } });
    const age = (updated: Float64Array) => Math.max(...time.map((at, row) => at - updated[row]!)) / 1e6;
    expect(age(upbit.updated)).toBeGreaterThan(10);
    expect(age(binance.updated)).toBeLessThan(5);
  });

  it('crashes one venue and lets it recover', () => {
    const crash = { venue: 'binance', at_s: 200, depth_pct: 5, fall_s: 10, recover_s: 30 };
    const { time, upbit, binance } = generate({ ...QUIET, flash_crash: crash });
    const bidAt = (seconds: number) => binance.bid[time.findIndex((at) => at >= seconds * 1e6)]!;
    expect(bidAt(210) / bidAt(199)).toBeCloseTo(0.95, 2);
    expect(bidAt(245)).toBe(bidAt(199));
    expect(new Set(upbit.bid).size).toBe(1);
  });

  it('moves the rate from its start only when told to', () => {
    expect(new Set(generate({}).rate)).toEqual(new Set([1300]));
    const { rate } = generate({ rate_volatility_bps: 50 });
    expect(rate[0]).toBe(1300);
    expect(new Set(rate).size).toBeGreaterThan(100);
  });
});
