import { log } from '../../search-space/exact-math.ts';
import { randomStream } from '../../search-space/random-stream.ts';
import type { AskInput, FinishedTrial } from '../optimizer.ts';
import type { Encoding } from './encoding.ts';

/** What the finished trials say, as arrays in the order of their iterations: one loss each, and what is allowed. */

export interface Observations {
  readonly points: readonly Float64Array[];
  readonly iterations: readonly number[];
  /** To be minimised: the loss, a scalarisation of several, or the violation while no trial is feasible. */
  readonly losses: Float64Array;
  readonly feasible: readonly boolean[];
  /** Failed and infeasible trials against sound ones; absent when there is nothing to learn. */
  readonly feasibility?: Feasibility;
}

/** Targets above 0 stand for what is not allowed, the more the worse; -1 for what is. */
export interface Feasibility {
  readonly points: readonly Float64Array[];
  readonly targets: Float64Array;
}

export function observe(input: AskInput, encoding: Encoding): Observations {
  const trials = [...input.finished].sort((a, b) => a.iteration - b.iteration);
  const points = trials.map((trial) => encoding.encode(trial.params));
  const measured = trials.map(isMeasured);
  const feasible = trials.map((trial, i) => measured[i]! && trial.violation <= 0);
  const kept = trials.map((_, i) => i).filter((i) => measured[i]);
  const isAnyFeasible = feasible.includes(true);
  const losses = isAnyFeasible
    ? scalarised(
        input,
        kept.map((i) => trials[i]!.losses!),
      )
    : Float64Array.from(kept, (i) => trials[i]!.violation);
  return {
    points: kept.map((i) => points[i]!),
    iterations: kept.map((i) => trials[i]!.iteration),
    losses,
    feasible: kept.map((i) => !isAnyFeasible || feasible[i]!),
    ...(isAnyFeasible && feasible.includes(false)
      ? { feasibility: { points, targets: infeasibility(trials, feasible) } }
      : {}),
  };
}

const isMeasured = ({ losses, violation }: FinishedTrial): boolean =>
  losses?.every(Number.isFinite) === true && Number.isFinite(violation);

function infeasibility(trials: readonly FinishedTrial[], feasible: readonly boolean[]): Float64Array {
  const violations = trials.map((trial) => trial.violation).filter((v) => v > 0 && Number.isFinite(v));
  const typical = violations.sort((a, b) => a - b)[Math.floor(violations.length / 2)] ?? 1;
  return Float64Array.from(trials, (trial, i) => {
    if (feasible[i]) return -1;
    // A failed trial has no violation; it counts as a typical one.
    const share = isMeasured(trial) ? trial.violation / typical : 1;
    return 0.5 + log(1 + Math.min(share, 1e6));
  });
}

/** Share of the plain weighted sum in a scalarisation, so that weakly dominated trials lose. */
const AUGMENTATION = 0.05;

/**
 * Several objectives as one: the augmented Chebyshev distance from the best value of each, under weights drawn anew
 * for each iteration, so that the trials of a session spread over the Pareto front (ParEGO, Knowles 2006). An
 * objective's unit is the distance from its best value to its median.
 */
function scalarised(input: AskInput, losses: readonly (readonly number[])[]): Float64Array {
  const objectives = losses[0]?.length ?? 1;
  if (objectives === 1) return Float64Array.from(losses, (all) => all[0]!);
  const next = randomStream(input.settings.seed, input.iteration, 'objective weights');
  const draws = Array.from({ length: objectives }, () => -log(1 - next()));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  const result = new Float64Array(losses.length);
  const sums = new Float64Array(losses.length);
  for (let k = 0; k < objectives; k++) {
    const sorted = losses.map((all) => all[k]!).sort((a, b) => a - b);
    const best = sorted[0]!;
    const unit = sorted[Math.floor(sorted.length / 2)]! - best || sorted.at(-1)! - best || 1;
    for (let i = 0; i < losses.length; i++) {
      const distance = (draws[k]! / total) * Math.min((losses[i]![k]! - best) / unit, 1e6);
      result[i] = Math.max(result[i]!, distance);
      sums[i] = sums[i]! + distance;
    }
  }
  return result.map((distance, i) => distance + AUGMENTATION * sums[i]!);
}
