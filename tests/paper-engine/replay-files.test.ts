import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { writeReplay } from '../../src/client/replay-trial.ts';
import { replay } from '../../src/paper-engine/replay.ts';
import { temporaryFolder } from '../support/environment.ts';
import { calmSettings, marketOf, quotesAt } from './markets.ts';

test('an order that met no quote has no price in the file of fills: its cell is empty, as the page says', async () => {
  // The order to Binance arrives after its last quote has ended.
  const market = marketOf([{ t: 0, ...quotesAt(0.5) }, { t: 1, binance: null }, { t: 10 }]);
  const settings = calmSettings({ binance: { latency_ms: 2_000 }, guard: { unwind_attempts: 0 } });
  const replayed = replay(market, { rebalance_threshold: 1 }, settings);
  expect(replayed.fills.map(({ price }) => price)).toEqual([50_250_000, null]);

  const score = { metrics: replayed.metrics, objectives: [0], violation: 0 };
  const paths = await writeReplay(temporaryFolder(), { score, scenarios: [{ scenario: 's', ...replayed }] });
  const path = paths.find((each) => each.endsWith('s.fills.csv'))!;
  const rows: Record<string, string>[] = parse(readFileSync(path), { columns: true });
  expect(rows.map(({ venue, filled, price }) => [venue, filled, price])).toEqual([
    ['upbit', String(replayed.fills[0]?.filled), '50250000'],
    ['binance', '0', ''],
  ]);
});
