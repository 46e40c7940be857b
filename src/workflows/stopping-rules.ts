import type { SessionSpec } from '../config/session-spec.ts';
import { type StoppingRule, stoppingRule } from '../optimizers/stopping.ts';
import { learnsFromResults } from './batching.ts';

/** The stopping rules that look at results. Time is a timer of the workflow, what the model expects is asked with it. */

/** Undefined when the spec has none. */
export function resultRule({ stopping, objective }: SessionSpec): StoppingRule | undefined {
  if (stopping.patience === undefined && stopping.target === undefined) return undefined;
  return stoppingRule(stopping, objective.objectives[0]?.direction ?? 'maximize');
}

/**
 * Whether results decide which trials there are: by the method, or by a rule that ends the session or a trial. Then
 * trial n is proposed only once trials 1 .. n - parallelism are finished, so that it is the same trial on every run.
 */
export function dependsOnResults(spec: SessionSpec): boolean {
  return (
    learnsFromResults(spec.optimizer.method) || resultRule(spec) !== undefined || spec.pruner !== undefined
  );
}
