import type { TrialRequest } from '../activities/trial-evaluator.ts';
import type { PrunerRule } from '../config/session-spec.ts';
import { aggregate } from '../objective/aggregate.ts';
import type { ObjectiveSettings } from '../objective/objective.ts';
import { scoreTrial } from '../objective/score.ts';
import { scenarioPruner } from '../optimizers/pruner.ts';
import type { ScenarioMetrics } from '../store/trial-record.ts';

/** A running trial before the pruner: what it has shown so far against what earlier trials showed and became. Pure. */

export interface Pruned {
  /** What the first objective would probably have been, in its own direction. */
  readonly expected: number;
  /** Of the scenarios measured. */
  readonly violation: number;
}

/**
 * Undefined when the trial goes on; it always does after its last scenario.
 *
 * @param names the session's scenarios, in order; `shown` holds the first of them
 */
export function pruneTrial(
  rule: PrunerRule,
  settings: ObjectiveSettings,
  names: readonly string[],
  { rivals = [] }: TrialRequest,
  shown: readonly ScenarioMetrics[],
): Pruned | undefined {
  const [objective] = settings.objectives;
  if (!objective || shown.length >= names.length || rivals.length === 0) return undefined;
  const weights = names.map((name) => settings.weights[name] ?? 1);
  // A scenario that does not count shows nothing.
  if (!weights.slice(0, shown.length).some((weight) => weight > 0)) return undefined;
  const { metric, direction, aggregate: how } = objective;
  const sign = direction === 'maximize' ? -1 : 1;
  const toLoss = (losses: readonly number[]): number => {
    const values = losses.map((loss, i) => ({ value: sign * loss, weight: weights[i] ?? 0 }));
    return (
      sign *
      aggregate(
        values.filter(({ weight }) => weight > 0),
        how,
        direction,
      )
    );
  };
  const verdict = scenarioPruner({
    maxError: rule.maxError,
    scenarios: names.length,
    aggregate: toLoss,
  }).judge(
    rivals.map((values) => values.map((value) => sign * value)),
    shown.map(({ metrics }) => sign * (metrics[metric] ?? 0)),
  );
  if (!verdict.prune) return undefined;
  return { expected: sign * verdict.expectedLoss, violation: scoreTrial(settings, shown).violation };
}
