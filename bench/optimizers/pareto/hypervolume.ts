import { nonDominated } from '../../../src/objective/dominance.ts';

/**
 * The volume of what the points beat, below the reference: what a Pareto front is worth, the more the better. Exact, by
 * slices along the last objective.
 *
 * @param points vectors of losses, to be minimised
 * @param reference a loss per objective; points that do not beat it in every one count for nothing
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = points.filter((point) => point.every((loss, k) => loss < reference[k]!));
  const last = reference.length - 1;
  if (last === 0) return inside.length === 0 ? 0 : reference[0]! - Math.min(...inside.map(([loss]) => loss!));
  const front = nonDominated(inside)
    .map((i) => inside[i]!)
    .sort((a, b) => a[last]! - b[last]!);
  return front.reduce((sum, point, i) => {
    const depth = (front[i + 1]?.[last] ?? reference[last]!) - point[last]!;
    if (depth === 0) return sum;
    const slice = front.slice(0, i + 1).map((each) => each.slice(0, last));
    return sum + depth * hypervolume(slice, reference.slice(0, last));
  }, 0);
}
