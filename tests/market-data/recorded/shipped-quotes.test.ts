import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../../src/config/load-scenario.ts';
import { loadWithReports } from '../../../src/market-data/load.ts';
import { rateAt } from '../../../src/market-data/market-data.ts';
import { numberAt } from '../../../src/market-data/packing.ts';
import { Folder } from './recordings.ts';

const ROOT = join(import.meta.dirname, '../../..');
const scenario = () => loadScenario(join(ROOT, 'configs/scenarios/recorded_btc.yaml'), ROOT);

describe('the shipped quotes of Binance', () => {
  it('arrive as another reader reads them: every quote, to the last digit', async () => {
    const { data, reports } = await loadWithReports(await scenario(), { ...new Folder(), root: ROOT });
    const text = gunzipSync(readFileSync(join(ROOT, 'data/binance_spot_btcusdt_quotes.csv.gz')));
    const source: Record<string, string>[] = parse(text, { columns: true });
    expect(source).toHaveLength(28_040);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ rows: 28_040, quotes: 26_185, timeUnit: 'us' });
    const last = new Map(source.map((row) => [Number(row.timestamp), row]));
    let compared = 0;
    const mismatches: number[] = [];
    for (let row = 0; row < data.rows; row++) {
      if (data.binance.updated[row] !== data.time[row]) continue;
      const quote = last.get(data.time[row]!)!;
      const same =
        data.binance.bid[row] === Number(quote.bid_price) &&
        numberAt(data.binance.bidQty, row) === Number(quote.bid_amount) &&
        data.binance.ask[row] === Number(quote.ask_price) &&
        numberAt(data.binance.askQty, row) === Number(quote.ask_amount);
      if (!same) mismatches.push(row);
      compared++;
    }
    expect(mismatches).toEqual([]);
    // All but those after the last quote of the made venue.
    expect(compared).toBeGreaterThan(26_170);
  });

  it('stand beside an Upbit that is made from them: late, on its ticks, near the same price', async () => {
    const { data } = await loadWithReports(await scenario(), { ...new Folder(), root: ROOT });
    const { upbit, binance } = data;
    const odd = [...data.time.keys()].filter((row) => {
      const bid = upbit.bid[row]!;
      const away = Math.abs(bid / (binance.bid[row]! * rateAt(data, row)) - 1);
      return bid % 1000 !== 0 || !(upbit.ask[row]! > bid) || away > 0.03;
    });
    expect(odd).toEqual([]);
  });
});
