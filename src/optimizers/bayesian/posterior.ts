import { constantMean, type Hyperparameters, JITTER } from './hyperparameters.ts';
import { correlate, type Kernel } from './kernel.ts';
import { cholesky, solveLower } from './linear-algebra.ts';
import type { Points } from './points.ts';

/**
 * A Gaussian process given its data. Points beyond the targets are pending ones: known to be measured, with outcomes
 * that are not known. They stand last in the factor, so that a joint sample of their outcomes is a vector of
 * independent standard normal numbers at the end of the whitened targets.
 */
export class Posterior {
  readonly points: Points;
  /** How many points have targets. */
  readonly measured: number;
  readonly kernel: Kernel;
  readonly hyperparameters: Hyperparameters;
  readonly mean: number;
  /** L with L Lᵀ = K + noise, over all points. */
  readonly factor: Float64Array;
  /** L⁻¹ (targets - mean), over the measured points. */
  readonly whitened: Float64Array;
  readonly #scales: Float64Array;

  constructor(points: Points, targets: Float64Array, kernel: Kernel, hyperparameters: Hyperparameters) {
    this.points = points;
    this.measured = targets.length;
    this.kernel = kernel;
    this.hyperparameters = hyperparameters;
    this.#scales = hyperparameters.lengths.map((length) => 1 / (length * length));
    this.factor = this.#factorised();
    this.mean = constantMean(this.factor, targets, points.count);
    this.whitened = targets.map((target) => target - this.mean);
    solveLower(this.factor, this.measured, this.whitened, points.count);
  }

  #factorised(): Float64Array {
    const { count: n, columns, x } = this.points;
    const { signal, noise } = this.hyperparameters;
    const factor = new Float64Array(n * n);
    const row = new Float64Array(n);
    for (let jitter = JITTER; ; jitter *= 100) {
      for (let i = 0; i < n; i++) {
        this.covariances(x.subarray(i * columns, (i + 1) * columns), row, undefined, i);
        factor.set(row.subarray(0, i), i * n);
        factor[i * n + i] = signal * (1 + jitter) + noise;
      }
      if (cholesky(factor, n)) return factor;
    }
  }

  /** Covariances of f(x) with f at the first `count` points; on request their slopes in the squared distance. */
  covariances(
    x: ArrayLike<number>,
    out: Float64Array,
    slopes?: Float64Array,
    count = this.points.count,
  ): void {
    const { columns, nominal, x: known } = this.points;
    const { signal } = this.hyperparameters;
    out.fill(0, 0, count);
    for (let j = 0; j < columns; j++) {
      const scale = this.#scales[j]!;
      const isNominal = nominal[j]!;
      const value = x[j]!;
      for (let i = 0, at = j; i < count; i++, at += columns) {
        const difference = value - known[at]!;
        const squared = isNominal ? Number(difference !== 0) : difference * difference;
        out[i] = out[i]! + scale * squared;
      }
    }
    correlate(this.kernel, out, count, out, slopes);
    for (let i = 0; i < count; i++) out[i] = signal * out[i]!;
    if (slopes) for (let i = 0; i < count; i++) slopes[i] = signal * slopes[i]!;
  }

  /** The gradient of a sum of covariances with the points, of the given coefficients and slopes. */
  gradient(x: ArrayLike<number>, coefficients: Float64Array, slopes: Float64Array, out: Float64Array): void {
    const { count, columns, nominal, x: known } = this.points;
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      if (!nominal[j]) {
        const scale = this.#scales[j]!;
        const value = x[j]!;
        for (let i = 0, at = j; i < count; i++, at += columns) {
          sum += 2 * coefficients[i]! * slopes[i]! * scale * (value - known[at]!);
        }
      }
      out[j] = sum;
    }
  }

  /** Posterior mean at point `i`: what the noise leaves of its target, or what is expected of a pending one. */
  meanAt(i: number): number {
    const row = new Float64Array(this.points.count);
    const { columns, x } = this.points;
    this.covariances(x.subarray(i * columns, (i + 1) * columns), row, undefined, this.measured);
    solveLower(this.factor, this.measured, row, this.points.count);
    let mean = this.mean;
    for (let k = 0; k < this.measured; k++) mean += row[k]! * this.whitened[k]!;
    return mean;
  }
}
