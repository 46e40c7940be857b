import type { SessionSpec } from '../config/session-spec.ts';
import type { Metrics } from '../objective/objective.ts';
import type { Params } from '../search-space/space.ts';
import type { ScenarioMetrics } from '../store/trial-record.ts';

/** What the evaluating activity needs of the paper engine: trials in, measurements out, however many threads do it. */

export interface TrialRequest {
  readonly iteration: number;
  readonly params: Params;
  /**
   * With a pruner: the first objective of earlier whole trials, by scenario in the session's order, that this trial
   * is judged against. Absent: it is measured whole.
   */
  readonly rivals?: readonly (readonly number[])[];
}

export type TrialOutcome =
  | {
      readonly status: 'completed';
      readonly iteration: number;
      readonly metrics: Metrics;
      /** One value per objective, each in its own direction. */
      readonly objectives: readonly number[];
      readonly violation: number;
      readonly scenarios: readonly ScenarioMetrics[];
      /** From a monotonic clock. */
      readonly durationMs: number;
    }
  | {
      readonly status: 'pruned';
      readonly iteration: number;
      /** What the first objective would probably have been, in its own direction. */
      readonly expected: number;
      /** Of the scenarios it was measured on. */
      readonly violation: number;
      readonly scenarios: readonly ScenarioMetrics[];
      readonly durationMs: number;
    }
  | {
      readonly status: 'failed';
      readonly iteration: number;
      /** One sentence: bad data, a non-finite metric and its name, an engine error. */
      readonly error: string;
      readonly durationMs: number;
    };

export interface EvaluateOptions {
  readonly signal: AbortSignal;
  readonly onOutcome: (outcome: TrialOutcome) => void;
  /** Where data files are looked for that are not under the evaluator's own folder; absolute. */
  readonly dataRoot?: string | undefined;
}

export interface TrialEvaluator {
  /**
   * Measures the trials, in any order, calling `onOutcome` once for each as it ends. Loads a session's data once
   * per process; throws `DataNotHere` where its files are not, another `ArbtuneError` of kind `input` when the data's
   * hash is not `spec.dataHash`.
   * Stops early, rejecting with the signal's reason, when aborted.
   */
  evaluate(spec: SessionSpec, trials: readonly TrialRequest[], options: EvaluateOptions): Promise<void>;
  close(): Promise<void>;
}
