import { normalQuantile } from '../../search-space/exact-math.ts';
/** identity / half-rank, then standardise */
export function standardise(y: Float64Array): Float64Array {
  const n = y.length;
  let m = 0;
  for (const v of y) m += v / n;
  let s = 0;
  for (const v of y) s += ((v - m) * (v - m)) / n;
  s = Math.sqrt(s);
  return y.map((v) => (v - m) / (s > 0 ? s : 1));
}
export function halfRank(y: Float64Array): Float64Array {
  const n = y.length;
  const sorted = y.slice().sort();
  const median = n % 2 ? sorted[(n - 1) / 2]! : 0.5 * (sorted[n / 2 - 1]! + sorted[n / 2]!);
  let ss = 0,
    c = 0;
  for (const v of y)
    if (v <= median) {
      ss += (v - median) ** 2;
      c++;
    }
  const spread = Math.sqrt(ss / Math.max(c, 1)) || 1;
  // average rank for ties
  const rank = (v: number) => {
    let lo = 0,
      hi = 0;
    for (const w of sorted) {
      if (w < v) lo++;
      if (w <= v) hi++;
    }
    return (lo + hi) / 2 / n;
  };
  const out = y.map((v) =>
    v <= median ? v : median + spread * normalQuantile(Math.min(Math.max(rank(v), 0.5), 1 - 0.25 / n)),
  );
  return standardise(out);
}
