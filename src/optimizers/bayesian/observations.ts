import { nonDominated } from '../../objective/dominance.ts';
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
  /** Of several objectives, once a trial is feasible: the losses of each, forbidden ones no better than the best. */
  readonly objectives?: readonly Float64Array[];
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
  const vectors = kept.map((i) => trials[i]!.losses!);
  const allowed = kept.map((i) => feasible[i]!);
  const losses = isAnyFeasible
    ? scalarised(
        input,
        vectors,
        vectors.filter((_, i) => allowed[i]),
      )
    : Float64Array.from(kept, (i) => trials[i]!.violation);
  const several = vectors[0] && vectors[0].length > 1 && isAnyFeasible ? vectors[0] : undefined;
  return {
    points: kept.map((i) => points[i]!),
    iterations: kept.map((i) => trials[i]!.iteration),
    losses: isAnyFeasible ? bounded(losses, allowed) : losses,
    feasible: allowed.map((isAllowed) => !isAnyFeasible || isAllowed),
    ...(several && {
      objectives: several.map((_, k) =>
        notBetter(
          Float64Array.from(vectors, (all) => all[k]!),
          allowed,
        ),
      ),
    }),
    ...(isAnyFeasible && feasible.includes(false)
      ? { feasibility: { points, targets: infeasibility(trials, feasible) } }
      : {}),
  };
}

/**
 * The model has no use for how good a trial is that is not allowed: from so far below the best allowed one as the median
 * is above it, that is left out, or a cliff would take all of the model's scale.
 */
function bounded(losses: Float64Array, allowed: readonly boolean[]): Float64Array {
  const sound = losses.filter((_, i) => allowed[i]).sort();
  const best = sound[0]!;
  const least = best - (sound[Math.floor(sound.length / 2)]! - best);
  return losses.map((loss, i) => (allowed[i] ? loss : Math.max(loss, least)));
}

/** For a model of one objective of several: a forbidden trial would draw the search to where the front cannot be. */
function notBetter(losses: Float64Array, allowed: readonly boolean[]): Float64Array {
  const best = losses.reduce((least, loss, i) => (allowed[i] ? Math.min(least, loss) : least), Infinity);
  return losses.map((loss) => Math.max(loss, best));
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

/** Least unit of an objective, as a share of the distance from its best value to its median. */
const LEAST_UNIT = 0.001;

/**
 * Several objectives as one: the augmented Chebyshev distance from the best value of each, under weights drawn anew
 * for each iteration, so that the trials of a session spread over the Pareto front (ParEGO, Knowles 2006). An
 * objective's unit is its range on the front known so far, which its trials far from the front have no part in.
 *
 * @param reference the trials that best values and units are taken from: those that are allowed
 */
function scalarised(
  input: AskInput,
  losses: readonly (readonly number[])[],
  reference: readonly (readonly number[])[],
): Float64Array {
  const objectives = losses[0]?.length ?? 1;
  if (objectives === 1) return Float64Array.from(losses, (all) => all[0]!);
  const next = randomStream(input.settings.seed, input.iteration, 'objective weights');
  const draws = Array.from({ length: objectives }, () => -log(1 - next()));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  const front = nonDominated(reference).map((i) => reference[i]!);
  const result = new Float64Array(losses.length).fill(Number.NEGATIVE_INFINITY);
  const sums = new Float64Array(losses.length);
  for (let k = 0; k < objectives; k++) {
    const { best, unit } = scaleOf(
      reference.map((all) => all[k]!),
      front.map((all) => all[k]!),
    );
    for (let i = 0; i < losses.length; i++) {
      const units = Math.min(Math.max(-1, (losses[i]![k]! - best) / unit), 1e6);
      const distance = (draws[k]! / total) * units;
      result[i] = Math.max(result[i]!, distance);
      sums[i] = sums[i]! + distance;
    }
  }
  return result.map((distance, i) => distance + AUGMENTATION * sums[i]!);
}

/** Where an objective's distances begin, and what they are counted in. */
function scaleOf(losses: readonly number[], onFront: readonly number[]): { best: number; unit: number } {
  const sorted = losses.toSorted((a, b) => a - b);
  const best = sorted[0]!;
  const typical = sorted[Math.floor(sorted.length / 2)]! - best || sorted.at(-1)! - best;
  const unit = Math.max(Math.max(...onFront) - best, LEAST_UNIT * typical);
  // Finite also where the distance between two losses is not.
  return { best, unit: Math.min(unit, Number.MAX_VALUE) || 1 };
}
