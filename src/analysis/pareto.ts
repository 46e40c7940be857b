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
  const candidates = records
    .flatMap((record) => {
      const values = record.objectives ?? (record.objective === null ? [] : [record.objective]);
      if (record.status !== 'completed' || violatesConstraint(record)) return [];
      if (values.length !== objectives.length || !values.every(Number.isFinite)) return [];
      const losses = values.map((value, i) => (objectives[i]?.direction === 'maximize' ? -value : value));
      return [{ values, losses, record }];
    })
    .sort((a, b) => lexicographic(a.losses, b.losses) || a.record.iteration - b.record.iteration);
  // In this order none is beaten by a later one.
  const front: typeof candidates = [];
  for (const candidate of candidates) {
    if (!front.some(({ losses }) => covers(losses, candidate.losses))) front.push(candidate);
  }
  return front.map(({ values, record }) => ({ values, record }));
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

const covers = (a: readonly number[], b: readonly number[]): boolean => a.every((loss, i) => loss <= b[i]!);

function lexicographic(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((loss, k) => loss !== b[k]);
  return i < 0 ? 0 : a[i]! - b[i]!;
}
