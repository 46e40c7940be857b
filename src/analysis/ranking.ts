import type { TrialRecord } from '../store/trial-record.ts';

/** The order of trials by a metric. A total order: equal values go by iteration, then by session. */

/** The record's own objective instead of one of its metrics. */
export const OBJECTIVE = 'objective';

export interface RankedTrial {
  /** From 1. */
  readonly rank: number;
  /** The metric it is ranked by; finite. */
  readonly value: number;
  /** False when it violates a constraint: it then stands below every trial that does not. */
  readonly feasible: boolean;
  readonly record: TrialRecord;
}

/**
 * All trials that can be ranked: completed, with a finite value. Those that violate a constraint come last, the
 * smallest violation first. Failed trials and non-finite values have no rank.
 */
export function rankTrials(
  records: readonly TrialRecord[],
  metric: string,
  ascending: boolean,
): RankedTrial[] {
  const sign = ascending ? 1 : -1;
  return records
    .flatMap((record) => {
      const value = metricValue(record, metric);
      return value === undefined ? [] : [{ record, value, violation: violationOf(record) }];
    })
    .sort(
      (a, b) =>
        compare(a.violation, b.violation) ||
        sign * compare(a.value, b.value) ||
        compare(a.record.iteration, b.record.iteration) ||
        compare(a.record.session_id, b.record.session_id),
    )
    .map(({ record, value, violation }, position) => ({
      rank: position + 1,
      value,
      feasible: violation === 0,
      record,
    }));
}

/** Undefined when the trial has no such value that could be compared. */
export function metricValue(record: TrialRecord, metric: string): number | undefined {
  if (record.status !== 'completed') return undefined;
  if (metric === OBJECTIVE) return finite(record.objective);
  return Object.hasOwn(record.metrics, metric) ? finite(record.metrics[metric]) : undefined;
}

function finite(value: number | null | undefined): number | undefined {
  return Number.isFinite(value) ? (value ?? undefined) : undefined;
}

/** Whether it was measured whole and misses a constraint. */
export function violatesConstraint(record: TrialRecord): boolean {
  return record.status === 'completed' && violationOf(record) > 0;
}

/** A violation that is not a number could be any: it is the worst. */
function violationOf(record: TrialRecord): number {
  if (Number.isNaN(record.violation)) return Number.POSITIVE_INFINITY;
  return Math.max(0, record.violation);
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
