import type { SessionSpec } from '../../src/config/session-spec.ts';

/** A small valid spec, for tests of what does not depend on scenarios. */
export function aSpec(changes: Partial<SessionSpec> = {}): SessionSpec {
  return {
    name: 'test',
    space: { a: { type: 'float', bounds: [0, 1] }, b: { type: 'int', bounds: [0, 30] } },
    fixed: {},
    optimizer: { method: 'random', seed: 1, gridPoints: 3, sampler: 'uniform' },
    objective: {
      objectives: [{ metric: 'pnl', direction: 'maximize', aggregate: { kind: 'mean' } }],
      constraints: [],
      weights: {},
    },
    scenarios: [],
    maxIterations: 10,
    parallelism: 2,
    ordering: 'deterministic',
    limits: { trialTimeoutMs: 10_000, maxAttempts: 5, maxFailedTrials: 3 },
    stopping: {},
    enqueue: [],
    specHash: 'spec',
    dataHash: 'data',
    ...changes,
  };
}
