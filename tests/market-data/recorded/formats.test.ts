import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { MarketData } from '../../../src/market-data/market-data.ts';
import { numberAt } from '../../../src/market-data/packing.ts';
import { csvOf, Folder, loadUpbit, MAPPED, START_S, START_US } from './recordings.ts';

const rowsOf = ({ time, upbit }: MarketData): number[][] =>
  [...time.keys()].map((row) => [
    time[row]! - START_US,
    upbit.bid[row]!,
    numberAt(upbit.bidQty, row),
    upbit.ask[row]!,
    numberAt(upbit.askQty, row),
  ]);

const TARDIS = 'exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n';
const tardisRow = (us: number, symbol = 'KRW-BTC'): string =>
  `upbit,${symbol},${START_US + us},${START_US + us + 7},0.5,101.5,100.25,0.25\n`;
const QUOTE = [100.25, 0.25, 101.5, 0.5];

describe('a recording', () => {
  it('is read from Tardis quotes, to the microsecond', async () => {
    const folder = new Folder({ 'q.csv': TARDIS + tardisRow(1) + tardisRow(1_000_003) });
    const { data, reports } = await loadUpbit(folder, { format: 'tardis_quotes', file: 'q.csv' });
    expect(rowsOf(data)).toEqual([
      [1, ...QUOTE],
      [1_000_003, ...QUOTE],
    ]);
    expect(reports[0]).toMatchObject({ file: 'q.csv', rows: 2, quotes: 2, timeUnit: 'us', findings: [] });
  });

  it('is read by the time of its receipt when asked to', async () => {
    const folder = new Folder({ 'q.csv': TARDIS + tardisRow(1) });
    const { data } = await loadUpbit(folder, {
      format: 'tardis_quotes',
      file: 'q.csv',
      time: 'local_timestamp',
    });
    expect(rowsOf(data)).toEqual([[8, ...QUOTE]]);
  });

  it('is read from one symbol of several', async () => {
    const folder = new Folder({ 'q.csv': TARDIS + tardisRow(1, 'KRW-ETH') + tardisRow(2) });
    const { data, reports } = await loadUpbit(folder, {
      format: 'tardis_quotes',
      file: 'q.csv',
      symbol: 'KRW-BTC',
    });
    expect(rowsOf(data)).toEqual([[2, ...QUOTE]]);
    expect(reports[0]?.findings).toEqual([
      '1 row of another symbol (left out), first in row 2: it is of another symbol than asked for',
    ]);
  });

  it('is read from Tardis book snapshots, compressed or not', async () => {
    const level = (side: string) => `${side}[0].price,${side}[0].amount`;
    const text = `exchange,symbol,timestamp,local_timestamp,${level('asks')},${level('bids')},asks[1].price\nupbit,KRW-BTC,${START_US},${START_US},101.5,0.5,100.25,0.25,102\n`;
    const folder = new Folder({ 's.csv': text, 's.csv.gz': gzipSync(text) });
    for (const file of ['s.csv', 's.csv.gz']) {
      const { data } = await loadUpbit(folder, { format: 'tardis_book_snapshot_5', file });
      expect(rowsOf(data)).toEqual([[0, ...QUOTE]]);
    }
  });

  it("is read from Binance's dumps, named columns or not, by either time", async () => {
    const row = `9007199254740993,100.25,0.25,101.5,0.5,${START_US / 1000},${START_US / 1000 + 4}\n`;
    const header =
      'update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time\n';
    const folder = new Folder({ 'with.csv': header + row, 'without.csv': row });
    for (const file of ['with.csv', 'without.csv']) {
      const { data } = await loadUpbit(folder, { format: 'binance_book_ticker', file });
      expect(rowsOf(data)).toEqual([[0, ...QUOTE]]);
    }
    const { data } = await loadUpbit(folder, {
      format: 'binance_book_ticker',
      file: 'with.csv',
      time: 'event_time',
    });
    expect(rowsOf(data)).toEqual([[4000, ...QUOTE]]);
  });

  it("is read from Upbit's frames, full names and short ones, and numbers such as 1.16539E8", async () => {
    const ms = START_US / 1000;
    const units =
      '[{"ask_price":1.16541E8,"bid_price":1.16539E8,"ask_size":0.5,"bid_size":0.25},{"ask_price":1.16542E8,"bid_price":116538000.0,"ask_size":3,"bid_size":4}]';
    const full = `{"type":"orderbook","code":"KRW-BTC","timestamp":${ms},"total_ask_size":3.5,"total_bid_size":4.25,"orderbook_units":${units},"stream_type":"REALTIME","level":0}\n`;
    const short = `{"ty":"orderbook","cd":"KRW-BTC","tms":${ms + 5},"tas":1,"tbs":1,"obu":[{"ap":116541000.0,"bp":1.16539E8,"as":0.5,"bs":0.25}],"st":"REALTIME","lv":0}\n`;
    const folder = new Folder({ 'u.jsonl': full + short, 'u.jsonl.gz': gzipSync(full + short) });
    for (const file of ['u.jsonl', 'u.jsonl.gz']) {
      const { data } = await loadUpbit(folder, { format: 'upbit_orderbook', file });
      expect(rowsOf(data)).toEqual([
        [0, 116_539_000, 0.25, 116_541_000, 0.5],
        [5000, 116_539_000, 0.25, 116_541_000, 0.5],
      ]);
    }
  });

  it('is read from a CSV with columns of any name, delimiter and order', async () => {
    const text = `Ask price;x;when;"Bid"\n101.5;note;${START_S}.000001;100.25\n`;
    const columns = { time: 'when', bid: 'Bid', ask: 'Ask price' };
    const folder = new Folder({ 'c.csv': text });
    const { data } = await loadUpbit(folder, { format: 'csv', file: 'c.csv', columns, delimiter: ';' });
    expect(rowsOf(data)).toEqual([[1, 100.25, Infinity, 101.5, Infinity]]);
  });

  it.each([
    ['s', START_S + 0.5],
    ['ms', START_US / 1000 + 500],
    ['us', START_US + 500_000],
    ['ns', `${START_US + 500_000}000`],
  ])('finds that its times are in %s', async (unit, time) => {
    const folder = new Folder({ 'c.csv': `t,b,a,bq,aq\n${time},100,101,1,2\n` });
    const { data, reports } = await loadUpbit(folder, { ...MAPPED, file: 'c.csv' });
    expect(rowsOf(data)).toEqual([[500_000, 100, 1, 101, 2]]);
    expect(reports[0]?.timeUnit).toBe(unit);
  });

  it('takes times of text when they are ISO 8601', async () => {
    const folder = new Folder({ 'c.csv': 't,b,a,bq,aq\n2024-08-09T00:00:00.250001Z,100,101,1,2\n' });
    const { data } = await loadUpbit(folder, { ...MAPPED, file: 'c.csv', time_unit: 'iso' });
    expect(rowsOf(data)).toEqual([[250_001, 100, 1, 101, 2]]);
  });

  it.each([
    ['Windows line breaks', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['blank lines', (text: string) => text.replaceAll('\n', '\n\n')],
  ])('is read in spite of %s', async (_, change) => {
    const folder = new Folder({ 'c.csv': change(csvOf([[0, 100, 101]])) });
    const { data } = await loadUpbit(folder, { ...MAPPED, file: 'c.csv' });
    expect(rowsOf(data)).toEqual([[0, 100, 1, 101, 2]]);
  });

  it.each([
    ['numbers', `${START_US / 1000}::BIGINT`],
    ['timestamps', `make_timestamp(${START_US}::BIGINT)`],
    ['timestamps with a zone', `make_timestamp(${START_US}::BIGINT)::TIMESTAMPTZ`],
    ['timestamps in ns', `make_timestamp_ns(${START_US}000::BIGINT)`],
  ])('is read from Parquet with times of %s', async (_, time) => {
    const folder = new Folder();
    const path = folder.write('p.parquet', '');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT ${time} AS t, 100.25::DECIMAL(18,8) AS b, 101.5::FLOAT AS a, '0.25' AS bq, 0.5 AS aq) TO '${path}' (FORMAT parquet)`,
    );
    const { data } = await loadUpbit(folder, { ...MAPPED, format: 'parquet', file: 'p.parquet' });
    expect(rowsOf(data)).toEqual([[0, ...QUOTE]]);
  });
});
