import { nonDominated } from '../objective/dominance.ts';
import type { Aggregation, Objective } from '../objective/objective.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { violatesConstraint } from './ranking.ts';

/** The trials of a session with several objectives that no other trial beats. Pure. */

export interface ParetoTrial {
  /** One per objective, finite. */
  readonly values: readonly number[];
  readonly record: TrialRecord;
}

/**
 * The completed trials without a violation than which no other is at least as good in every objective and better in
 * one; the best by the first objective first. Of trials with equal values the earliest stands for all.
 */
export function paretoFront(
  records: readonly TrialRecord[],
  objectives: readonly Objective[],
): readonly ParetoTrial[] {
  const trials = records
    .flatMap((record): ParetoTrial[] => {
      const values = record.objectives ?? (record.objective === null ? [] : [record.objective]);
      if (record.status !== 'completed' || violatesConstraint(record)) return [];
      return values.length === objectives.length && values.every(Number.isFinite) ? [{ values, record }] : [];
    })
    .sort((a, b) => a.record.iteration - b.record.iteration);
  const losses = trials.map(({ values }) =>
    values.map((value, k) => (objectives[k]?.direction === 'maximize' ? -value : value)),
  );
  return nonDominated(losses).map((i) => trials[i]!);
}

/** One name per objective, different from each other: the metric, with how it is aggregated where that tells them apart. */
export function objectiveNames(objectives: readonly Objective[]): readonly string[] {
  return objectives.map(({ metric, aggregate }) =>
    objectives.filter((other) => other.metric === metric).length === 1
      ? metric
      : `${metric} (${aggregationName(aggregate)})`,
  );
}

function aggregationName(aggregate: Aggregation): string {
  switch (aggregate.kind) {
    case 'mean_minus_std':
      return `mean_minus_std ${aggregate.k}`;
    case 'cvar':
      return `cvar ${aggregate.alpha}`;
    default:
      return aggregate.kind;
  }
}
