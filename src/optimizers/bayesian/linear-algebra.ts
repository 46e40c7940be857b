/**
 * The dense linear algebra a Gaussian process needs, on row-major Float64Array: a matrix of `n` rows has stride `n`
 * unless said otherwise, and of a triangular or symmetric one only the lower half is read.
 */

/** Cholesky factor in place: the lower half of `a` becomes L with L Lᵀ = A. False when A is not positive definite. */
export function cholesky(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    if (!choleskyRow(a, n, i)) return false;
  }
  return true;
}

/** Row `i` of the factor, given the rows above it: also how a factor grows by one point. */
export function choleskyRow(a: Float64Array, stride: number, i: number): boolean {
  const row = i * stride;
  for (let j = 0; j < i; j++) {
    const other = j * stride;
    let sum0 = a[row + j]!;
    let sum1 = 0;
    let k = 0;
    for (; k + 1 < j; k += 2) {
      sum0 -= a[row + k]! * a[other + k]!;
      sum1 -= a[row + k + 1]! * a[other + k + 1]!;
    }
    if (k < j) sum0 -= a[row + k]! * a[other + k]!;
    a[row + j] = (sum0 + sum1) / a[other + j]!;
  }
  let pivot = a[row + i]!;
  for (let k = 0; k < i; k++) pivot -= a[row + k]! * a[row + k]!;
  if (!(pivot > 0)) return false;
  a[row + i] = Math.sqrt(pivot);
  return true;
}

/** Solves L x = b in place. */
export function solveLower(l: Float64Array, n: number, b: Float64Array, stride = n): void {
  for (let i = 0; i < n; i++) {
    const row = i * stride;
    let sum0 = b[i]!;
    let sum1 = 0;
    let k = 0;
    for (; k + 1 < i; k += 2) {
      sum0 -= l[row + k]! * b[k]!;
      sum1 -= l[row + k + 1]! * b[k + 1]!;
    }
    if (k < i) sum0 -= l[row + k]! * b[k]!;
    b[i] = (sum0 + sum1) / l[row + i]!;
  }
}

/** Solves Lᵀ x = b in place. */
export function solveUpper(l: Float64Array, n: number, b: Float64Array, stride = n): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * stride;
    const x = b[i]! / l[row + i]!;
    b[i] = x;
    for (let k = 0; k < i; k++) b[k] = b[k]! - x * l[row + k]!;
  }
}

/** The inverse of A from its factor, lower half only, written to `inverse`. */
export function inverseFromCholesky(l: Float64Array, n: number, inverse: Float64Array): void {
  // Row i of L⁻¹ first, then A⁻¹ = L⁻ᵀ L⁻¹ by adding up the rows' outer products.
  const row = new Float64Array(n);
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    row.fill(0, 0, i);
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k]!;
      const base = k * n;
      for (let j = 0; j <= k; j++) row[j] = row[j]! - factor * lower[base + j]!;
    }
    const pivot = 1 / l[i * n + i]!;
    for (let j = 0; j < i; j++) lower[i * n + j] = row[j]! * pivot;
    lower[i * n + i] = pivot;
  }
  inverse.fill(0);
  for (let k = 0; k < n; k++) {
    const base = k * n;
    for (let i = 0; i <= k; i++) {
      const factor = lower[base + i]!;
      const target = i * n;
      for (let j = 0; j <= i; j++) inverse[target + j] = inverse[target + j]! + factor * lower[base + j]!;
    }
  }
}

export function dot(a: Float64Array, b: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i]! * b[i]!;
  return sum;
}
