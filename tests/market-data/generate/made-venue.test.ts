import { describe, expect, it } from 'vitest';
import { makeVenue } from '../../../src/market-data/generate/made-venue.ts';
import { madeVenueSchema } from '../../../src/market-data/generate/settings.ts';
import { constantRate, type QuoteSeries, quoteBuffer, quoteSeries } from '../../../src/market-data/quotes.ts';

/** 100 USDT for ten seconds, then 110 for ten more. */
function stepAfterTenSeconds(): QuoteSeries {
  const buffer = quoteBuffer();
  for (let second = 0; second <= 20; second++) {
    const mid = second < 10 ? 100 : 110;
    buffer.push(second * 1e6, mid - 0.01, 1, mid + 0.01, 1);
  }
  return quoteSeries(buffer);
}

const make = (
  settings: Record<string, unknown>,
  venue: 'upbit' | 'binance' = 'upbit',
  rate = 1300,
): QuoteSeries =>
  makeVenue(
    madeVenueSchema.parse({
      format: 'made',
      seed: 5,
      tick: 0.01,
      updates_per_s: 100,
      edge: { sd_bps: 0 },
      ...settings,
    }),
    venue,
    stepAfterTenSeconds(),
    constantRate(rate),
  );

const mid = ({ bid, ask }: QuoteSeries, row: number): number => (bid[row]! + ask[row]!) / 2;

describe('a made venue', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(make({})).toEqual(make({}));
    expect(make({ seed: 6 }).time).not.toEqual(make({}).time);
  });

  it('quotes as long as the recorded one, in its own currency', () => {
    const upbit = make({});
    expect(upbit.time[0]).toBe(0);
    expect(upbit.time.at(-1)!).toBeLessThanOrEqual(20e6);
    expect(upbit.rows).toBeGreaterThan(1500);
    expect(mid(upbit, 0)).toBeCloseTo(130_000, 1);
    expect(mid(make({}, 'binance', 4), 0)).toBeCloseTo(25, 1);
  });

  it('follows a move of the recorded price after its lag, not before', () => {
    const { time, bid, ask, ...rest } = make({ lag_ms: 2000 });
    const moved = time.findIndex((_, row) => mid({ time, bid, ask, ...rest }, row) > 135_000);
    expect(time[moved]! / 1e6).toBeGreaterThanOrEqual(12);
    expect(time[moved]! / 1e6).toBeLessThan(12.2);
  });

  it('is refused beside a recording so long that a time in it must be wrong', () => {
    const buffer = quoteBuffer();
    for (const time of [0, 1e15]) buffer.push(time, 99, 1, 101, 1);
    const settings = madeVenueSchema.parse({ format: 'made', seed: 5 });
    expect(() => makeVenue(settings, 'upbit', quoteSeries(buffer), constantRate(1300))).toThrow(
      'beside a recording of 1000000000 s would have 5000000000 quotes; at most 50000000 are made',
    );
  });

  it('stands where its edge puts it', () => {
    const high = make({ edge: { mean_bps: 50, sd_bps: 0 } });
    expect(mid(high, 0) / 130_000).toBeCloseTo(1.005, 5);
  });
});
