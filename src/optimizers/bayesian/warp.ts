import { normalQuantile } from '../../search-space/exact-math.ts';

/**
 * What the model is given for a loss. Targets have mean 0 and variance 1, whatever the losses' unit; constant losses
 * give zeros.
 */

export type Warp = 'linear' | 'half-rank';

export function warpLosses(losses: Float64Array, warp: Warp): Float64Array {
  // First to [-1, 1], so that enormous and tiny losses neither overflow nor vanish.
  const largest = losses.reduce((max, loss) => Math.max(max, Math.abs(loss)), 0);
  const scaled = losses.map((loss) => (largest > 0 ? loss / largest : 0));
  return standardised(warp === 'linear' ? scaled : halfRanked(scaled));
}

function standardised(values: Float64Array): Float64Array {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / n);
  return values.map((value) => (spread > 0 ? (value - mean) / spread : 0));
}

/**
 * Keeps the better half as it is and replaces each loss of the worse half by the normal quantile of its rank, in
 * units of the better half's spread; ties stay ties. A cliff, a heavy tail or a plateau of bad losses then no longer
 * sets the scale on which good ones differ.
 */
function halfRanked(values: Float64Array): Float64Array {
  const n = values.length;
  const sorted = values.slice().sort();
  const median = 0.5 * (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.floor(n / 2)]!);
  const better = sorted.filter((value) => value <= median);
  const spread = Math.sqrt(
    better.reduce((sum, value) => sum + (value - median) * (value - median), 0) / better.length,
  );
  const rankOf = new Map<number, number>();
  for (let first = 0; first < n; ) {
    let end = first;
    while (end < n && sorted[end] === sorted[first]) end++;
    rankOf.set(sorted[first]!, (first + end) / (2 * n));
    first = end;
  }
  return values.map((value) => {
    if (value <= median) return value;
    const share = Math.min(Math.max(rankOf.get(value)!, 0.5), 1 - 0.25 / n);
    return median + (spread > 0 ? spread : 1) * normalQuantile(share);
  });
}
