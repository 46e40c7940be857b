/** The name someone meant: the closest of the valid ones, when it is close enough to be worth saying. */

/** Undefined when even the closest differs too much. */
export function nearestName(given: string, names: Iterable<string>): string | undefined {
  return nearestNames(given, names)[0];
}

/**
 * The names close to what was given, the closest first. Ignores case, `-` and `_`; the beginning of a name is close to
 * it; one that differs in more than a third of the letters is not.
 */
export function nearestNames(given: string, names: Iterable<string>): string[] {
  const wanted = fold(given);
  const farthest = Math.max(1, Math.floor(wanted.length / 3));
  return Array.from(names, (name) => ({ name, distance: distanceTo(wanted, fold(name)) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}

function distanceTo(wanted: string, candidate: string): number {
  const isPart = wanted.length > 2 && (candidate.startsWith(wanted) || wanted.startsWith(candidate));
  return isPart && candidate !== wanted ? 1 : editDistance(wanted, candidate);
}

function fold(name: string): string {
  return name.slice(0, 64).toLowerCase().replaceAll(/[-_]/g, '');
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
