import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { formatIssues } from '../../src/config/format-issues.ts';
import { inspectConfig, loadConfig } from '../../src/config/load-config.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { temporaryFolder } from '../support/environment.ts';

beforeEach(() => {
  vi.stubEnv('ARBTUNE_HOME', temporaryFolder());
});

const KRW = [60_000_000, 60_001_000] as const;
const USDT = [43_450, 43_451] as const;

type Quote = readonly [bid: number, ask: number];

/** A config of one scenario, `market`, of two steps with these quotes. */
function configOf(upbit: Quote, binance: Quote, rate: number): string {
  const quote = {
    upbit_bid: upbit[0],
    upbit_ask: upbit[1],
    binance_bid: binance[0],
    binance_ask: binance[1],
  };
  const steps = [
    { t: 0, ...quote },
    { t: 1, ...quote },
  ];
  return configWith({ symbols: { exchange_rate: rate }, steps });
}

function configWith(scenario: object, files: readonly string[] = []): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  for (const file of files) cpSync(file, join(folder, file));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'market.yaml'), stringify(scenario));
  const search_space = { min_spread_pct: { type: 'float', bounds: [0.05, 0.5] } };
  writeFileSync(
    join(folder, 'config.yaml'),
    stringify({ tuning: { scenarios: ['market.yaml'], search_space } }),
  );
  return join(folder, 'config.yaml');
}

async function warningsOf(config: string): Promise<string> {
  const { spec, issues } = await inspectConfig(config);
  expect(spec).toBeDefined();
  return formatIssues(issues);
}

describe('prices that cannot be of one coin at the rate are warned of', () => {
  it('with a rate of 1: by both typical prices, the rate, and one that would do', async () => {
    const text = await warningsOf(configOf(KRW, USDT, 1));
    expect(text).toContain(
      'market.yaml: warning SUSPICIOUS: scenario market: Upbit typically quotes 60,000,500 KRW and Binance 43,450.5 USDT, at 1 KRW per USDT 43,450.5 KRW; Upbit is a factor of 1,380.89 above, which no arbitrage explains, and no profit found on it is real. A rate of about 1,380.89 would bring them together: check the rate, and that both sides quote the same coin.',
    );
  });

  it('with the two sides swapped', async () => {
    expect(await warningsOf(configOf(USDT, KRW, 1380))).toMatch(
      /at 1,380 KRW per USDT .* below, .* Did you swap the two sides, upbit and binance\?$/,
    );
  });

  it('with the rate upside down', async () => {
    expect(await warningsOf(configOf(KRW, USDT, 1 / 1380))).toMatch(/Did you write the rate upside down\?/);
  });

  it('in recordings, by `validate` and by what `run` reads', async () => {
    const file = 'data/binance_spot_btcusdt_quotes.csv.gz';
    const source = { format: 'tardis_quotes', file };
    const scenario = { symbols: { exchange_rate: 1300 }, data: { upbit: source, binance: source } };
    const config = configWith(scenario, [file]);
    const report = await validateConfig(config);
    expect(report).toMatchObject({ ok: true, issues: [{ severity: 'warning', code: 'SUSPICIOUS' }] });
    expect((await loadConfig(config)).warnings).toEqual([
      expect.stringMatching(/a factor of 1,300 below,.* A rate of about 1 would bring them together/),
    ]);
  });
});

describe('prices that go together are not', () => {
  it.each([1, 1.55, 1 / 1.55])('with Upbit at %d times Binance', async (premium) => {
    const upbit = [43_450 * 1380 * premium, 43_451 * 1380 * premium] as const;
    expect(await warningsOf(configOf(upbit, USDT, 1380))).toBe('');
  });

  it('in any scenario that ships, and in the config that ships', async () => {
    const folder = temporaryFolder();
    for (const shipped of ['configs', 'data']) cpSync(shipped, join(folder, shipped), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    const scenarios = readdirSync('configs/scenarios').map((name) => `../scenarios/${name}`);
    const search_space = { min_spread_pct: { type: 'float', bounds: [0.05, 0.5] } };
    const all = join(folder, 'configs/tuning/all.yaml');
    writeFileSync(all, stringify({ tuning: { scenarios, search_space } }));
    expect(await warningsOf(all)).toBe('');
    expect(await warningsOf('configs/tuning/advanced_baseline.yaml')).toBe('');
  });
});
