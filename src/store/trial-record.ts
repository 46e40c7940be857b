import type { Metrics } from '../objective/objective.ts';
import type { Params } from '../search-space/space.ts';

/** A finished trial as it is kept: the row of the store and of the CSV. Snake case, as the stored fields are named. */

/** `pruned`: ended early, on some of its scenarios, because it could hardly become the best. */
export const TRIAL_STATUSES = ['completed', 'pruned', 'failed'] as const;

export type TrialStatus = (typeof TRIAL_STATUSES)[number];

/** A status of another tool that is not ours counts as failed, never as completed. */
export function readTrialStatus(text: string | undefined): TrialStatus {
  return TRIAL_STATUSES.find((status) => status === text) ?? 'failed';
}

export interface ScenarioMetrics {
  readonly scenario: string;
  readonly metrics: Metrics;
}

export interface TrialRecord {
  readonly session_id: string;
  /** The worker that measured it. */
  readonly worker_id: string;
  /** From 1. */
  readonly iteration: number;
  readonly status: TrialStatus;
  /** ISO 8601, when it was measured. */
  readonly timestamp: string;
  readonly params: Params;
  /** Aggregated over the scenarios; empty unless completed. */
  readonly metrics: Metrics;
  /** The first objective's value in its own direction; expected for a pruned trial; null when failed. */
  readonly objective: number | null;
  /** All objectives' values when there are several. */
  readonly objectives?: readonly number[];
  /** Sum of constraint violations, 0 when feasible. */
  readonly violation: number;
  readonly scenario_metrics: readonly ScenarioMetrics[];
  readonly duration_ms: number;
  /** From 1. */
  readonly attempt: number;
  readonly data_hash: string;
  /** Why the optimizer proposed it. */
  readonly reason?: string;
  /** Why it failed, or where it was pruned. */
  readonly error?: string;
}
