import { expect, it } from 'vitest';
import { describeDifferences, diffSpecs } from '../../src/config/diff-specs.ts';
import { loadConfig } from '../../src/config/load-config.ts';

/** Why a session cannot be joined with another config, in the config's own names. */

const { spec } = await loadConfig('tests/fixtures/config/everything.yaml');
const names = { a: 'the session', b: 'this config' };

it('finds nothing between a spec and itself after JSON', () => {
  expect(diffSpecs(spec, JSON.parse(JSON.stringify(spec)))).toEqual([]);
});

it('does not mind what may change while a session runs', () => {
  const limits = { ...spec.limits, maxAttempts: 99 };
  expect(diffSpecs(spec, { ...spec, maxIterations: 1, parallelism: 9, limits })).toEqual([]);
});

it('names every difference as it is written in the config', () => {
  const [scenario] = spec.scenarios;
  const other = {
    ...spec,
    optimizer: { ...spec.optimizer, seed: 8, gridPoints: 6, method: 'grid' as const },
    fixed: { trade_cooldown_s: 1.5 },
    stopping: { patience: 20, timeLimitMs: 60_000 },
    space: { ...spec.space, slippage_bps: { type: 'int' as const, bounds: [1, 40] as const } },
    scenarios: [{ ...scenario!, steps: [] }],
  };
  expect(describeDifferences(diffSpecs(spec, other), names, 20).split('\n')).toEqual([
    'tuning.fixed.rebalance_threshold: 0.3 in the session, absent in this config',
    'tuning.method: "random" in the session, "grid" in this config',
    'tuning.seed: 7 in the session, 8 in this config',
    'tuning.grid_points: 5 in the session, 6 in this config',
    'tuning.stopping.target: 100000 in the session, absent in this config',
    'tuning.stopping.time_limit_s: 3600 in the session, 60 in this config',
    'tuning.search_space.slippage_bps.bounds: [1,30] in the session, [1,40] in this config',
    'tuning.search_space.slippage_bps.log: true in the session, absent in this config',
    'scenario calm: steps: a list of 2 in the session, [] in this config',
  ]);
});

it('names earlier trials that only one of them knows', () => {
  const prior = { source: 'results.csv', trials: [[[0.1], [1], 0] as const] };
  const [difference, ...others] = diffSpecs(spec, { ...spec, prior });
  expect(difference).toMatchObject({ path: '--warm-start', a: 'absent' });
  expect(others).toEqual([]);
});

it('names another order of the parameters', () => {
  const reversed = Object.fromEntries(Object.entries(spec.space).reverse());
  expect(diffSpecs(spec, { ...spec, space: reversed })).toMatchObject([
    { path: 'tuning.search_space (order)' },
  ]);
});

it('tells of data files that changed under the same config', () => {
  const dataHash = 'f'.repeat(64);
  expect(diffSpecs(spec, { ...spec, dataHash })).toEqual([
    { path: 'data files', a: spec.dataHash.slice(0, 12), b: 'ffffffffffff' },
  ]);
});

it('tells of the first few of many, and how many more there are', () => {
  const fixed = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, i]));
  const lines = describeDifferences(diffSpecs(spec, { ...spec, fixed }), names, 3).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[3]).toBe('and 29 more');
});
