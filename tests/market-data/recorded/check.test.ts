import { describe, expect, it } from 'vitest';
import { type CheckSettings, checkQuotes, type RawQuotes } from '../../../src/market-data/recorded/check.ts';
import { fc } from '../../support/properties.ts';
import { START_S } from './recordings.ts';

type Row = readonly [seconds: number, bid: number, ask: number, wanted: boolean];

const rawOf = (rows: readonly Row[]): RawQuotes => ({
  rows: rows.length,
  time: Float64Array.from(rows, ([seconds]) => START_S + seconds),
  bid: Float64Array.from(rows, ([, bid]) => bid),
  bidQty: new Float64Array(rows.length).fill(1),
  ask: Float64Array.from(rows, ([, , ask]) => ask),
  askQty: new Float64Array(rows.length).fill(1),
  wanted: Float64Array.from(rows, ([, , , wanted]) => (wanted ? 1 : 0)),
});

const price = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 0, -1, Infinity) },
);
const row: fc.Arbitrary<Row> = fc.tuple(
  fc.integer({ min: 0, max: 20 }),
  price,
  price.map((value) => value + 3),
  fc.boolean(),
);
const settings: fc.Arbitrary<CheckSettings> = fc.record({
  clock_offset_ms: fc.constantFrom(0, -1500),
  max_gap_s: fc.constantFrom(2, 100),
  on_gap: fc.constantFrom('refuse', 'keep', 'blank'),
  on_crossed: fc.constantFrom('refuse', 'drop'),
  on_invalid: fc.constantFrom('refuse', 'drop'),
  on_backwards: fc.constantFrom('refuse', 'sort', 'drop'),
  on_duplicate: fc.constantFrom('last', 'first', 'refuse'),
  time_unit: fc.constant('s'),
  time_origin: fc.constant('epoch'),
  symbolGiven: fc.boolean(),
  names: fc.constant({ bid: 'bid', ask: 'ask' }),
  now: fc.constant((START_S + 1000) * 1e6),
});

const sound = ([, bid, ask, wanted]: Row) =>
  wanted && bid > 0 && ask > 0 && bid <= ask && Number.isFinite(bid + ask);

describe('checking', () => {
  it('lets only quotes through that can be traded, in time order, and no time twice, whatever is refused', () => {
    fc.assert(
      fc.property(fc.array(row), settings, (rows, given) => {
        const { quotes } = checkQuotes(rawOf(rows), given);
        for (let i = 0; i < quotes.rows; i++) {
          if (i > 0) expect(quotes.time[i]!).toBeGreaterThan(quotes.time[i - 1]!);
          if (given.on_gap === 'blank' && Number.isNaN(quotes.bid[i])) continue;
          expect(quotes.bid[i]!).toBeGreaterThan(0);
          expect(quotes.ask[i]!).toBeGreaterThanOrEqual(quotes.bid[i]!);
        }
      }),
    );
  });

  it('keeps every sound row when rows are sorted: the last one of each time', () => {
    fc.assert(
      fc.property(fc.array(row), settings, (rows, given) => {
        const { quotes } = checkQuotes(rawOf(rows), {
          ...given,
          on_backwards: 'sort',
          on_duplicate: 'last',
          on_gap: 'keep',
        });
        const last = new Map(rows.filter(sound).map(([seconds, bid]) => [seconds, bid]));
        const expected = [...last].sort(([a], [b]) => a - b);
        const offset = given.clock_offset_ms / 1000;
        const found = [...quotes.time].map((time, i) => [time / 1e6 - START_S - offset, quotes.bid[i]]);
        expect(found).toEqual(expected);
      }),
    );
  });

  it('tells of every row that is not used, by the first of its kind', () => {
    fc.assert(
      fc.property(fc.array(row), settings, (rows, given) => {
        const { quotes, findings } = checkQuotes(rawOf(rows), { ...given, on_gap: 'keep' });
        const dropped = findings
          .filter(
            ({ kind, policy }) =>
              kind !== 'gap' && policy !== 'sort' && !(kind === 'backwards' && policy === 'refuse'),
          )
          .reduce((sum, { count }) => sum + count, 0);
        expect(quotes.rows + dropped).toBe(rows.length);
        for (const { record, count } of findings) {
          expect(count).toBeGreaterThan(0);
          expect(record).toBeLessThan(rows.length);
        }
      }),
    );
  });
});
