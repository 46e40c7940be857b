import { describe, expect, test } from 'vitest';
import { csvOf, START_S } from '../../market-data/recorded/recordings.ts';
import { expectDataRefused, offline, writeRecordings } from '../support/refusals.ts';

/** Recordings that cannot be traded on: refused with what is wrong in them before a session starts. */

describe('of recorded data, it is told by row, column and value', () => {
  const sound = csvOf([
    [0, 38_461, 38_462],
    [1, 38_461, 38_462],
  ]);
  const rows = (...given: Parameters<typeof csvOf>[0]) => csvOf([[0, 38_461, 38_462], ...given]);

  test('that the file is not the table it should be', async () => {
    const long = csvOf(Array.from({ length: 900 }, (_, second) => [second, 38_461, 38_462] as const)).split(
      '\n',
    );
    long[811] = `${START_S + 810},38461`;
    await expectDataRefused(offline(), 'validate', {
      nothing: { content: '', says: 'nothing.csv is empty; expected rows of quotes' },
      header: { content: csvOf([]), says: 'header.csv has no rows' },
      column: {
        content: sound.replace('bq', 'quantity'),
        says: 'column.csv row 1: missing column bq; the header is "t,b,a,quantity,aq"',
      },
      'one-venue': {
        content: 'time,upbit_bid,upbit_ask\n1,2,3\n',
        says: 'one-venue.csv row 1: missing columns t, b, a, bq, aq; the header is "time,upbit_bid,upbit_ask"',
      },
      delimiter: {
        content: sound.replaceAll(',', ';'),
        says: 'delimiter.csv row 1: missing columns t, b, a, bq, aq; the header is "t;b;a;bq;aq"; its delimiter looks like ";", expected ","',
      },
      utf16: {
        content: Buffer.from(`\ufeff${sound}`, 'utf16le'),
        says: 'utf16.csv row 1: the file is UTF-16; save it as UTF-8 text',
      },
      ragged: {
        content: long.join('\n'),
        says: 'ragged.csv row 812: it has 2 columns; expected 5, as in row 1',
      },
    });
  });

  test('that its times are not those of a recording', async () => {
    await expectDataRefused(offline(), 'validate', {
      backwards: {
        content: rows([5, 38_461, 38_462], [4.5, 38_461, 38_462]),
        says: 'backwards.csv row 4: its time 2024-08-09T00:00:04.500000Z lies before 2024-08-09T00:00:05.000000Z of a row above. Put them in order with on_backwards: sort',
      },
      twice: {
        content: rows([0, 38_461, 38_463]),
        options: { on_duplicate: 'refuse' },
        says: 'twice.csv row 3: the time 2024-08-09T00:00:00.000000Z comes twice',
      },
      unit: {
        content: sound,
        options: { time_unit: 'ms' },
        says: `unit.csv row 2: its time ${START_S}, read as ms, looks like s: set time_unit: s`,
      },
      future: {
        content: rows(['4000000000', 38_461, 38_462]),
        says: 'future.csv row 3: its time 2096-10-02T07:06:40.000000Z lies in the future',
      },
      gap: {
        content: rows([61, 38_461, 38_462]),
        says: 'gap.csv row 3: no quote for 61 s before it (since 2024-08-09T00:00:00.000000Z; max_gap_s is 60). Raise max_gap_s, or set on_gap: keep, or blank',
      },
      apart: {
        content: csvOf([
          [100, 38_461, 38_462],
          [110, 38_461, 38_462],
        ]),
        says: 'The recordings never overlap: upbit [2024-08-09T00:00:00.000000Z, 2024-08-09T00:00:01.000000Z], binance [2024-08-09T00:01:40.000000Z, 2024-08-09T00:01:50.000000Z]',
      },
    });
  });

  test('that its prices are none, by `run` before it starts anything', async () => {
    await expectDataRefused(offline(), 'run', {
      negative: { content: rows([1, -1, 38_462]), says: 'negative.csv row 3: b is -1; expected a price > 0' },
      zero: { content: rows([1, 38_461, 0]), says: 'zero.csv row 3: a is 0; expected a price > 0' },
      crossed: {
        content: rows([1, 38_463, 38_462], [2, 38_464, 38_462]),
        says: 'crossed.csv row 3: b 38463 is above a 38462: the book is crossed (the first of 2 crossed books). Leave such rows out with on_crossed: drop',
      },
      nan: { content: rows([1, 'NaN', 38_462]), says: 'nan.csv row 3: b is missing or not a number' },
      thousands: {
        content: rows([1, '"38,461"', 38_462]),
        says: `thousands.csv row 3: b is missing or not a number; expected a price > 0. Leave such rows out with on_invalid: drop. The row is "${START_S + 1},\\"38,461\\",38462,1,2"`,
      },
      infinite: {
        content: rows([1, '1e400', 38_462]),
        says: 'infinite.csv row 3: b is Infinity; expected a price > 0',
      },
    });
  });

  test('what its policies did, where they refuse nothing', async () => {
    const machine = offline();
    const content = rows([1, 38_463, 38_462], [2, 38_461, 38_462], [2, 38_461.5, 38_462]);
    writeRecordings(machine, { odd: { content, options: { on_crossed: 'drop' } } });
    const { code, stdout } = await machine.run(['validate', '--config', 'config.yaml']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('config.yaml is valid') });
    expect(stdout).toContain(
      'odd.csv: 1 crossed book (left out), first in row 3: b 38463 is above a 38462: the book is crossed',
    );
    expect(stdout).toContain('odd.csv: 1 repeated time (the last one stands), first in row 5');
  });
});
