import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadWithReports } from '../../../src/market-data/load.ts';
import { csvOf, Folder, loadUpbit, MAPPED, recordingOf, START_S, START_US } from './recordings.ts';

const SOUND = csvOf([
  [0, 100, 101],
  [1, 100, 101],
]);
const LONG = csvOf(Array.from({ length: 50_000 }, (_, second) => [second, 100 + (second % 7), 108] as const));

/** What is said about a mapped CSV of this content. */
async function refusalOf(
  content: string | Uint8Array,
  options: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const folder = new Folder({ 'q.csv': content });
  return refusal(loadUpbit(folder, { ...MAPPED, file: 'q.csv', ...options }));
}

async function refusal(load: Promise<unknown>): Promise<string> {
  const error = await load.then(
    () => new Error('Nothing was refused'),
    (reason: unknown) => reason as Error,
  );
  expect(error).toMatchObject({ name: 'ArbtuneError', kind: 'input' });
  return error.message;
}

describe('a recording is refused, with file, row and value, when it', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['is empty', '', 'q.csv is empty; expected rows of quotes'],
    ['is empty once unpacked', gzipSync(''), 'q.csv is empty; expected rows of quotes'],
    ['has a header and nothing else', csvOf([]), 'q.csv has no rows, only 1 lines; expected rows of quotes'],
    [
      'lacks a column',
      SOUND.replace('bq', 'quantity'),
      'q.csv row 1: missing column bq; the header is "t,b,a,quantity,aq"',
    ],
    [
      'has another delimiter',
      SOUND.replaceAll(',', ';'),
      'q.csv row 1: missing columns t, b, a, bq, aq; the header is "t;b;a;bq;aq"; its delimiter looks like ";", expected ","',
    ],
    [
      'has a column twice',
      SOUND.replace('aq', 'bq,aq').replaceAll(',2\n', ',2,3\n'),
      'q.csv row 1: the column bq stands there twice',
    ],
    [
      'is UTF-16',
      Buffer.from(`\ufeff${SOUND}`, 'utf16le'),
      'q.csv row 1: the file is UTF-16; save it as UTF-8 text',
    ],
    ['is UTF-16 without a mark', Buffer.from(SOUND, 'utf16le'), 'q.csv row 1: the file holds zero bytes'],
    [
      'is a zip archive',
      Buffer.from('PK\u0003\u0004'),
      'q.csv is a zip archive; unpack it and name the file inside',
    ],
    [
      'has a row too short',
      `${SOUND}${START_S + 2},100\n`,
      'q.csv row 4: it has 2 columns; expected 5, as in row 1',
    ],
    [
      'has a row too long',
      `${SOUND}${START_S + 2},100,101,1,2,3\n${SOUND.split('\n')[1]}\n`,
      'q.csv row 4: it has 6 columns',
    ],
    [
      'has a number that is none',
      csvOf([
        [0, 100, 101],
        [1, '1O0', 101],
      ]),
      'q.csv row 3: b is missing or not a number',
    ],
    ['has an empty price', csvOf([[0, 100, '']]), 'q.csv row 2: a is missing or not a number'],
    ['has a price of NaN', csvOf([[0, 'NaN', 101]]), 'q.csv row 2: b is missing or not a number'],
    ['has an infinite price', csvOf([[0, 100, '1e400']]), 'q.csv row 2: a is Infinity; expected a price > 0'],
    ['has a price of zero', csvOf([[0, 0, 101]]), 'q.csv row 2: b is 0; expected a price > 0'],
    ['has a negative price', csvOf([[0, -1, 101]]), 'q.csv row 2: b is -1; expected a price > 0'],
    [
      'has a negative quantity',
      SOUND.replace(',1,2\n', ',-1,2\n'),
      'q.csv row 2: the bid quantity is -1; expected >= 0',
    ],
    [
      'has crossed books',
      csvOf([
        [0, 100, 101],
        [1, 102, 101],
        [2, 103, 101],
      ]),
      'q.csv row 3: b 102 is above a 101: the book is crossed (the first of 2 crossed books). Leave such rows out with on_crossed: drop.',
    ],
    [
      'has a clock that goes backwards',
      csvOf([
        [5, 100, 101],
        [4.5, 100, 101],
      ]),
      'q.csv row 3: its time 2024-08-09T00:00:04.500000Z lies before 2024-08-09T00:00:05.000000Z of a row above. Put them in order with on_backwards: sort',
    ],
    [
      'has a gap',
      csvOf([
        [0, 100, 101],
        [61, 100, 101],
      ]),
      'q.csv row 3: no quote for 61 s before it (since 2024-08-09T00:00:00.000000Z; max_gap_s is 60). Raise max_gap_s, or set on_gap: keep, or blank.',
    ],
    [
      'changes its unit',
      csvOf([
        [0, 100, 101],
        [String((START_S + 1) * 1000), 100, 101],
      ]),
      `q.csv row 3: its time ${START_S + 1}000, read as s, looks like ms: set time_unit: ms`,
    ],
    [
      'lies in the future',
      csvOf([
        [0, 100, 101],
        ['4000000000', 100, 101],
      ]),
      'q.csv row 3: its time 2096-10-02T07:06:40.000000Z lies in the future',
    ],
    [
      'has no time in a row',
      csvOf([
        [0, 100, 101],
        ['', 100, 101],
      ]),
      'q.csv row 3: it has no time',
    ],
    [
      'is of no time there was',
      csvOf([['12', 100, 101]]),
      'q.csv: the first time, 12, lies between 2009 and 2100 in no unit',
    ],
    [
      'is cut within a row',
      SOUND.slice(0, -4),
      'q.csv row 3: the file ends within its last row, without a line break',
    ],
    [
      'is cut where a number could go on',
      SOUND.slice(0, -1),
      'q.csv row 3: the file ends within its last row',
    ],
    ['is compressed and cut', gzipSync(LONG).subarray(0, 40_000), ': the gzip data ends too early'],
    [
      'opens a quotation mark',
      SOUND.replace(',100,101,1,2\n', ',100,"101,1,2\n'),
      'q.csv row 2: a quotation mark is opened and never closed',
    ],
    [
      'holds a line break in a value',
      SOUND.replace(',100,101,1,2\n', ',100,"101\n",1,2\n'),
      'q.csv has 3 lines of rows but reads as 2 rows',
    ],
    [
      'has two kinds of line break',
      SOUND.replace(',2\n', ',2\r\n'),
      "q.csv row 2: its line break is not of the kind of row 1's",
    ],
    ['has a line without end', 'x'.repeat(2_000_000), 'q.csv row 1 is longer than a row of quotes can be'],
    [
      'is not UTF-8',
      Buffer.concat([Buffer.from(`${SOUND}${START_S + 2},100,101,1,`), Buffer.from([0xff, 0x0a])]),
      'q.csv row 4: it is not UTF-8 text',
    ],
  ])('%s', async (_, content, message) => {
    expect(await refusalOf(content)).toContain(message);
  });

  it.each<[string, (text: string) => string | Uint8Array]>([
    ['text', (text) => text],
    ['compressed', gzipSync],
  ])('holds a number that is none, %s: with the row as it is written', async (_, written) => {
    const content = `${LONG}${START_S + 50_000},"38,461.5",38461,1,2\r\n`.replaceAll(/\r?\n/g, '\r\n');
    expect(await refusalOf(written(content))).toBe(
      'Scenario "recorded": q.csv row 50002: b is missing or not a number; expected a price > 0. ' +
        `Leave such rows out with on_invalid: drop. The row is "${START_S + 50_000},\\"38,461.5\\",38461,1,2".`,
    );
  });

  it('has times of ISO 8601 text and does not say so', async () => {
    expect(await refusalOf(csvOf([['2024-08-09T00:00:00Z', 100, 101]]))).toContain(
      "q.csv row 2: its time is no number, nor is any other row's; set time_unit: iso where times are ISO 8601 text. " +
        'The row is "2024-08-09T00:00:00Z,100,101,1,2"',
    );
  });

  it('has no row left once the policies were kept to: with what they left out', async () => {
    expect(await refusalOf(csvOf([[0, 'x', 101]]), { on_invalid: 'drop' })).toContain(
      'q.csv has no row that can be used: 1 invalid row (left out), first in row 2: b is missing or not a number',
    );
  });

  it('has faults of several kinds: each is told, in the order of the rows', async () => {
    const message = await refusalOf(
      csvOf([
        [0, 100, 101],
        [90, 0, 101],
        [91, 102, 101],
        [92, 100, 101],
      ]),
    );
    expect(message.split('\n')).toEqual([
      expect.stringContaining('q.csv row 3: b is 0'),
      expect.stringContaining('q.csv row 4: b 102 is above a 101'),
      expect.stringContaining('q.csv row 5: no quote for 92 s'),
    ]);
    expect(message).toMatch(/^Scenario "recorded": /);
  });

  it('is damaged inside its compression, whatever the policy', async () => {
    const damaged = Buffer.from(gzipSync(LONG));
    damaged[damaged.length >> 1]! ^= 0xff;
    expect(await refusalOf(damaged, { on_truncated: 'drop' })).toMatch(
      /q\.csv row \d+: the gzip data is damaged/,
    );
  });

  it('counts its rows as an editor does, blank lines included', async () => {
    const content = SOUND.replace(/\n/, '\n\n\n').replace(/$/, `\n${START_S + 2},0,101,1,2\n`);
    expect(await refusalOf(content)).toContain('q.csv row 7: b is 0');
  });

  it('repeats a time and is told to have none twice', async () => {
    const content = csvOf([
      [0, 100, 101],
      [0, 100, 102],
    ]);
    expect(await refusalOf(content, { on_duplicate: 'refuse' })).toContain(
      'q.csv row 3: the time 2024-08-09T00:00:00.000000Z comes twice',
    );
  });

  it('counts from its start and does not say in which unit', async () => {
    expect(await refusalOf(csvOf([['0', 100, 101]]), { time_origin: 'start' })).toContain(
      'needs a time_unit',
    );
    expect(await refusalOf(csvOf([['-1', 100, 101]]), { time_origin: 'start', time_unit: 's' })).toContain(
      'row 2: its time -1 lies before the start',
    );
  });

  it('holds several symbols and none is named, or one that it does not hold', async () => {
    const header = 'exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n';
    const row = (symbol: string) => `upbit,${symbol},${START_US},${START_US},1,101,100,1\n`;
    const folder = new Folder({ 'q.csv': header + row('KRW-BTC') + row('KRW-ETH') });
    const source = { format: 'tardis_quotes', file: 'q.csv' };
    expect(await refusal(loadUpbit(folder, source))).toContain(
      'q.csv row 3: it is of another symbol than the first. Name the one to use with symbol.',
    );
    expect(await refusal(loadUpbit(folder, { ...source, symbol: 'KRW-XRP' }))).toContain(
      'q.csv has no row that can be used',
    );
  });

  it("is of Binance's spot book ticker, which has no time", async () => {
    const folder = new Folder({ 'q.csv': 'u,s,b,B,a,A\n1,BTCUSDT,100,1,101,1\n' });
    expect(await refusal(loadUpbit(folder, { format: 'binance_book_ticker', file: 'q.csv' }))).toContain(
      'transaction_time',
    );
  });

  it('is JSON lines with a line that is no JSON, no frame, or another type of frame', async () => {
    const frame = (type: string) =>
      `{"type":"${type}","code":"KRW-BTC","timestamp":${START_US / 1000},"orderbook_units":[{"ask_price":101,"bid_price":100,"ask_size":1,"bid_size":1}]}\n`;
    const refused = (line: string) => {
      const folder = new Folder({ 'u.jsonl': frame('orderbook') + line + frame('orderbook') });
      return refusal(loadUpbit(folder, { format: 'upbit_orderbook', file: 'u.jsonl' }));
    };
    expect(await refused('{"type":"orderb\n')).toContain(
      'u.jsonl row 2: bid_price is missing or not a number',
    );
    expect(await refused('{}\n')).toContain('u.jsonl row 2: bid_price is missing or not a number');
    expect(await refused(frame('ticker'))).toContain('u.jsonl row 2: it is of another symbol than the first');
  });

  it('is no Parquet file, a cut one, or lacks a column', async () => {
    const folder = new Folder({ 'p.parquet': SOUND, 'e.parquet': '' });
    const source = { ...MAPPED, format: 'parquet' };
    expect(await refusal(loadUpbit(folder, { ...source, file: 'p.parquet' }))).toContain(
      'p.parquet cannot be read as Parquet',
    );
    expect(await refusal(loadUpbit(folder, { ...source, file: 'e.parquet' }))).toContain(
      'e.parquet is empty',
    );
  });

  it('never overlaps with the other venue: both windows are told', async () => {
    const folder = new Folder({
      'a.csv': csvOf([
        [0, 100, 101],
        [10, 100, 101],
      ]),
      'b.csv': csvOf([
        [20, 100, 101],
        [30, 100, 101],
      ]),
    });
    const scenario = recordingOf({
      upbit: { ...MAPPED, file: 'a.csv' },
      binance: { ...MAPPED, file: 'b.csv' },
    });
    expect(await refusal(loadWithReports(scenario, folder))).toContain(
      'The recordings never overlap: upbit [2024-08-09T00:00:00.000000Z, 2024-08-09T00:00:10.000000Z], binance [2024-08-09T00:00:20.000000Z, 2024-08-09T00:00:30.000000Z]',
    );
  });
});
