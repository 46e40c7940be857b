import { normalQuantile } from '../../search-space/exact-math.ts';

/**
 * What the model is given for a loss. Targets have mean 0 and variance 1, whatever the losses' unit; constant losses
 * give zeros.
 */

export type Warp = 'linear' | 'half-rank';

export function warpLosses(losses: Float64Array, warp: Warp): Float64Array {
  const largest = largestOf(losses);
  const scaled = losses.map((loss) => loss / largest);
  return standardised(warp === 'linear' ? scaled : halfRanked(scaled));
}

/** Keeps the losses up to `bound`, one of them, as they are, and has of the worse ones their ranks alone. */
export function warpBeyond(losses: Float64Array, bound: number): Float64Array {
  const largest = largestOf(losses);
  const kept = losses.reduce((count, loss) => count + Number(loss <= bound), 0);
  return standardised(
    rankedBeyond(
      losses.map((loss) => loss / largest),
      bound / largest,
      kept / losses.length,
    ),
  );
}

/** What brings losses to [-1, 1], so that enormous and tiny ones neither overflow nor vanish. */
const largestOf = (losses: Float64Array): number =>
  losses.reduce((max, loss) => Math.max(max, Math.abs(loss)), 0) || 1;

function standardised(values: Float64Array): Float64Array {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / n);
  return values.map((value) => (spread > 0 ? (value - mean) / spread : 0));
}

/** A cliff, a heavy tail or a plateau of bad losses then no longer sets the scale on which good ones differ. */
function halfRanked(values: Float64Array): Float64Array {
  const n = values.length;
  const sorted = values.slice().sort();
  const median = 0.5 * (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.floor(n / 2)]!);
  return rankedBeyond(values, median, 0.5);
}

/**
 * Keeps the values up to `bound` and replaces each beyond by the normal quantile of its rank, counted from the bound's,
 * in units of how far the kept ones spread from it; ties stay ties.
 *
 * @param rank of the bound, as a share of the values
 */
function rankedBeyond(values: Float64Array, bound: number, rank: number): Float64Array {
  const n = values.length;
  const sorted = values.slice().sort();
  const better = sorted.filter((value) => value <= bound);
  const spread = Math.sqrt(
    better.reduce((sum, value) => sum + (value - bound) * (value - bound), 0) / better.length,
  );
  const rankOf = new Map<number, number>();
  for (let first = 0; first < n; ) {
    let end = first;
    while (end < n && sorted[end] === sorted[first]) end++;
    rankOf.set(sorted[first]!, (first + end) / (2 * n));
    first = end;
  }
  const last = 1 - 0.25 / n;
  const from = normalQuantile(Math.min(rank, last));
  return values.map((value) => {
    if (value <= bound) return value;
    const share = Math.min(Math.max(rankOf.get(value)!, rank), last);
    return bound + (spread > 0 ? spread : 1) * (normalQuantile(share) - from);
  });
}
