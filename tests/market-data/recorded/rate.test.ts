import { expect, it } from 'vitest';
import { rateAt } from '../../../src/market-data/market-data.ts';
import { mergeQuotes } from '../../../src/market-data/merge.ts';
import { readRecording } from '../../../src/market-data/recorded/recording.ts';
import { replay } from '../../../src/paper-engine/replay.ts';
import { calmSettings } from '../../paper-engine/markets.ts';
import { fc } from '../../support/properties.ts';
import { Folder, MAPPED, recordingOf, START_S, START_US } from './recordings.ts';

/** Of a rate file a row may be missing, wrong or late; money without a rate would have no value. */

const FROM = 5;
const TO = 25;
const NOW = START_US + 1e9;

/** A book of no width, a quote a second. */
const quotesOf = (price: (second: number) => number): string => {
  const lines = Array.from({ length: TO - FROM + 1 }, (_, i) => {
    const bid = price(FROM + i);
    return `${START_S + FROM + i},${bid},${bid},1,1\n`;
  });
  return `t,b,a,bq,aq\n${lines.join('')}`;
};

const policies = fc.record({
  max_gap_s: fc.constantFrom(2, 100),
  on_gap: fc.constantFrom('keep', 'blank'),
  on_invalid: fc.constant('drop'),
  on_backwards: fc.constantFrom('sort', 'drop'),
  on_duplicate: fc.constantFrom('last', 'first'),
});
const sound = fc.integer({ min: 1290, max: 1310 });
const wrong = fc.constantFrom('', 'nan', 0, -1, '1e400');
/** The first one is known before the quotes end. */
const rates = fc
  .tuple(
    fc.tuple(fc.integer({ min: 0, max: 20 }), sound),
    fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 40 }),
        fc.oneof({ weight: 4, arbitrary: sound }, { weight: 1, arbitrary: wrong }),
      ),
      { maxLength: 12 },
    ),
  )
  .map(([first, others]) => [first, ...others]);

it('whatever a rate file lacks, every row has a rate, and every figure of a trial is a number', async () => {
  const files = new Folder({
    'u.csv': quotesOf((second) => (second % 2 === 0 ? 101_000 : 99_000) * 1300),
    'b.csv': quotesOf(() => 100_000),
  });
  const seen = { late: 0, early: 0, blank: 0, trades: 0 };
  await fc.assert(
    fc.asyncProperty(rates, policies, fc.boolean(), async (rows, given, isMade) => {
      files.write(
        'r.csv',
        `t,krw\n${rows.map(([second, rate]) => `${START_S + second},${rate}\n`).join('')}`,
      );
      const columns = { time: 't', rate: 'krw' };
      const { data: settings } = recordingOf({
        upbit: isMade ? { format: 'made', seed: 1 } : { ...MAPPED, file: 'u.csv' },
        binance: { ...MAPPED, file: 'b.csv' },
        rate: { format: 'csv', file: 'r.csv', columns, time_unit: 's', ...given },
      });
      const { input } = await readRecording(settings!, 1300, files.root, NOW);
      const data = mergeQuotes(input, 'hash');
      for (let row = 0; row < data.rows; row++) {
        expect(rateAt(data, row)).toBeGreaterThan(0);
        expect(rateAt(data, row)).toBeLessThan(Infinity);
        if (Number.isNaN(data.binance.bid[row])) seen.blank++;
      }
      const { metrics, fills } = replay(data, { min_spread_pct: 0.1 }, calmSettings());
      for (const [name, figure] of Object.entries(metrics)) expect(Number.isFinite(figure), name).toBe(true);
      for (const { venue, row, filled } of fills) {
        if (venue === 'binance' && filled > 0) expect(data.binance.bid[row]).toBeGreaterThan(0);
      }
      const { time } = input.rate;
      if (time[0]! > START_US + FROM * 1e6) seen.late++;
      if (time[time.length - 1]! < START_US + TO * 1e6) seen.early++;
      seen.trades += metrics.trades ?? 0;
    }),
    { numRuns: 30 },
  );
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(0);
});
