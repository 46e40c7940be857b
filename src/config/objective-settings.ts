import type { Aggregation, ObjectiveSettings } from '../objective/objective.ts';
import type { TuningConfig } from './tuning-schema.ts';

/** `tuning.objective` as a session has it. */

type Written = TuningConfig['objective'];

export function objectiveSettings(objective: Written): ObjectiveSettings {
  const { metric, direction, aggregate, metrics, constraints, weights } = objective;
  const written = metrics ?? [{ metric, direction, aggregate }];
  return {
    objectives: written.map((each) => ({ ...each, aggregate: aggregation(each.aggregate) })),
    constraints: constraints.map((each) => ({ ...each, aggregate: aggregation(each.aggregate) })),
    weights,
  };
}

function aggregation(written: Written['aggregate']): Aggregation {
  if (typeof written === 'string') return { kind: written };
  if ('cvar' in written) return { kind: 'cvar', alpha: written.cvar };
  return { kind: 'mean_minus_std', k: written.mean_minus_std };
}
