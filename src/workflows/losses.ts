import type { Measurement } from '../activities/measured-batch.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import type { FinishedTrial } from '../optimizers/optimizer.ts';
import type { Params } from '../search-space/space.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import type { BestTrial } from './messages.ts';

/** Objectives as the optimizer minimises them, and which of two trials is better. Pure. */

/** A completed trial as the ranking sees it. */
export type RankedTrial = BestTrial & { readonly violation: number };

/** A feasible trial before one that breaks a constraint, then the first objective, then the earlier iteration. */
export function isBetter(spec: SessionSpec, candidate: RankedTrial, best: RankedTrial | undefined): boolean {
  if (best === undefined) return true;
  if (candidate.violation !== best.violation) return candidate.violation < best.violation;
  const [a, b] = [candidate.objective, best.objective];
  if (a !== b) return spec.objective.objectives[0]?.direction === 'minimize' ? a < b : a > b;
  return candidate.iteration < best.iteration;
}

/** What an optimizer is told of a measured trial. */
export function finishedTrial(spec: SessionSpec, params: Params, measurement: Measurement): FinishedTrial {
  const { iteration, objectives = [], error, violation = 0 } = measurement;
  return { iteration, params, losses: error === undefined ? toLosses(spec, objectives) : null, violation };
}

/** Losses are minimised: a maximised metric is negated. */
export function toLosses(spec: SessionSpec, objectives: readonly number[]): number[] {
  return spec.objective.objectives.map(({ direction }, i) => {
    const value = objectives[i] as number;
    // No -0: it would not pass through history as such.
    return direction === 'maximize' ? 0 - value : 0 + value;
  });
}

/** A measured trial's losses, null when it failed. */
export function lossesOf(
  spec: SessionSpec,
  { objective, objectives }: Pick<TrialRecord, 'objective' | 'objectives'>,
): number[] | null {
  return objective === null ? null : toLosses(spec, objectives ?? [objective]);
}

/** The first objective of the losses. */
export function fromLoss(spec: SessionSpec, losses: readonly number[]): number {
  const loss = losses[0] as number;
  return spec.objective.objectives[0]?.direction === 'maximize' ? 0 - loss : loss;
}
