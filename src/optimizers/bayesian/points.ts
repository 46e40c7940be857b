/** Encoded points, row-major: `x[i * columns + j]`. */
export interface Points {
  readonly count: number;
  readonly columns: number;
  /** Columns compared for equality only. */
  readonly nominal: readonly boolean[];
  readonly x: Float64Array;
}

export function pointsOf(rows: readonly Float64Array[], nominal: readonly boolean[]): Points {
  const columns = nominal.length;
  const x = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    x.set(row, i * columns);
  });
  return { count: rows.length, columns, nominal, x };
}

/** Squared distance in the unit cube; two different choices lie half its side apart. */
export function squaredDistance(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  nominal: readonly boolean[],
): number {
  let sum = 0;
  for (let j = 0; j < nominal.length; j++) {
    const difference = a[j]! - b[j]!;
    if (nominal[j]) sum += difference === 0 ? 0 : 0.25;
    else sum += difference * difference;
  }
  return sum;
}
