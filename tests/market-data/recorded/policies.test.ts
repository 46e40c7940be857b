import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadWithReports } from '../../../src/market-data/load.ts';
import { rateAt } from '../../../src/market-data/market-data.ts';
import { csvOf, Folder, loadUpbit, MAPPED, recordingOf, START_US } from './recordings.ts';

/** Seconds from the start and bid of what a mapped CSV becomes, and what was said of it. */
async function load(content: string | Uint8Array, options: Readonly<Record<string, unknown>>) {
  const folder = new Folder({ 'q.csv': content });
  const { data, reports } = await loadUpbit(folder, { ...MAPPED, file: 'q.csv', ...options });
  const quotes = [...data.time.keys()].map((row) => [
    (data.time[row]! - START_US) / 1e6,
    data.upbit.bid[row]!,
  ]);
  return { quotes, data, findings: reports.find(({ file }) => file === 'q.csv')!.findings };
}

describe('a policy', () => {
  it('leaves out crossed books', async () => {
    const { quotes, findings } = await load(
      csvOf([
        [0, 100, 101],
        [1, 102, 101],
        [2, 99, 101],
      ]),
      { on_crossed: 'drop' },
    );
    expect(quotes).toEqual([
      [0, 100],
      [2, 99],
    ]);
    expect(findings).toEqual([
      '1 crossed book (left out), first in row 3: b 102 is above a 101: the book is crossed',
    ]);
  });

  it('leaves out invalid rows', async () => {
    const { quotes, findings } = await load(
      csvOf([
        [0, 100, 101],
        [1, 'x', 101],
        [2, 0, 101],
        [3, 99, 101],
      ]),
      { on_invalid: 'drop' },
    );
    expect(quotes).toEqual([
      [0, 100],
      [3, 99],
    ]);
    expect(findings).toEqual([expect.stringContaining('2 invalid rows (left out), first in row 3')]);
  });

  it('sorts rows of a clock that went backwards, those of one time in the order of the file', async () => {
    const rows = csvOf([
      [3, 103, 109],
      [1, 101, 109],
      [2, 102, 109],
      [1, 111, 119],
    ]);
    const { quotes, findings } = await load(rows, { on_backwards: 'sort' });
    expect(quotes).toEqual([
      [1, 111],
      [2, 102],
      [3, 103],
    ]);
    expect(findings).toEqual([
      expect.stringContaining('3 steps of the clock backwards (sorted by time), first in row 3'),
      expect.stringContaining('1 repeated time (the last one stands), first in row 5'),
    ]);
  });

  it('leaves out rows that are older than one above', async () => {
    const { quotes } = await load(
      csvOf([
        [3, 103, 109],
        [1, 101, 109],
        [4, 104, 109],
      ]),
      { on_backwards: 'drop' },
    );
    expect(quotes).toEqual([
      [3, 103],
      [4, 104],
    ]);
  });

  it('lets the last or the first of several rows of a time stand', async () => {
    const rows = csvOf([
      [0, 100, 109],
      [0, 101, 109],
      [0, 102, 109],
      [1, 103, 109],
    ]);
    expect((await load(rows, {})).quotes).toEqual([
      [0, 102],
      [1, 103],
    ]);
    const { quotes, findings } = await load(rows, { on_duplicate: 'first' });
    expect(quotes).toEqual([
      [0, 100],
      [1, 103],
    ]);
    expect(findings).toEqual([
      expect.stringContaining('2 repeated times (the first one stands), first in row 3'),
    ]);
  });

  it('lets the last quote stand through a gap, and grow old', async () => {
    const { quotes, data, findings } = await load(
      csvOf([
        [0, 100, 101],
        [90, 99, 101],
      ]),
      { on_gap: 'keep' },
    );
    expect(quotes).toEqual([
      [0, 100],
      [90, 99],
    ]);
    expect(data.upbit.updated[0]).toBe(START_US);
    expect(findings).toEqual([
      expect.stringContaining('1 gap (kept: the last quote stands), first in row 3: no quote for 90 s'),
    ]);
  });

  it('blanks the venue from the longest silence on, until it quotes again', async () => {
    const { quotes, data } = await load(
      csvOf([
        [0, 100, 101],
        [90, 99, 101],
      ]),
      { on_gap: 'blank', max_gap_s: 10 },
    );
    expect(quotes).toEqual([
      [0, 100],
      [10, Number.NaN],
      [90, 99],
    ]);
    const { bidQty, ask, askQty, updated } = data.upbit;
    for (const column of [bidQty.values, ask, askQty.values, updated]) expect(column[1]).toBeNaN();
  });

  it('uses the whole rows of a file that was cut', async () => {
    const rows = csvOf([
      [0, 100, 101],
      [1, 99, 101],
      [2, 98, 101],
    ]);
    const { quotes, findings } = await load(rows.slice(0, -3), { on_truncated: 'drop' });
    expect(quotes).toEqual([
      [0, 100],
      [1, 99],
    ]);
    expect(findings).toEqual([
      '1 cut row (left out), first in row 4: the file ends within its last row, without a line break',
    ]);
  });

  it('uses the whole rows of a compressed file that was cut', async () => {
    const rows = csvOf(Array.from({ length: 20_000 }, (_, i) => [i / 10, 100 + (i % 7), 200] as const));
    const { quotes } = await load(gzipSync(rows).subarray(0, 30_000), { on_truncated: 'drop' });
    expect(quotes.length).toBeGreaterThan(1000);
    expect(quotes).toEqual(Array.from({ length: quotes.length }, (_, i) => [i / 10, 100 + (i % 7)]));
  });

  it('sets a clock right, and counts times from a start', async () => {
    expect((await load(csvOf([[0, 100, 101]]), { clock_offset_ms: -1270.5 })).quotes).toEqual([
      [-1.2705, 100],
    ]);
    const folder = new Folder({ 'a.csv': 't,b,a,bq,aq\n0,100,101,1,1\n2.5,100,101,1,1\n' });
    const source = { ...MAPPED, file: 'a.csv', time_unit: 's', time_origin: 'start' };
    const { data } = await loadWithReports(recordingOf({ upbit: source, binance: source }), folder);
    expect([...data.time]).toEqual([0, 2_500_000]);
  });
});

describe('a rate', () => {
  const folder = () =>
    new Folder({
      'q.csv': csvOf([
        [0, 100, 101],
        [10, 100, 101],
        [20, 100, 101],
      ]),
      'rate.csv': `time,krw\n2024-08-09T00:00:05Z,1300.5\n2024-08-09T00:00:15Z,1301\n`,
    });
  const venue = { ...MAPPED, file: 'q.csv' };
  const file = { format: 'csv', file: 'rate.csv', columns: { time: 'time', rate: 'krw' }, time_unit: 'iso' };

  it('is a series: the data starts with it, and has a row where it changes', async () => {
    const { data } = await loadWithReports(
      recordingOf({ upbit: venue, binance: venue, rate: file }),
      folder(),
    );
    const rows = [...data.time].map((time, row) => [(time - START_US) / 1e6, rateAt(data, row)]);
    expect(rows).toEqual([
      [5, 1300.5],
      [10, 1300.5],
      [15, 1301],
      [20, 1301],
    ]);
  });

  it("is a number, or else the symbols' exchange rate", async () => {
    const rates = async (rate: object) => {
      const { data } = await loadWithReports(
        recordingOf({ upbit: venue, binance: venue, ...rate }),
        folder(),
      );
      return new Set(data.rate);
    };
    expect(await rates({ rate: 1250 })).toEqual(new Set([1250]));
    expect(await rates({})).toEqual(new Set([1300]));
  });

  it('is checked as quotes are', async () => {
    const files = folder();
    files.write('rate.csv', 'time,krw\n2024-08-09T00:00:05Z,0\n');
    const loading = loadWithReports(recordingOf({ upbit: venue, binance: venue, rate: file }), files);
    await expect(loading).rejects.toThrow('rate.csv row 2: krw is 0; expected a price > 0');
  });

  describe('that ends before the quotes do', () => {
    const load = (options: object) =>
      loadWithReports(
        recordingOf({ upbit: venue, binance: venue, rate: { ...file, max_gap_s: 10, ...options } }),
        new Folder({
          'q.csv': csvOf([0, 10, 20, 30, 40].map((second) => [second, 100, 101])),
          'rate.csv': `time,krw\n2024-08-09T00:00:00Z,1300\n\n2024-08-09T00:00:08Z,1310\n`,
        }),
      );
    const silence =
      'no rate for 32 s after it (the quotes go on until 2024-08-09T00:00:40.000000Z; max_gap_s is 10)';

    it('is refused: nobody knows what the rate was then', async () => {
      await expect(load({})).rejects.toThrow(
        `rate.csv row 4: ${silence}. Raise max_gap_s, or set on_gap: keep, or blank.`,
      );
    });

    it('stands where it is to be kept, and is reported', async () => {
      const { data, reports } = await load({ on_gap: 'keep' });
      expect([...data.time.keys()].map((row) => rateAt(data, row))).toEqual([1300, ...Array(5).fill(1310)]);
      expect(reports.at(-1)?.findings).toEqual([
        `1 gap (kept: the last quote stands), first in row 4: ${silence}`,
      ]);
    });

    it('leaves Binance without a quote where it is to be blanked', async () => {
      const { data } = await load({ on_gap: 'blank' });
      expect([...data.time].map((time) => (time - START_US) / 1e6)).toEqual([0, 8, 10, 18, 20, 30, 40]);
      expect([...data.binance.bid]).toEqual([100, 100, 100, ...Array(4).fill(Number.NaN)]);
      expect([...data.upbit.bid]).toEqual(Array(7).fill(100));
    });
  });

  it('that is blank leaves Binance without a quote until its next one, and values what is held by the last rate', async () => {
    const files = new Folder({
      'u.csv': csvOf([0, 10, 20, 30, 40].map((second) => [second, 100, 101])),
      'b.csv': csvOf([0, 15, 35, 40].map((second) => [second, second + 1, 101])),
      'rate.csv': `time,krw\n2024-08-09T00:00:00Z,1300\n2024-08-09T00:00:32Z,1310\n`,
    });
    const { data } = await loadWithReports(
      recordingOf({
        ...{ upbit: { ...venue, file: 'u.csv' }, binance: { ...venue, file: 'b.csv' } },
        rate: { ...file, max_gap_s: 12, on_gap: 'blank' },
      }),
      files,
    );
    const rows = [...data.time].map((time, row) => [
      (time - START_US) / 1e6,
      data.binance.bid[row],
      rateAt(data, row),
    ]);
    expect(rows).toEqual([
      [0, 1, 1300],
      [10, 1, 1300],
      [12, Number.NaN, 1300],
      [15, Number.NaN, 1300],
      [20, Number.NaN, 1300],
      [30, Number.NaN, 1300],
      [32, Number.NaN, 1310],
      [35, 36, 1310],
      [40, 41, 1310],
    ]);
  });
});
