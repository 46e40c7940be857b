import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadScenario } from '../../src/config/load-scenario.ts';
import type { ConfigOverrides } from '../../src/config/overrides.ts';
import { scenarioDataHash } from '../../src/market-data/load.ts';
import { DEFAULT_ENGINE_SETTINGS } from '../../src/paper-engine/settings.ts';
import { temporaryFolder } from '../support/environment.ts';

const BASELINE = 'configs/tuning/advanced_baseline.yaml';
const EVERYTHING = 'tests/fixtures/config/everything.yaml';

// Hashes of data files are cached there.
beforeEach(() => {
  vi.stubEnv('ARBTUNE_HOME', temporaryFolder());
});

describe('the baseline config', () => {
  it('is the session it says it is', async () => {
    const { spec, warnings, sources } = await loadConfig(BASELINE);
    const { scenarios, engine, specHash, dataHash, ...rest } = spec;
    expect(warnings).toEqual([]);
    expect(rest).toEqual({
      name: 'advanced_baseline',
      space: {
        min_spread_pct: { type: 'float', bounds: [0.05, 0.5] },
        slippage_bps: { type: 'int', bounds: [1, 30] },
        max_position_krw: { type: 'int', bounds: [300_000, 2_000_000] },
      },
      fixed: {},
      optimizer: { method: 'bayesian', seed: 42, gridPoints: 3, sampler: 'sobol', acquisition: 'ei' },
      objective: {
        objectives: [{ metric: 'pnl', direction: 'maximize', aggregate: { kind: 'mean' } }],
        constraints: [],
        weights: {},
      },
      maxIterations: 10,
      parallelism: 1,
      ordering: 'deterministic',
      limits: { trialTimeoutMs: 300_000, maxAttempts: 10, maxFailedTrials: 3 },
      stopping: {},
      enqueue: [],
    });
    expect(engine).toEqual(DEFAULT_ENGINE_SETTINGS);
    const names = scenarios.map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['basic_spread_win', 'choppy_market', 'stop_loss_trigger']);
    expect(specHash).toMatch(/^[0-9a-f]{64}$/);
    const root = process.cwd();
    expect(dataHash).toBe(await scenarioDataHash(scenarios, { root, cacheDir: temporaryFolder() }));
    expect(sources.root).toBe(root);
    expect(sources.scenarios).toHaveLength(names.length);
  });

  it('is the same session wherever the files lie', async () => {
    const folder = temporaryFolder();
    cpSync('configs', join(folder, 'configs'), { recursive: true });
    cpSync('data', join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    const here = await loadConfig(BASELINE);
    const there = await loadConfig(join(folder, 'configs/tuning/advanced_baseline.yaml'));
    expect(there.spec).toEqual(here.spec);
  });

  it('survives JSON: nothing of it is lost on the way to a worker', async () => {
    for (const path of [BASELINE, EVERYTHING]) {
      const { spec } = await loadConfig(path);
      expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    }
  });
});

describe('a config', () => {
  it('says everything about a session in its own names and units', async () => {
    const { spec } = await loadConfig(EVERYTHING);
    const { scenarios: _scenarios, engine, specHash: _spec, dataHash: _data, ...rest } = spec;
    expect(rest).toEqual({
      name: 'everything',
      space: {
        stale_ms: { type: 'float', bounds: [100, 5000], log: true, when: { max_trades_per_hour: [10, 20] } },
        max_trades_per_hour: { type: 'int', bounds: [10, 100], step: 10 },
        order_share: { type: 'categorical', choices: [0.25, 0.5, 1] },
        min_spread_pct: { type: 'float', bounds: [0.05, 0.5], step: 0.05, when: { order_share: [1] } },
        slippage_bps: { type: 'int', bounds: [1, 30], log: true },
      },
      fixed: { trade_cooldown_s: 1.5, rebalance_threshold: 0.3 },
      optimizer: { method: 'random', seed: 7, gridPoints: 5, sampler: 'uniform', acquisition: 'poi' },
      objective: {
        objectives: [
          { metric: 'net_pnl', direction: 'maximize', aggregate: { kind: 'worst' } },
          { metric: 'max_drawdown_pct', direction: 'minimize', aggregate: { kind: 'cvar', alpha: 0.5 } },
        ],
        constraints: [
          { metric: 'safety_violations', op: '<=', value: 0, aggregate: { kind: 'sum' } },
          { metric: 'fill_rate', op: '>=', value: 0.5, aggregate: { kind: 'worst' } },
        ],
        weights: { calm: 2 },
      },
      maxIterations: 60,
      parallelism: 4,
      ordering: 'asynchronous',
      limits: { trialTimeoutMs: 1_500, maxAttempts: 3, maxFailedTrials: 0 },
      stopping: { patience: 20, target: 100_000, timeLimitMs: 3_600_000 },
      enqueue: [
        { max_trades_per_hour: 10, stale_ms: 250, order_share: 0.5, slippage_bps: 3 },
        { max_trades_per_hour: 100, order_share: 1, min_spread_pct: 0.3, slippage_bps: 30 },
      ],
    });
    const { upbit, guard } = DEFAULT_ENGINE_SETTINGS;
    expect(engine?.upbit).toEqual({ ...upbit, taker_fee_bps: 4, lot: 1e-7, latency_ms: 5 });
    expect(engine?.guard).toEqual({ ...guard, cool_down_s: 10, unwind_attempts: 1 });
  });

  it('has a parameter put behind those its condition names, and else in the order written', async () => {
    const { spec } = await loadConfig(EVERYTHING);
    expect(Object.keys(spec.space)).toEqual([
      'max_trades_per_hour',
      'stale_ms',
      'order_share',
      'min_spread_pct',
      'slippage_bps',
    ]);
  });

  it('gives way to what is said over it', async () => {
    const overrides: ConfigOverrides = {
      iterations: 200,
      optimizer: 'grid',
      workers: 8,
      seed: 0,
      acquisition: 'ucb',
      ordering: 'asynchronous',
    };
    const { spec } = await loadConfig(BASELINE, overrides);
    expect(spec.maxIterations).toBe(200);
    expect(spec.optimizer).toMatchObject({ method: 'grid', seed: 0, acquisition: 'ucb' });
    expect(spec.parallelism).toBe(8);
    expect(spec.ordering).toBe('asynchronous');
    expect(spec.limits.maxFailedTrials).toBe(20);
  });

  it('without a name is called after its file', async () => {
    const folder = temporaryFolder();
    cpSync('tests/fixtures/config/calm.yaml', join(folder, 'my_market.yaml'));
    const path = join(folder, 'my_session.yaml');
    const space = '{ slippage_bps: { type: int, bounds: [1, 30] } }';
    writeFileSync(path, `tuning: { scenarios: [my_market.yaml], search_space: ${space} }`);
    const { spec } = await loadConfig(path);
    expect(spec.name).toBe('my_session');
    expect(spec.scenarios[0]?.name).toBe('my_market');
    expect(spec.maxIterations).toBe(5);
  });
});

it('a session too large to travel is refused before it is started', async () => {
  const folder = temporaryFolder();
  const step = (t: number) =>
    `  - { t: ${t}, upbit_bid: 50149000, upbit_ask: 50150000, binance_bid: 38461.04, binance_ask: 38462.04 }`;
  const steps = Array.from({ length: 12_000 }, (_, t) => step(t));
  writeFileSync(
    join(folder, 'long.yaml'),
    ['symbols: { exchange_rate: 1300 }', 'steps:', ...steps].join('\n'),
  );
  const config = readFileSync('tests/fixtures/config/names-crossed-book.yaml', 'utf8');
  writeFileSync(join(folder, 'c.yaml'), config.replace(/scenarios: .*/, 'scenarios: [long.yaml]'));
  const message =
    /c\.yaml:2:3: error TOO_LARGE: tuning\.scenarios: the session would take \d{7} bytes; at most 1000000/;
  await expect(loadConfig(join(folder, 'c.yaml'))).rejects.toThrow(message);
});

describe('the hash of a session', () => {
  const text = readFileSync(EVERYTHING, 'utf8');

  async function hashOf(config: string, market?: string): Promise<{ specHash: string; dataHash: string }> {
    const folder = temporaryFolder();
    cpSync('tests/fixtures/config/calm.yaml', join(folder, 'calm.yaml'));
    if (market !== undefined) writeFileSync(join(folder, 'calm.yaml'), market);
    writeFileSync(join(folder, 'everything.yaml'), config);
    const { specHash, dataHash } = (await loadConfig(join(folder, 'everything.yaml'))).spec;
    return { specHash, dataHash };
  }

  const edited = (from: string, to: string) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };

  it.each([
    ['max_iterations: 60', 'max_iterations: 61'],
    ['parallelism: 4', 'parallelism: 5'],
    ['max_attempts: 3', 'max_attempts: 4'],
    ['description: Every key there is', 'description: other words'],
    ['  sampler: uniform\n', ''],
    [
      '{ trade_cooldown_s: 1.5, rebalance_threshold: 0.3 }',
      '{ rebalance_threshold: 0.3, trade_cooldown_s: 1.5 }',
    ],
  ])('stands what does not decide results: %s -> %s', async (from, to) => {
    // Without the line, the default: it has to be written out on the other side.
    const base = to === '' ? edited('sampler: uniform', 'sampler: sobol') : text;
    expect((await hashOf(edited(from, to))).specHash).toBe((await hashOf(base)).specHash);
  });

  it.each([
    ['seed: 7', 'seed: 8'],
    ['method: random', 'method: bayesian'],
    ['bounds: [0.05, 0.5]', 'bounds: [0.05, 0.55]'],
    ['trade_cooldown_s: 1.5', 'trade_cooldown_s: 2'],
    ['aggregate: worst', 'aggregate: mean'],
    ['{ calm: 2 }', '{ calm: 3 }'],
    ['ordering: asynchronous', 'ordering: deterministic'],
    ['patience: 20', 'patience: 21'],
    ['stale_ms: 250', 'stale_ms: 251'],
    ['taker_fee_bps: 4', 'taker_fee_bps: 4.5'],
  ])('knows what decides results: %s -> %s', async (from, to) => {
    expect((await hashOf(edited(from, to))).specHash).not.toBe((await hashOf(text)).specHash);
  });

  it('knows the order of the parameters, which decides what a search proposes', async () => {
    const line = text.match(/^ {4}slippage_bps: .*\n/m)?.[0] ?? '';
    const moved = edited(line, '').replace('  search_space:\n', `  search_space:\n${line}`);
    expect((await hashOf(moved)).specHash).not.toBe((await hashOf(text)).specHash);
  });

  it('knows the data', async () => {
    const market = readFileSync('tests/fixtures/config/calm.yaml', 'utf8');
    const other = market.replace('50149000', '50148000');
    expect(other).not.toBe(market);
    const [before, after] = [await hashOf(text), await hashOf(text, other)];
    expect(after.specHash).not.toBe(before.specHash);
    expect(after.dataHash).not.toBe(before.dataHash);
  });
});

describe('a scenario', () => {
  it('takes the defaults of the strategy where it says nothing', async () => {
    const scenario = await loadScenario('tests/fixtures/config/calm.yaml', '.');
    expect(scenario).toMatchObject({
      name: 'calm',
      description: '',
      symbols: { upbit: 'KRW-BTC', binance: 'BTCUSDT', exchange_rate: 1300 },
      risk_profile: { circuit_breaker_threshold: 5 },
      expected_outcomes: {},
    });
    expect(scenario.steps).toHaveLength(2);
    expect(scenario).not.toHaveProperty('generator');
    expect(scenario).not.toHaveProperty('data');
  });

  it('names its data files relative to the root, wherever it lies itself', async () => {
    const folder = temporaryFolder();
    const text = [
      'symbols: { exchange_rate: 1300 }',
      'data:',
      '  upbit: { format: made, seed: 1 }',
      '  binance: { format: tardis_quotes, file: ../quotes/b.csv }',
    ];
    cpSync('tests/fixtures/config/calm.yaml', join(folder, 'quotes/b.csv'));
    cpSync('tests/fixtures/config/calm.yaml', join(folder, 'scenarios/s.yaml'));
    writeFileSync(join(folder, 'scenarios/s.yaml'), text.join('\n'));
    const scenario = await loadScenario(join(folder, 'scenarios/s.yaml'), folder);
    expect(scenario.data?.binance).toMatchObject({ format: 'tardis_quotes', file: 'quotes/b.csv' });
  });
});
