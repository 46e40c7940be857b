import { exp, log } from '../../search-space/exact-math.ts';
import { correlation, correlationSlope, type Kernel } from './kernel.ts';
import { cholesky, dot, inverseFromCholesky, solveLower, solveUpper } from './linear-algebra.ts';
import { minimise } from './minimise.ts';

/** A Gaussian process with a constant mean over encoded points; its hyperparameters by maximum a posteriori. */

/** Encoded points, row-major; a nominal column holds the number of a choice, compared for equality only. */
export interface Points {
  readonly count: number;
  readonly columns: number;
  readonly nominal: readonly boolean[];
  readonly x: Float64Array;
}

export interface Hyperparameters {
  /** One per column. */
  readonly lengths: Float64Array;
  readonly signal: number;
  readonly noise: number;
}

/** Signal and noise are variances of the standardised targets. */
export const NOISE_FLOOR = 1e-8;

/** Squared unscaled differences of all pairs, per column; pair (i, k), i > k, at i(i-1)/2 + k. */
export function pairDifferences(points: Points): Float64Array[] {
  const { count, columns, x, nominal } = points;
  const pairs = (count * (count - 1)) / 2;
  return Array.from({ length: columns }, (_, j) => {
    const out = new Float64Array(pairs);
    let p = 0;
    for (let i = 1; i < count; i++) {
      const value = x[i * columns + j]!;
      for (let k = 0; k < i; k++) {
        const difference = value - x[k * columns + j]!;
        out[p++] = nominal[j] ? (difference === 0 ? 0 : 1) : difference * difference;
      }
    }
    return out;
  });
}

const LENGTH_SPREAD = 0.8;
const SIGNAL_SPREAD = 1.4;

export interface Fit {
  readonly hyperparameters: Hyperparameters;
  /** Minus the logarithm of evidence times prior. */
  readonly value: number;
}

export function fitGaussianProcess(
  points: Points,
  targets: Float64Array,
  kernel: Kernel,
  maxEvaluations: number,
  startNoise = 1e-3,
): Fit {
  const { count: n, columns: d } = points;
  const differences = pairDifferences(points);
  const lengthMode = log(0.4) + 0.5 * log(d);
  const start = new Float64Array(d + 2).fill(lengthMode);
  start[d] = 0;
  start[d + 1] = log(startNoise);
  const lower = new Float64Array(d + 2).fill(log(0.02));
  const upper = new Float64Array(d + 2).fill(log(60));
  lower[d] = log(0.01);
  upper[d] = log(1e4);
  lower[d + 1] = log(NOISE_FLOOR);
  upper[d + 1] = log(2);

  const matrix = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  const squared = new Float64Array((n * (n - 1)) / 2);
  const slopes = new Float64Array(squared.length);
  const weights = new Float64Array(n);
  const ones = new Float64Array(n);

  const objective = (theta: Float64Array, gradient: Float64Array): number => {
    const signal = exp(theta[d]!);
    const noise = exp(theta[d + 1]!);
    squared.fill(0);
    for (let j = 0; j < d; j++) {
      const weight = exp(-2 * theta[j]!);
      const column = differences[j]!;
      for (let p = 0; p < column.length; p++) squared[p] = squared[p]! + weight * column[p]!;
    }
    let p = 0;
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++, p++) {
        matrix[i * n + k] = signal * correlation(kernel, squared[p]!);
        slopes[p] = signal * correlationSlope(kernel, squared[p]!);
      }
      matrix[i * n + i] = signal + noise + 1e-10 * signal;
    }
    // The correlations are read again below, so they are kept apart from their factor.
    const covariance = matrix.slice();
    if (!cholesky(matrix, n)) return Number.POSITIVE_INFINITY;
    inverseFromCholesky(matrix, n, inverse);
    // Profile the constant mean out.
    let sumInverse = 0;
    let sumTargets = 0;
    for (let i = 0; i < n; i++) {
      let row = 0;
      for (let k = 0; k < n; k++) row += k <= i ? inverse[i * n + k]! : inverse[k * n + i]!;
      ones[i] = row;
      sumInverse += row;
      sumTargets += row * targets[i]!;
    }
    const mean = sumTargets / sumInverse;
    let logDeterminant = 0;
    for (let i = 0; i < n; i++) {
      weights[i] = targets[i]! - mean;
      logDeterminant += log(matrix[i * n + i]!);
    }
    const residual = weights.slice();
    solveLower(matrix, n, weights);
    solveUpper(matrix, n, weights);
    let value = 0.5 * dot(residual, weights, n) + logDeterminant;

    // d value / d K = (K⁻¹ - w wᵀ) / 2, each pair counted twice.
    gradient.fill(0);
    let signalPart = 0;
    let trace = 0;
    p = 0;
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++, p++) {
        const sensitivity = inverse[i * n + k]! - weights[i]! * weights[k]!;
        signalPart += sensitivity * covariance[i * n + k]!;
        slopes[p] = slopes[p]! * sensitivity;
      }
      const diagonal = 0.5 * (inverse[i * n + i]! - weights[i]! * weights[i]!);
      trace += diagonal;
      signalPart += diagonal * signal;
    }
    gradient[d] = signalPart;
    gradient[d + 1] = trace * noise;
    for (let j = 0; j < d; j++) {
      const column = differences[j]!;
      let sum = 0;
      for (let q = 0; q < column.length; q++) sum += slopes[q]! * column[q]!;
      gradient[j] = -2 * exp(-2 * theta[j]!) * sum;
      const z = (theta[j]! - lengthMode) / LENGTH_SPREAD;
      value += 0.5 * z * z;
      gradient[j] = gradient[j]! + z / LENGTH_SPREAD;
    }
    const z = theta[d]! / SIGNAL_SPREAD;
    value += 0.5 * z * z - 0.1 * theta[d + 1]! + 30 * noise;
    gradient[d] = gradient[d]! + z / SIGNAL_SPREAD;
    gradient[d + 1] = gradient[d + 1]! - 0.1 + 30 * noise;
    return value;
  };

  const best = minimise(objective, start, lower, upper, maxEvaluations, 1e-4);
  return {
    hyperparameters: {
      lengths: best.x.slice(0, d).map(exp),
      signal: exp(best.x[d]!),
      noise: exp(best.x[d + 1]!),
    },
    value: best.value,
  };
}

/** The process given its data. Predictions are of the noiseless function, in units of the targets. */
export class Posterior {
  readonly points: Points;
  readonly kernel: Kernel;
  readonly hyperparameters: Hyperparameters;
  readonly mean: number;
  readonly observed: number;
  /** Cholesky factor of the covariance, stride `points.count`. */
  readonly factor: Float64Array;
  /** K⁻¹ (y - mean). */
  readonly weights: Float64Array;
  /** L⁻¹ (y - mean). */
  readonly whitened: Float64Array;
  readonly #scales: Float64Array;

  constructor(points: Points, targets: Float64Array, kernel: Kernel, hyperparameters: Hyperparameters) {
    const { count: n, columns: d } = points;
    this.points = points;
    this.kernel = kernel;
    this.hyperparameters = hyperparameters;
    this.#scales = hyperparameters.lengths.map((length) => 1 / (length * length));
    const factor = new Float64Array(n * n);
    const row = new Float64Array(n);
    let jitter = 1e-10 * hyperparameters.signal;
    for (;;) {
      for (let i = 0; i < n; i++) {
        this.covariances(points.x.subarray(i * d, (i + 1) * d), row, i + 1);
        factor.set(row.subarray(0, i), i * n);
        factor[i * n + i] = hyperparameters.signal + hyperparameters.noise + jitter;
      }
      if (cholesky(factor, n)) break;
      jitter *= 100;
    }
    this.factor = factor;
    const m = targets.length;
    this.observed = m;
    const ones = new Float64Array(m).fill(1);
    solveLower(factor, m, ones, n);
    const whitened = targets.slice();
    solveLower(factor, m, whitened, n);
    this.mean = dot(ones, whitened, m) / dot(ones, ones, m);
    for (let i = 0; i < m; i++) whitened[i] = whitened[i]! - this.mean * ones[i]!;
    this.whitened = whitened;
    this.weights = whitened.slice();
    solveUpper(factor, m, this.weights, n);
  }

  squaredDistance(x: ArrayLike<number>, i: number): number {
    const { columns: d, nominal } = this.points;
    const base = i * d;
    let sum = 0;
    for (let j = 0; j < d; j++) {
      const difference = x[j]! - this.points.x[base + j]!;
      if (difference !== 0) sum += nominal[j] ? this.#scales[j]! : this.#scales[j]! * difference * difference;
    }
    return sum;
  }

  /** Covariance of f(x) with f at the first `count` points. */
  covariances(x: ArrayLike<number>, out: Float64Array, count = this.points.count): void {
    for (let i = 0; i < count; i++) {
      out[i] = this.hyperparameters.signal * correlation(this.kernel, this.squaredDistance(x, i));
    }
  }

  scale(j: number): number {
    return this.#scales[j]!;
  }
}
