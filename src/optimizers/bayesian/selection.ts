/**
 * Which trials a model is built on when there are more than it can take in its time: the best third, the newest
 * third, and of the others an even share over the session.
 */
export function selectRows(losses: Float64Array, limit: number): number[] {
  const n = losses.length;
  const all = Array.from({ length: n }, (_, i) => i);
  if (n <= limit) return all;
  const third = Math.floor(limit / 3);
  const chosen = new Set(all.toSorted((a, b) => losses[a]! - losses[b]! || a - b).slice(0, third));
  for (let i = n - 1; chosen.size < 2 * third; i--) chosen.add(i);
  const others = all.filter((i) => !chosen.has(i));
  const wanted = limit - chosen.size;
  for (let k = 0; k < wanted; k++) chosen.add(others[Math.floor(((k + 0.5) * others.length) / wanted)]!);
  return [...chosen].sort((a, b) => a - b);
}
