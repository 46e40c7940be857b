import { squaredDistance } from './points.ts';

/**
 * The box around the best trial in which the local asks search, replayed from the losses in the order of the trials:
 * it doubles after two successes in a row, halves after `patience` failures, and starts over when it has become so
 * small that the trials in it have converged (TuRBO, Eriksson et al. 2019).
 */

export interface TrustRegion {
  /** Row of the trial in the middle. */
  readonly centre: number;
  /** Side of the box along a dimension of typical length scale, in units of the cube. */
  readonly side: number;
}

const FIRST_SIDE = 0.8;
const LARGEST_SIDE = 1.6;
const LEAST_SIDE = 0.02;
const SUCCESSES = 2;
/** An improvement counts from this share of the best loss on. */
const WORTHWHILE = 1e-3;

/** `losses` are Infinity where a trial is not allowed; the first `design` trials move the centre only. */
export function trustRegion(losses: ArrayLike<number>, design: number, dimensions: number): TrustRegion {
  const patience = Math.max(3, Math.ceil(dimensions / 3));
  let centre = 0;
  let side = FIRST_SIDE;
  let successes = 0;
  let failures = 0;
  for (let i = 1; i < losses.length; i++) {
    const best = losses[centre]!;
    const isSuccess =
      losses[i]! < best - WORTHWHILE * Math.abs(best) || (best === Infinity && losses[i]! < best);
    if (losses[i]! < best) centre = i;
    if (i < design) continue;
    successes = isSuccess ? successes + 1 : 0;
    failures = isSuccess ? 0 : failures + 1;
    if (successes === SUCCESSES) {
      side = Math.min(LARGEST_SIDE, 2 * side);
      successes = 0;
    }
    if (failures === patience) {
      side /= 2;
      failures = 0;
    }
    if (side < LEAST_SIDE) side = FIRST_SIDE;
  }
  return { centre, side };
}

export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export const wholeCube = (dimensions: number): Box => ({
  lower: new Float64Array(dimensions),
  upper: new Float64Array(dimensions).fill(1),
});

/** The region's box: along each dimension as long as the model's length scale there, relative to their geometric mean. */
export function boxAround(middle: Float64Array, side: number, relativeLengths: ArrayLike<number>): Box {
  return {
    lower: middle.map((value, j) => Math.max(0, value - 0.5 * side * relativeLengths[j]!)),
    upper: middle.map((value, j) => Math.min(1, value + 0.5 * side * relativeLengths[j]!)),
  };
}

/** The `count` rows nearest to `middle`, in ascending order. */
export function nearestRows(
  rows: readonly Float64Array[],
  middle: Float64Array,
  nominal: readonly boolean[],
  count: number,
): number[] {
  const distances = rows.map((row) => squaredDistance(row, middle, nominal));
  return distances
    .map((_, i) => i)
    .sort((a, b) => distances[a]! - distances[b]! || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
}
