import { cachedFit } from './fit-cache.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import type { Kernel } from './kernel.ts';
import { pointsOf } from './points.ts';
import { selectRows } from './selection.ts';
import { nearestRows } from './trust-region.ts';
import type { View } from './view.ts';
import { warpLosses } from './warp.ts';

/** The trials that a view's model stands on, and the hyperparameters it has. */

interface Trials {
  readonly points: readonly Float64Array[];
  readonly losses: Float64Array;
  readonly nominal: readonly boolean[];
}

export interface ViewFit {
  /** In ascending order. */
  readonly rows: readonly number[];
  /** Of the rows, as the view sees their losses. */
  readonly targets: Float64Array;
  readonly fit: Hyperparameters;
}

/** A model stands on at most this many trials, its hyperparameters on at most so many: see `selectRows`. */
export const MODEL_ROWS = 300;
export const FIT_ROWS = 120;

/** Fits are renewed with every trial up to here, then twenty times while the number of trials doubles. */
const FIT_ALWAYS = 24;

export const START_NOISE: Readonly<Record<Kernel, number>> = { matern52: 1e-3, gaussian: 1e-4 };

/** Noise, as a share of the targets' variance, over which a neighbourhood shows no slope that could be followed. */
const ROUGH = 0.1;

/** On the neighbours of `centre` that a quadratic model needs, or twice as many until they show more than ripples. */
export function fitNeighbours(trials: Trials, view: View, centre: Float64Array): ViewFit {
  const { points, nominal } = trials;
  const most = Math.min(points.length, FIT_ROWS);
  for (let count = 3 * nominal.length + 10; ; count = Math.min(2 * count, FIT_ROWS)) {
    const rows = nearestRows(points, centre, nominal, count);
    const fitted = fitRows(trials, view, rows);
    if (fitted.fit.noise < ROUGH || count >= most) return fitted;
  }
}

/** On all trials, `centre` among them where they are too many for a model. */
export function fitAll(trials: Trials, view: View, centre: number): ViewFit {
  const { losses } = trials;
  const rows = withRow(selectRows(losses, MODEL_ROWS), centre);
  // Hyperparameters of the trials up to a checkpoint, so that asks in a row share a fit.
  const n = losses.length;
  const step = n <= FIT_ALWAYS ? 1 : Math.ceil(n / 20);
  const checked = losses.slice(0, n - (n % step));
  const { fit } = fitRows(trials, view, selectRows(checked, FIT_ROWS));
  return { rows, targets: targetsOf(losses, rows, view), fit };
}

function fitRows({ points, losses, nominal }: Trials, view: View, rows: readonly number[]): ViewFit {
  const targets = targetsOf(losses, rows, view);
  const known = pointsOf(
    rows.map((i) => points[i]!),
    nominal,
  );
  return { rows, targets, fit: cachedFit(known, targets, view.kernel, START_NOISE[view.kernel]) };
}

const targetsOf = (losses: Float64Array, rows: readonly number[], { warp }: View): Float64Array =>
  warpLosses(
    Float64Array.from(rows, (i) => losses[i]!),
    warp,
  );

const withRow = (rows: readonly number[], row: number): readonly number[] =>
  rows.includes(row) ? rows : [...rows, row].sort((a, b) => a - b);
