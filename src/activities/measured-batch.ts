import type { Params } from '../search-space/space.ts';

/**
 * The measurements of a batch of trials as they travel through history. The workflow reads who measured what and the
 * objectives; the metrics are packed, for the store alone.
 */

export interface MeasuredBatch {
  readonly trials: readonly Measurement[];
  /** Of all trials, packed by `packOutcomes`; empty when none completed. */
  readonly metrics: string;
}

export interface Measurement {
  readonly iteration: number;
  readonly workerId: string;
  readonly attempt: number;
  /** Milliseconds since the epoch, when the measurement ended. */
  readonly at: number;
  /** Milliseconds, from a monotonic clock. */
  readonly durationMs: number;
  /** One value per objective, each in its own direction; absent when the trial failed. */
  readonly objectives?: readonly number[];
  /** The first objective by scenario, of a trial that was measured whole; only in sessions that prune. */
  readonly byScenario?: readonly number[];
  /** How many scenarios a pruned trial was measured on; `objectives` then holds what was expected of it. */
  readonly prunedAfter?: number;
  /** Sum of constraint violations; absent when the trial failed. */
  readonly violation?: number;
  /** Why the trial failed. */
  readonly error?: string;
}

/** What a record holds beside its measurement. */
export interface ProposedTrial {
  readonly iteration: number;
  readonly params: Params;
  /** Why the optimizer proposed it; absent where only the measurement is known. */
  readonly reason?: string;
}
