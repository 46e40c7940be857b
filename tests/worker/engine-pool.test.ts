import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrialEvaluator, TrialOutcome, TrialRequest } from '../../src/activities/trial-evaluator.ts';
import type { SessionSpec } from '../../src/config/session-spec.ts';
import { generatorSchema } from '../../src/market-data/generate/settings.ts';
import { scenarioHash, sessionDataHash } from '../../src/market-data/hash.ts';
import { loadMarketData } from '../../src/market-data/load.ts';
import type { Scenario } from '../../src/market-data/scenario.ts';
import { replay } from '../../src/paper-engine/replay.ts';
import { resolveEngineSettings } from '../../src/paper-engine/settings.ts';
import type { Params } from '../../src/search-space/space.ts';
import { createEnginePool } from '../../src/worker/engine-pool.ts';
import { scenarioWith } from '../market-data/scenarios.ts';

const location = { root: tmpdir(), cacheDir: tmpdir() };

function scenario(name: string, seed: number, seconds: number): Scenario {
  const generator = generatorSchema.parse({ seed, duration_s: seconds, edge: { sd_bps: 15 } });
  return scenarioWith({ name, generator });
}

/** Short enough to be scanned, and long enough to be indexed. */
const scenarios = [scenario('short', 1, 60), scenario('long', 2, 900)];

function specOf(parts: Partial<SessionSpec> = {}): SessionSpec {
  const used = parts.scenarios ?? scenarios;
  return {
    name: 'test',
    space: {},
    fixed: { order_share: 0.5 },
    optimizer: { method: 'random', seed: 1, gridPoints: 3, sampler: 'sobol' },
    objective: {
      objectives: [{ metric: 'pnl', direction: 'maximize', aggregate: { kind: 'mean' } }],
      constraints: [{ metric: 'trades', op: '>=', value: 5, aggregate: { kind: 'worst' } }],
      weights: {},
    },
    scenarios: used,
    engine: resolveEngineSettings({ upbit: { latency_ms: 5 } }),
    maxIterations: 10,
    parallelism: 1,
    ordering: 'deterministic',
    limits: { trialTimeoutMs: 20_000, maxAttempts: 3, maxFailedTrials: 3 },
    stopping: {},
    enqueue: [],
    specHash: JSON.stringify(parts.fixed ?? ''),
    dataHash: sessionDataHash(used.map((one) => scenarioHash(one))),
    ...parts,
  };
}

let pool: TrialEvaluator;
beforeAll(() => {
  pool = createEnginePool({ threads: 2, location });
});
afterAll(() => pool.close());

async function evaluate(
  spec: SessionSpec,
  params: readonly Params[],
  signal = new AbortController().signal,
): Promise<TrialOutcome[]> {
  const outcomes: TrialOutcome[] = [];
  const trials: TrialRequest[] = params.map((one, i) => ({ iteration: i + 1, params: one }));
  await pool.evaluate(spec, trials, { signal, onOutcome: (outcome) => outcomes.push(outcome) });
  return outcomes.sort((a, b) => a.iteration - b.iteration);
}

const spreads = Array.from({ length: 200 }, (_, i) => ({ min_spread_pct: 0.05 + (i % 40) / 100 }));

test('each trial is measured once, as replay repeats it to the last digit, and its params matter', async () => {
  const spec = specOf();
  const outcomes = await evaluate(spec, spreads);
  expect(outcomes.map(({ iteration }) => iteration)).toEqual(spreads.map((_, i) => i + 1));
  const pnls = new Set<number>();
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status !== 'completed') throw new Error(`trial ${outcome.iteration} ${outcome.status}`);
    pnls.add(outcome.objectives[0]!);
    expect(outcome.durationMs).toBeGreaterThan(0);
    expect(outcome.metrics.pnl).toBe(outcome.objectives[0]);
    if (i >= 3) continue;
    for (const [n, one] of scenarios.entries()) {
      const market = await loadMarketData(one, location);
      const params = { ...spec.fixed, ...spreads[i] };
      const repeated = replay(market, params, spec.engine!, one.risk_profile);
      expect(outcome.scenarios[n]).toEqual({ scenario: one.name, metrics: repeated.metrics });
      expect(repeated.metrics.trades).toBeGreaterThan(0);
    }
  }
  expect(pnls.size).toBeGreaterThan(20);
});

test('the same trials in one thread or two, in any company, measure the same', async () => {
  const single = createEnginePool({ threads: 1, location });
  try {
    const alone: TrialOutcome[] = [];
    const trial = { iteration: 7, params: spreads[6]! };
    const signal = new AbortController().signal;
    await single.evaluate(specOf(), [trial], { signal, onOutcome: (outcome) => alone.push(outcome) });
    const together = (await evaluate(specOf(), spreads))[6]!;
    expect({ ...alone[0], durationMs: 0 }).toEqual({ ...together, durationMs: 0 });
  } finally {
    await single.close();
  }
});

test('a trial that cannot be measured fails alone, with its reason', async () => {
  const outcomes = await evaluate(specOf(), [
    { min_spread_pct: 0.1 },
    { min_spred: 1 },
    { slippage_bps: -3 },
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['completed', 'failed', 'failed']);
  expect(outcomes[1]).toMatchObject({ error: expect.stringContaining('Unknown param min_spred') });
  expect(outcomes[2]).toMatchObject({
    error: expect.stringContaining('slippage_bps to be a number from 0 to 1000'),
  });
});

test('an objective on a metric that does not exist fails the trial by name', async () => {
  const objectives = [{ metric: 'glory', direction: 'maximize', aggregate: { kind: 'mean' } }] as const;
  const [outcome] = await evaluate(
    specOf({ specHash: 'glory', objective: { objectives, constraints: [], weights: {} } }),
    [{}],
  );
  expect(outcome).toMatchObject({
    status: 'failed',
    error: 'The metric glory is not measured on the scenario short',
  });
});

test('data whose hash is not the session’s is refused', async () => {
  await expect(evaluate(specOf({ dataHash: 'other' }), [{}])).rejects.toThrow(
    'the session was started on other',
  );
});

test('a trial that takes longer than its limit fails by its iteration; the others are measured', async () => {
  // A hundred times what the other two take, and less than a third of what this one would.
  const trialTimeoutMs = 300;
  const slow = specOf({
    specHash: 'slow',
    scenarios: [scenario('heavy', 3, 80_000)],
    limits: { trialTimeoutMs, maxAttempts: 3, maxFailedTrials: 3 },
  });
  // A trade on each of 1.2 million rows.
  const rich = { latency_ms: 0, jitter_ms: 0, coin: 1_000 };
  const engine = resolveEngineSettings({
    upbit: { ...rich, cash: 50_000_000_000 },
    binance: { ...rich, cash: 40_000_000 },
    guard: {
      min_edge_pct: -100,
      max_trades_per_day: 1e9,
      max_total_loss_krw: 1e12,
      max_unhedged_krw: 1e12,
      min_fill_rate: 0,
    },
  });
  const heavy = {
    min_spread_pct: -10,
    max_position_krw: 10_000,
    max_trades_per_hour: 100_000,
    max_daily_loss_krw: 1e12,
    circuit_breaker_threshold: 100,
  };
  const outcomes = await evaluate({ ...slow, engine }, [
    { min_spread_pct: 90 },
    heavy,
    { min_spread_pct: 80 },
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['completed', 'failed', 'completed']);
  expect(outcomes[1]).toMatchObject({ error: `The trial took longer than ${trialTimeoutMs} ms` });
});

test('an abort ends the evaluation with its reason, and the pool serves the next one', async () => {
  const controller = new AbortController();
  const many = Array.from({ length: 20_000 }, (_, i) => ({ min_spread_pct: (i % 100) / 100 }));
  const seen: number[] = [];
  const trials = many.map((params, i) => ({ iteration: i + 1, params }));
  const running = pool.evaluate(specOf(), trials, {
    signal: controller.signal,
    onOutcome: ({ iteration }) => {
      seen.push(iteration);
      if (seen.length === 8) controller.abort(new Error('enough'));
    },
  });
  await expect(running).rejects.toThrow('enough');
  expect(seen.length).toBeLessThan(many.length);
  expect(await evaluate(specOf(), [{ min_spread_pct: 0.1 }])).toMatchObject([{ status: 'completed' }]);
});
