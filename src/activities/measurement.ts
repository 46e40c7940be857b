import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Metrics } from '../objective/objective.ts';
import type { ScenarioMetrics, TrialRecord } from '../store/trial-record.ts';
import type { MeasuredBatch, Measurement, ProposedTrial } from './measured-batch.ts';
import type { TrialOutcome } from './trial-evaluator.ts';

/** Packs what was measured for its way through history, and turns it back into records for the store. */

/** Metric names once, then a row of numbers by trial: the aggregated ones first, then scenario by scenario. */
interface MetricTable {
  readonly metrics: readonly string[];
  readonly scenarios: readonly string[];
  /** By trial, by [aggregated, ...scenarios], by metric; null where a metric is undefined. Empty for a failed trial. */
  readonly values: readonly (readonly (readonly (number | null)[])[])[];
}

/** Who measured an outcome, and when. */
export interface MeasuredBy {
  readonly workerId: string;
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface MeasuredOutcome {
  readonly outcome: TrialOutcome;
  readonly by: MeasuredBy;
}

/** Packs outcomes of one session, in the given order; `prunedMetric` is the first objective's where trials are pruned. */
export function packOutcomes(measured: readonly MeasuredOutcome[], prunedMetric?: string): MeasuredBatch {
  return {
    trials: measured.map((one) => toMeasurement(one, prunedMetric)),
    metrics: pack(metricTable(measured.map(({ outcome }) => outcome))),
  };
}

/** An outcome without its metrics. */
export function toMeasurement({ outcome, by }: MeasuredOutcome, prunedMetric?: string): Measurement {
  const head = { iteration: outcome.iteration, ...by, durationMs: round(outcome.durationMs) };
  if (outcome.status === 'failed') return { ...head, error: outcome.error };
  const { violation, scenarios } = outcome;
  if (outcome.status === 'pruned') {
    return { ...head, objectives: [outcome.expected], prunedAfter: scenarios.length, violation };
  }
  const byScenario =
    prunedMetric === undefined ? undefined : scenarios.map((own) => own.metrics[prunedMetric] ?? 0);
  return { ...head, objectives: outcome.objectives, violation, ...(byScenario ? { byScenario } : {}) };
}

function metricTable(outcomes: readonly TrialOutcome[]): MetricTable {
  const shown = outcomes.filter((outcome) => outcome.status !== 'failed');
  const metrics = namesIn(
    shown.flatMap((outcome) => [
      ...(outcome.status === 'completed' ? [outcome.metrics] : []),
      ...outcome.scenarios.map((own) => own.metrics),
    ]),
  );
  const scenarios = [
    ...new Set(shown.flatMap((outcome) => outcome.scenarios.map(({ scenario }) => scenario))),
  ];
  const row = (values: Metrics | undefined) => metrics.map((name) => values?.[name] ?? null);
  const values = outcomes.map((outcome) => {
    if (outcome.status === 'failed') return [];
    const byScenario = new Map(outcome.scenarios.map((own) => [own.scenario, own.metrics]));
    const aggregated = outcome.status === 'completed' ? outcome.metrics : undefined;
    return [row(aggregated), ...scenarios.map((name) => row(byScenario.get(name)))];
  });
  return { metrics, scenarios, values };
}

/** Almost always the same names each time, so they are looked at before they are gathered. */
function namesIn(tables: readonly Metrics[]): string[] {
  const names = new Set<string>();
  for (const table of tables) {
    for (const name in table) if (!names.has(name)) names.add(name);
  }
  return [...names];
}

/** Deflated: metrics of neighbouring trials are alike, and the workflow, which has no use for them, carries them twice. */
/** Zlib's quickest: half the time of its default, for a tenth more bytes. */
const PACKING = 1;

function pack(table: MetricTable): string {
  if (table.metrics.length === 0) return '';
  return deflateRawSync(JSON.stringify(table), { level: PACKING }).toString('base64');
}

function unpack(packed: string): MetricTable {
  if (packed === '') return { metrics: [], scenarios: [], values: [] };
  return JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString());
}

/** Microseconds are enough for a duration, and short in history. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

/** The records of a measured batch. `trials` are those it was measured for, in the same order. */
export function toRecords(
  batch: MeasuredBatch,
  trials: readonly ProposedTrial[],
  session: { readonly sessionId: string; readonly dataHash: string },
): TrialRecord[] {
  const table = unpack(batch.metrics);
  return batch.trials.map((measurement, i) => {
    const trial = trials[i];
    if (trial?.iteration !== measurement.iteration) {
      throw new Error(`Measurement of trial ${measurement.iteration} without its params`);
    }
    const [metrics = {}, ...rest] = metricsOf(table, i);
    const byScenario = rest
      .map((own, k) => ({ scenario: table.scenarios[k] ?? '', metrics: own }))
      .slice(0, measurement.prunedAfter ?? rest.length);
    return toRecord(measurement, trial, metrics, byScenario, session);
  });
}

function metricsOf(table: MetricTable, trial: number): readonly Metrics[] {
  return (table.values[trial] ?? []).map((row) => {
    const metrics: Record<string, number> = {};
    table.metrics.forEach((name, i) => {
      const value = row[i];
      if (typeof value === 'number') metrics[name] = value;
    });
    return metrics;
  });
}

function toRecord(
  measurement: Measurement,
  trial: ProposedTrial,
  metrics: Metrics,
  byScenario: readonly ScenarioMetrics[],
  session: { readonly sessionId: string; readonly dataHash: string },
): TrialRecord {
  const { objectives = [], prunedAfter } = measurement;
  const error =
    prunedAfter === undefined
      ? measurement.error
      : `ended after ${prunedAfter} scenarios: it could hardly become the best`;
  return {
    session_id: session.sessionId,
    worker_id: measurement.workerId,
    iteration: measurement.iteration,
    status: prunedAfter !== undefined ? 'pruned' : error === undefined ? 'completed' : 'failed',
    timestamp: new Date(measurement.at).toISOString(),
    params: trial.params,
    metrics,
    objective: objectives[0] ?? null,
    ...(objectives.length > 1 ? { objectives } : {}),
    violation: measurement.violation ?? 0,
    scenario_metrics: byScenario,
    duration_ms: measurement.durationMs,
    attempt: measurement.attempt,
    data_hash: session.dataHash,
    ...(trial.reason === undefined ? {} : { reason: trial.reason }),
    ...(error === undefined ? {} : { error }),
  };
}
