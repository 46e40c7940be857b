/** Which of several vectors of losses no other one beats. Pure. */

/**
 * @param losses one vector a trial, all of one length, finite, to be minimised
 * @returns the positions of those than which no other is as low in every place and lower in one, the lowest in the first
 *   place first; of equal ones the first stands for all
 */
export function nonDominated(losses: readonly (readonly number[])[]): number[] {
  const order = losses.map((_, i) => i).sort((a, b) => lexicographic(losses[a]!, losses[b]!));
  // In this order none is beaten by a later one.
  const front: number[] = [];
  for (const i of order) {
    if (!front.some((kept) => covers(losses[kept]!, losses[i]!))) front.push(i);
  }
  return front;
}

const covers = (a: readonly number[], b: readonly number[]): boolean => a.every((loss, k) => loss <= b[k]!);

function lexicographic(a: readonly number[], b: readonly number[]): number {
  const k = a.findIndex((loss, place) => loss !== b[place]);
  return k < 0 ? 0 : a[k]! - b[k]!;
}
