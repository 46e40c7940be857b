import type { SessionSpec } from '../config/session-spec.ts';
import { anyOf, patience, type StoppingRule, targetLoss } from '../optimizers/stopping.ts';
import { learnsFromResults } from './batching.ts';

/** The rules of a spec that look at results; its time limit is a timer of the workflow. */

/** Undefined when the spec has none. */
export function stoppingRule({ stopping, objective }: SessionSpec): StoppingRule | undefined {
  const maximizes = objective.objectives[0]?.direction === 'maximize';
  const rules: StoppingRule[] = [];
  if (stopping.patience !== undefined) rules.push(patience(stopping.patience));
  if (stopping.target !== undefined) rules.push(targetLoss(maximizes ? -stopping.target : stopping.target));
  return rules.length > 0 ? anyOf(rules) : undefined;
}

/**
 * Whether results decide which trials there are: by the method, or by a rule that ends the session or a trial. Then trial n is
 * proposed only once trials 1 .. n - parallelism are finished, so that it is the same trial on every run.
 */
export function dependsOnResults(spec: SessionSpec): boolean {
  return (
    learnsFromResults(spec.optimizer.method) || stoppingRule(spec) !== undefined || spec.pruner !== undefined
  );
}
