import type { Scenario } from '../market-data/scenario.ts';
import { engineSettings } from './engine-checks.ts';
import { objectiveSettings } from './objective-settings.ts';
import { searchSpace } from './search-space.ts';
import type { SessionSpec, StoppingRules, TrialLimits } from './session-spec.ts';
import { specHash } from './spec-hash.ts';
import type { TuningConfig } from './tuning-schema.ts';

/** A checked config and its scenarios as a session: the config's words and units become the session's. */

const MS = 1_000;

export function resolveSpec(
  config: TuningConfig & { readonly name: string },
  scenarios: readonly Scenario[],
  dataHash: string,
): SessionSpec {
  const { acquisition_fn: acquisition } = config;
  const spec = {
    name: config.name,
    space: searchSpace(config.search_space),
    fixed: config.fixed,
    optimizer: {
      method: config.method,
      seed: config.seed,
      gridPoints: config.grid_points,
      sampler: config.sampler,
      ...(acquisition === undefined ? {} : { acquisition }),
    },
    objective: objectiveSettings(config.objective),
    scenarios,
    engine: engineSettings(config.engine),
    maxIterations: config.max_iterations,
    parallelism: config.parallelism,
    ordering: config.ordering,
    limits: trialLimits(config),
    stopping: stoppingRules(config.stopping),
    ...(config.pruner === undefined ? {} : { pruner: { maxError: config.pruner.max_error } }),
    enqueue: config.enqueue,
  };
  return { ...spec, specHash: specHash(spec), dataHash };
}

function trialLimits({ limits, max_iterations }: TuningConfig): TrialLimits {
  return {
    trialTimeoutMs: Math.ceil(limits.trial_timeout_s * MS),
    maxAttempts: limits.max_attempts,
    maxFailedTrials: limits.max_failed_trials ?? Math.max(3, Math.floor(max_iterations / 10)),
  };
}

function stoppingRules({
  patience,
  target,
  time_limit_s,
  expected_regret,
}: TuningConfig['stopping']): StoppingRules {
  return {
    ...(patience === undefined ? {} : { patience }),
    ...(target === undefined ? {} : { target }),
    ...(expected_regret === undefined ? {} : { expectedRegret: expected_regret }),
    ...(time_limit_s === undefined ? {} : { timeLimitMs: Math.ceil(time_limit_s * MS) }),
  };
}
