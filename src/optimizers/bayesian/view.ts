import { exp, log } from '../../search-space/exact-math.ts';
import { randomStream } from '../../search-space/random-stream.ts';
import type { AskInput } from '../optimizer.ts';
import type { Encoding } from './encoding.ts';
import { cachedFit } from './fit-cache.ts';
import { drawLengths } from './hyperparameters.ts';
import type { Kernel } from './kernel.ts';
import type { Observations } from './observations.ts';
import { pointsOf } from './points.ts';
import { Posterior } from './posterior.ts';
import { selectRows } from './selection.ts';
import { type Box, boxAround, nearestRows, trustRegion, wholeCube } from './trust-region.ts';
import { type Warp, warpLosses } from './warp.ts';

/**
 * A way to look at what has been measured. No one model suits every objective, and too little is known to choose
 * one, so the asks take turns: what one view cannot see the next may. Local views stay near the best trial.
 */

interface View {
  readonly label: string;
  readonly scope: 'global' | 'region' | 'neighbours';
  readonly kernel: Kernel;
  readonly warp: Warp;
  /** What a trial has to gain on the best one, in standard deviations of the targets. */
  readonly margin: number;
}

/**
 * Without a margin the global views would polish a converged optimum for ever by amounts that the model's noise
 * feigns; polishing is local work. One of them wants more: a rough top keeps promising a little, and all four views
 * would stay on it for as long.
 */
const LEAST_MARGIN = 0.01;
const WIDE_MARGIN = 0.1;

const VIEWS: readonly View[] = [
  // The best trial's neighbours alone, as smooth as can be: from enough of them, a quadratic model and more.
  { label: 'neighbourhood of the best', scope: 'neighbours', kernel: 'gaussian', warp: 'linear', margin: 0 },
  // Ranks for the worse half: cliffs, plateaus and heavy tails lose their weight.
  {
    label: 'whole space, by rank',
    scope: 'global',
    kernel: 'matern52',
    warp: 'half-rank',
    margin: LEAST_MARGIN,
  },
  { label: 'trust region', scope: 'region', kernel: 'matern52', warp: 'half-rank', margin: 0 },
  // The losses as they are: the slope towards the optimum counts from afar.
  { label: 'whole space', scope: 'global', kernel: 'matern52', warp: 'linear', margin: WIDE_MARGIN },
];

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

/** A model stands on at most this many trials, its hyperparameters on at most so many: see `selectRows`. */
const MODEL_ROWS = 300;
const FIT_ROWS = 120;

/** Fits are renewed with every trial up to here, then twenty times while the number of trials doubles. */
const FIT_ALWAYS = 24;

/** Noise, as a share of the targets' variance, from which the best trial is judged by the model, not its own loss. */
const NOISY = 1e-3;
const START_NOISE: Readonly<Record<Kernel, number>> = { matern52: 1e-3, gaussian: 1e-4 };

/** `design` is the number of trials of the initial design. */
export function lookFor(
  { iteration, settings }: AskInput,
  { points, losses, feasible, iterations }: Observations,
  pending: readonly Float64Array[],
  encoding: Encoding,
  design: number,
): Look {
  const view = VIEWS[iteration % VIEWS.length]!;
  const d = encoding.columns;
  const allowed = losses.map((loss, i) => (feasible[i] ? loss : Number.POSITIVE_INFINITY));
  const inDesign = iterations.filter((n) => n <= design).length;
  const region = trustRegion(allowed, inDesign, d);
  const centre = points[region.centre]!;
  const rows =
    view.scope === 'neighbours'
      ? nearestRows(points, centre, encoding.nominal, 3 * d + 10)
      : withRow(selectRows(losses, MODEL_ROWS), region.centre);
  const targets = warpLosses(
    Float64Array.from(rows, (i) => losses[i]!),
    view.warp,
  );
  const known = rows.map((i) => points[i]!);
  const fit =
    view.scope === 'neighbours'
      ? cachedFit(pointsOf(known, encoding.nominal), targets, view.kernel, START_NOISE[view.kernel])
      : sharedFit(points, losses, encoding.nominal, view);
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

/** Fitted on the trials up to a checkpoint, so that asks in a row share a fit. */
function sharedFit(
  points: readonly Float64Array[],
  losses: Float64Array,
  nominal: readonly boolean[],
  view: View,
) {
  const n = losses.length;
  const step = n <= FIT_ALWAYS ? 1 : Math.ceil(n / 20);
  const checked = losses.slice(0, n - (n % step));
  const rows = selectRows(checked, FIT_ROWS);
  const targets = warpLosses(
    Float64Array.from(rows, (i) => checked[i]!),
    view.warp,
  );
  return cachedFit(
    pointsOf(
      rows.map((i) => points[i]!),
      nominal,
    ),
    targets,
    view.kernel,
    START_NOISE[view.kernel],
  );
}

const withRow = (rows: readonly number[], row: number): readonly number[] =>
  rows.includes(row) ? rows : [...rows, row].sort((a, b) => a - b);

/** Lengths over their geometric mean; a dimension that hardly matters counts as five sides long. */
function relativeLengths(lengths: Float64Array): Float64Array {
  const capped = lengths.map((length) => Math.min(length, 5));
  const typical = exp(capped.reduce((sum, length) => sum + log(length), 0) / capped.length);
  return capped.map((length) => length / typical);
}
