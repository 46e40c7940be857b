/** A box of losses. Its lower bounds may be minus infinity. */
export interface Cell {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/**
 * What lies below the reference and no vector of the front beats, as cells that do not overlap: slices along the last
 * objective, each cut by the vectors that reach it. About n^(k - 1) / (k - 1)! cells of n vectors of k losses.
 *
 * @param front vectors of losses, to be minimised, each below the reference
 */
export function cellsBelow(front: readonly (readonly number[])[], reference: readonly number[]): Cell[] {
  const last = reference.length - 1;
  if (last === 0) {
    const upper = Math.min(reference[0]!, ...front.map(([loss]) => loss!));
    return [{ lower: [Number.NEGATIVE_INFINITY], upper: [upper] }];
  }
  const sorted = front.toSorted((a, b) => a[last]! - b[last]!);
  const cells: Cell[] = [];
  for (let i = 0; i <= sorted.length; i++) {
    const lower = sorted[i - 1]?.[last] ?? Number.NEGATIVE_INFINITY;
    const upper = sorted[i]?.[last] ?? reference[last]!;
    if (lower === upper) continue;
    const reached = sorted.slice(0, i).map((losses) => losses.slice(0, last));
    for (const cell of cellsBelow(reached, reference.slice(0, last))) {
      cells.push({ lower: [...cell.lower, lower], upper: [...cell.upper, upper] });
    }
  }
  return cells;
}
