import { exp, log } from '../../search-space/exact-math.ts';
import { randomStream } from '../../search-space/random-stream.ts';
import type { AskInput } from '../optimizer.ts';
import type { Encoding } from './encoding.ts';
import { fitAll, fitNeighbours } from './fit-view.ts';
import { drawLengths } from './hyperparameters.ts';
import type { Observations } from './observations.ts';
import { pointsOf } from './points.ts';
import { Posterior } from './posterior.ts';
import { type Box, boxAround, trustRegion, wholeCube } from './trust-region.ts';
import { viewAt } from './view.ts';

/** What an ask sees: a view's model of what was measured, and where it searches. */

export interface Look {
  readonly label: string;
  readonly model: Posterior;
  /** The best target, as far as the view judges it. */
  readonly best: number;
  /** The target a trial has to get below. */
  readonly goal: number;
  /** The best trial as the view sees it. */
  readonly middle: Float64Array;
  readonly isLocal: boolean;
  readonly box: Box;
}

/** Noise, as a share of the targets' variance, from which the best trial is judged by the model, not its own loss. */
export const NOISY = 1e-3;

/** `design` is the number of trials of the initial design. */
export function lookFor(
  { iteration, settings }: AskInput,
  { points, losses, feasible, iterations }: Observations,
  pending: readonly Float64Array[],
  encoding: Encoding,
  design: number,
): Look {
  const view = viewAt(iteration, encoding.isPlain);
  const d = encoding.columns;
  const allowed = losses.map((loss, i) => (feasible[i] ? loss : Number.POSITIVE_INFINITY));
  const inDesign = iterations.filter((n) => n <= design).length;
  const region = trustRegion(allowed, inDesign, d);
  const centre = points[region.centre]!;
  const trials = { points, losses, nominal: encoding.nominal };
  const { rows, targets, fit } =
    view.scope === 'neighbours' ? fitNeighbours(trials, view, centre) : fitAll(trials, view, region.centre);
  const known = rows.map((i) => points[i]!);
  const model = new Posterior(
    pointsOf([...known, ...pending], encoding.nominal),
    targets,
    view.kernel,
    // Were one guess at the lengths to hold for every ask, a wrong one would keep all of them in one place.
    view.scope === 'global'
      ? drawLengths(fit, points.length, randomStream(settings.seed, iteration, 'lengths'))
      : fit,
  );
  const isNoisy = model.hyperparameters.noise > NOISY;
  let best = rows.indexOf(region.centre);
  let bestTarget = targets[best]!;
  if (isNoisy) {
    bestTarget = Number.POSITIVE_INFINITY;
    for (let i = 0; i < rows.length; i++) {
      const mean = feasible[rows[i]!] ? model.meanAt(i) : Number.POSITIVE_INFINITY;
      if (mean < bestTarget) {
        best = i;
        bestTarget = mean;
      }
    }
  }
  const middle = known[best]!;
  return {
    label: view.label,
    model,
    best: bestTarget,
    goal: bestTarget - view.margin,
    middle,
    isLocal: view.scope !== 'global',
    box:
      view.scope === 'global'
        ? wholeCube(d)
        : boxAround(middle, region.side, relativeLengths(model.hyperparameters.lengths)),
  };
}

/** Lengths over their geometric mean; a dimension that hardly matters counts as five sides long. */
function relativeLengths(lengths: Float64Array): Float64Array {
  const capped = lengths.map((length) => Math.min(length, 5));
  const typical = exp(capped.reduce((sum, length) => sum + log(length), 0) / capped.length);
  return capped.map((length) => length / typical);
}
