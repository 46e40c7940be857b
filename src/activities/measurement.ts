import type { Metrics } from '../objective/objective.ts';
import type { Params } from '../search-space/space.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import type { TrialOutcome } from './trial-evaluator.ts';

/**
 * The measurements of a batch of trials as they travel through history: metric names once, numbers in rows, so that
 * a trial costs a few hundred bytes. The workflow reads objectives; persistence turns the whole back into records.
 */

/** One measured trial. `null` in a row of numbers is a metric that is undefined for this trial. */
export interface Measurement {
  readonly iteration: number;
  readonly workerId: string;
  readonly attempt: number;
  /** Milliseconds since the epoch, when the measurement ended. */
  readonly at: number;
  /** Milliseconds, from a monotonic clock. */
  readonly durationMs: number;
  /** Present when the trial failed; the fields below are then absent. */
  readonly error?: string;
  readonly objectives?: readonly number[];
  readonly violation?: number;
  /** Aggregated metrics, in the order of `MeasuredBatch.metrics`. */
  readonly metrics?: readonly (number | null)[];
  /** The same by scenario, in the order of `MeasuredBatch.scenarios`. */
  readonly byScenario?: readonly (readonly (number | null)[])[];
}

export interface MeasuredBatch {
  readonly metrics: readonly string[];
  readonly scenarios: readonly string[];
  readonly trials: readonly Measurement[];
}

/** Who measured an outcome, and when. */
export interface MeasuredBy {
  readonly workerId: string;
  readonly attempt: number;
  readonly at: number;
}

/** Packs outcomes of one session, in the given order. */
export function packOutcomes(measured: readonly { outcome: TrialOutcome; by: MeasuredBy }[]): MeasuredBatch {
  const metrics = new Set<string>();
  const scenarios = new Set<string>();
  for (const { outcome } of measured) {
    if (outcome.status === 'failed') continue;
    for (const name of Object.keys(outcome.metrics)) metrics.add(name);
    for (const { scenario, metrics: own } of outcome.scenarios) {
      scenarios.add(scenario);
      for (const name of Object.keys(own)) metrics.add(name);
    }
  }
  const names = [...metrics];
  const scenarioNames = [...scenarios];
  return {
    metrics: names,
    scenarios: scenarioNames,
    trials: measured.map(({ outcome, by }) => packOutcome(outcome, by, names, scenarioNames)),
  };
}

function packOutcome(
  outcome: TrialOutcome,
  by: MeasuredBy,
  names: readonly string[],
  scenarioNames: readonly string[],
): Measurement {
  const head = { iteration: outcome.iteration, ...by, durationMs: round(outcome.durationMs) };
  if (outcome.status === 'failed') return { ...head, error: outcome.error };
  const row = (metrics: Metrics | undefined) => names.map((name) => metrics?.[name] ?? null);
  return {
    ...head,
    objectives: outcome.objectives,
    violation: outcome.violation,
    metrics: row(outcome.metrics),
    byScenario: scenarioNames.map((name) =>
      row(outcome.scenarios.find((scenario) => scenario.scenario === name)?.metrics),
    ),
  };
}

/** Microseconds are enough for a duration, and short in history. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

export function metricsOf(batch: MeasuredBatch, row: readonly (number | null)[] | undefined): Metrics {
  const metrics: Record<string, number> = {};
  batch.metrics.forEach((name, i) => {
    const value = row?.[i];
    if (value !== null && value !== undefined) metrics[name] = value;
  });
  return metrics;
}

/** What a record holds beside its measurement. */
export interface ProposedTrial {
  readonly iteration: number;
  readonly params: Params;
  /** Why the optimizer proposed it. */
  readonly reason: string;
}

export function toRecord(
  batch: MeasuredBatch,
  measurement: Measurement,
  trial: ProposedTrial,
  session: { readonly sessionId: string; readonly dataHash: string },
): TrialRecord {
  const failed = measurement.error !== undefined;
  return {
    session_id: session.sessionId,
    worker_id: measurement.workerId,
    iteration: measurement.iteration,
    status: failed ? 'failed' : 'completed',
    timestamp: new Date(measurement.at).toISOString(),
    params: trial.params,
    metrics: metricsOf(batch, measurement.metrics),
    objective: measurement.objectives?.[0] ?? null,
    ...(measurement.objectives && measurement.objectives.length > 1
      ? { objectives: measurement.objectives }
      : {}),
    violation: measurement.violation ?? 0,
    scenario_metrics: failed
      ? []
      : batch.scenarios.map((scenario, i) => ({
          scenario,
          metrics: metricsOf(batch, measurement.byScenario?.[i]),
        })),
    duration_ms: measurement.durationMs,
    attempt: measurement.attempt,
    data_hash: session.dataHash,
    reason: trial.reason,
    ...(measurement.error === undefined ? {} : { error: measurement.error }),
  };
}
