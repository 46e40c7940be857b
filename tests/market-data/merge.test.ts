import { describe, expect, it } from 'vitest';
import { rateAt } from '../../src/market-data/market-data.ts';
import { type MergeInput, mergeQuotes } from '../../src/market-data/merge.ts';
import { numberAt } from '../../src/market-data/packing.ts';
import { constantRate, type QuoteSeries, quoteBuffer, quoteSeries } from '../../src/market-data/quotes.ts';
import { fc } from '../support/properties.ts';

/** Quotes at these times whose bid tells which one it is. */
function seriesAt(times: readonly number[], blank: readonly boolean[] = []): QuoteSeries {
  const buffer = quoteBuffer();
  times.forEach((time, i) => {
    const bid = blank[i] ? Number.NaN : i + 1;
    buffer.push(time, bid, bid * 2, bid * 3, bid * 4);
  });
  return quoteSeries(buffer);
}

const times = fc
  .array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 30 })
  .map((list) => list.sort((a, b) => a - b));
const series = fc
  .tuple(times, fc.array(fc.boolean(), { maxLength: 30 }))
  .map(([at, blank]) => seriesAt(at, blank));
const rates = times.map((list) => ({
  rows: list.length,
  time: Float64Array.from(list),
  rate: Float64Array.from(list, (_, i) => 1000 + i),
}));

/** The last entry at or before `time`, looked for without any cleverness. */
const indexAt = (at: Float64Array, time: number) => at.findLastIndex((each) => each <= time);

describe('merging', () => {
  it('shows at each time what each venue and the rate last said, once both venues have spoken', () => {
    fc.assert(
      fc.property(series, series, rates, (upbit, binance, rate) => {
        const input: MergeInput = { upbit, binance, rate };
        const from = Math.max(upbit.time[0]!, binance.time[0]!, rate.time[0]!);
        const to = Math.min(upbit.time.at(-1)!, binance.time.at(-1)!);
        if (from > to) {
          expect(() => mergeQuotes(input, 'hash')).toThrow('never overlap');
          return;
        }
        const data = mergeQuotes(input, 'hash');
        const all = [...upbit.time, ...binance.time, ...rate.time].filter(
          (time) => time > from && time <= to,
        );
        expect([...data.time]).toEqual([...new Set([from, ...all])].sort((a, b) => a - b));
        for (let row = 0; row < data.rows; row++) {
          const time = data.time[row]!;
          expect(rateAt(data, row)).toBe(rate.rate[indexAt(rate.time, time)]);
          for (const [venue, columns] of [
            [upbit, data.upbit],
            [binance, data.binance],
          ] as const) {
            const index = indexAt(venue.time, time);
            const bid = venue.bid[index]!;
            expect(columns.bid[row]).toBe(bid);
            expect(numberAt(columns.bidQty, row)).toBe(bid * 2);
            expect(columns.ask[row]).toBe(bid * 3);
            expect(numberAt(columns.askQty, row)).toBe(bid * 4);
            expect(columns.updated[row]).toBe(Number.isNaN(bid) ? Number.NaN : venue.time[index]);
          }
        }
      }),
    );
  });

  it('shares the column of times with a venue that quotes in every row', () => {
    const input = { upbit: seriesAt([0, 1, 2]), binance: seriesAt([0, 2]), rate: constantRate(1300) };
    const data = mergeQuotes(input, 'hash');
    expect(data.upbit.updated).toBe(data.time);
    expect([...data.binance.updated]).toEqual([0, 0, 2]);
  });
});
