import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { temporaryFolder } from '../support/environment.ts';

beforeEach(() => {
  vi.stubEnv('ARBTUNE_HOME', temporaryFolder());
});

it('tells what a session of a sound config would be', async () => {
  const report = await validateConfig('tests/fixtures/config/everything.yaml', { optimizer: 'grid' });
  expect(report).toMatchObject({ ok: true, issues: [] });
  expect(report.session).toMatchObject({
    name: 'everything',
    method: 'grid',
    maxIterations: 60,
    parallelism: 4,
    parameters: ['max_trades_per_hour', 'stale_ms', 'order_share', 'min_spread_pct', 'slippage_bps'],
    scenarios: [{ name: 'calm', source: 'steps', rows: 2, seconds: 10, reports: [] }],
  });
  // 10 rates, 2 of them with 5 stale_ms; 3 shares, one of them with 10 spreads; 5 slippages.
  expect(report.session?.gridPoints).toBe((8 + 2 * 5) * (2 + 10) * 5);
});

it('reads the recorded data too', async () => {
  const report = await validateConfig('configs/tuning/advanced_baseline.yaml');
  expect(report.ok).toBe(true);
  const recorded = report.session?.scenarios.filter(({ source }) => source === 'data') ?? [];
  expect(recorded.length).toBeGreaterThan(0);
  for (const { rows, reports } of recorded) {
    expect(rows).toBeGreaterThan(1_000);
    expect(reports[0]?.quotes).toBeGreaterThan(1_000);
  }
});

it('tells what is wrong with the data, under the name of the scenario file', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'tuning'));
  cpSync('tests/fixtures/config/calm.yaml', join(folder, 'quotes.csv'));
  const config = readFileSync('tests/fixtures/config/names-crossed-book.yaml', 'utf8');
  writeFileSync(join(folder, 'tuning/c.yaml'), config.replace(/scenarios: .*/, 'scenarios: [../bad.yaml]'));
  const scenario = [
    'symbols: { exchange_rate: 1300 }',
    'data:',
    '  upbit: { format: made, seed: 1 }',
    '  binance: { format: tardis_quotes, file: quotes.csv }',
  ];
  writeFileSync(join(folder, 'bad.yaml'), scenario.join('\n'));
  const report = await validateConfig(join(folder, 'tuning/c.yaml'));
  expect(report.ok).toBe(false);
  expect(report.session).toBeUndefined();
  expect(report.issues).toMatchObject([{ code: 'BAD_DATA', source: join(folder, 'bad.yaml') }]);
  expect(report.issues[0]?.message).toContain('quotes.csv');
});

it('tells everything about a wrong config, and reads no data for it', async () => {
  const report = await validateConfig('tests/fixtures/config/tuning/unknown-keys.yaml');
  expect(report.ok).toBe(false);
  expect(report.session).toBeUndefined();
  expect(report.issues.length).toBeGreaterThan(3);
});
