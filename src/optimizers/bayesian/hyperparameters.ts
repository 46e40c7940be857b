import { exp, log } from '../../search-space/exact-math.ts';
import { normal, type RandomStream } from '../../search-space/random-stream.ts';
import { correlate, type Kernel } from './kernel.ts';
import { cholesky, dot, inverseFromCholesky, solveLower, solveUpper } from './linear-algebra.ts';
import { minimise } from './minimise.ts';
import type { Points } from './points.ts';

/**
 * The hyperparameters of a Gaussian process with a constant mean, at the maximum of evidence times prior. Priors:
 * log length ~ N(log 0.4 + log(d) / 2, 0.8²), as distances in a cube grow with the root of its dimension d; log
 * signal ~ N(0, 1.4²); noise ~ Gamma(1.1, rate 30), as most objectives repeat.
 */

export interface Hyperparameters {
  /** One per column, in units of the cube. */
  readonly lengths: Float64Array;
  /** Variance of the process, and of the noise on top, in units of the targets' variance. */
  readonly signal: number;
  readonly noise: number;
}

const LENGTH_SPREAD = 0.8;
const SIGNAL_SPREAD = 1.4;
const NOISE_SHAPE = 0.1;
const NOISE_RATE = 30;
const LENGTH_RANGE = [0.02, 60] as const;
const SIGNAL_RANGE = [0.01, 1e4] as const;
const NOISE_RANGE = [1e-8, 2] as const;
const MAX_EVALUATIONS = 25;
const TOLERANCE = 1e-4;

/** Added to the diagonal, as a share of the signal, so that the factor exists where points all but coincide. */
export const JITTER = 1e-10;

export function fitHyperparameters(
  points: Points,
  targets: Float64Array,
  kernel: Kernel,
  startNoise: number,
): Hyperparameters {
  const d = points.columns;
  const lengthMode = log(0.4) + 0.5 * log(d);
  const start = new Float64Array(d + 2).fill(lengthMode);
  const lower = new Float64Array(d + 2).fill(log(LENGTH_RANGE[0]));
  const upper = new Float64Array(d + 2).fill(log(LENGTH_RANGE[1]));
  start[d] = 0;
  lower[d] = log(SIGNAL_RANGE[0]);
  upper[d] = log(SIGNAL_RANGE[1]);
  start[d + 1] = log(startNoise);
  lower[d + 1] = log(NOISE_RANGE[0]);
  upper[d + 1] = log(NOISE_RANGE[1]);
  const evidence = evidenceOf(points, targets, kernel);
  const posterior = (theta: Float64Array, gradient: Float64Array): number => {
    let value = evidence(theta, gradient);
    for (let j = 0; j <= d; j++) {
      const spread = j < d ? LENGTH_SPREAD : SIGNAL_SPREAD;
      const z = (theta[j]! - (j < d ? lengthMode : 0)) / spread;
      value += 0.5 * z * z;
      gradient[j] = gradient[j]! + z / spread;
    }
    const noise = exp(theta[d + 1]!);
    value += NOISE_RATE * noise - NOISE_SHAPE * theta[d + 1]!;
    gradient[d + 1] = gradient[d + 1]! + NOISE_RATE * noise - NOISE_SHAPE;
    return value;
  };
  const { x } = minimise(posterior, start, lower, upper, MAX_EVALUATIONS, TOLERANCE);
  return { lengths: x.slice(0, d).map(exp), signal: exp(x[d]!), noise: exp(x[d + 1]!) };
}

/**
 * Lengths drawn about the fitted ones, which the best fit alone does not tell: their uncertainty is the prior's when
 * there are no trials, and falls as if each trial told about one length.
 */
export function drawLengths(fitted: Hyperparameters, trials: number, next: RandomStream): Hyperparameters {
  const spread = LENGTH_SPREAD / Math.sqrt(1 + trials / fitted.lengths.length);
  return { ...fitted, lengths: fitted.lengths.map((length) => length * exp(spread * normal(next))) };
}

/** Minus the log evidence and its gradient in (log lengths, log signal, log noise). */
function evidenceOf(points: Points, targets: Float64Array, kernel: Kernel) {
  const { count: n, columns: d } = points;
  const differences = pairDifferences(points);
  const pairs = (n * (n - 1)) / 2;
  const factor = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  const squared = new Float64Array(pairs);
  const correlations = new Float64Array(pairs);
  const slopes = new Float64Array(pairs);

  return (theta: Float64Array, gradient: Float64Array): number => {
    const signal = exp(theta[d]!);
    const noise = exp(theta[d + 1]!);
    squared.fill(0);
    for (let j = 0; j < d; j++) {
      const scale = exp(-2 * theta[j]!);
      const column = differences[j]!;
      for (let p = 0; p < pairs; p++) squared[p] = squared[p]! + scale * column[p]!;
    }
    correlate(kernel, squared, pairs, correlations, slopes);
    for (let i = 0, p = 0; i < n; i++) {
      for (let k = 0; k < i; k++, p++) factor[i * n + k] = signal * correlations[p]!;
      factor[i * n + i] = signal * (1 + JITTER) + noise;
    }
    if (!cholesky(factor, n)) return Number.POSITIVE_INFINITY;
    inverseFromCholesky(factor, n, inverse);

    const mean = constantMean(factor, targets);
    const residual = targets.map((target) => target - mean);
    const weights = residual.slice();
    solveLower(factor, n, weights);
    solveUpper(factor, n, weights);
    let value = 0.5 * dot(residual, weights, n);
    for (let i = 0; i < n; i++) value += log(factor[i * n + i]!);

    // d value / d K = (K⁻¹ - w wᵀ) / 2; a pair stands in it twice, the diagonal once.
    let bySignal = 0;
    let byDiagonal = 0;
    for (let i = 0, p = 0; i < n; i++) {
      for (let k = 0; k < i; k++, p++) {
        const sensitivity = inverse[i * n + k]! - weights[i]! * weights[k]!;
        bySignal += sensitivity * correlations[p]!;
        slopes[p] = slopes[p]! * sensitivity;
      }
      byDiagonal += 0.5 * (inverse[i * n + i]! - weights[i]! * weights[i]!);
    }
    for (let j = 0; j < d; j++) {
      const column = differences[j]!;
      gradient[j] = -2 * signal * exp(-2 * theta[j]!) * dot(slopes, column, pairs);
    }
    gradient[d] = signal * (bySignal + byDiagonal);
    gradient[d + 1] = noise * byDiagonal;
    return value;
  };
}

/** The constant that explains the targets best (generalised least squares). */
export function constantMean(factor: Float64Array, targets: Float64Array, stride = targets.length): number {
  const n = targets.length;
  const ones = new Float64Array(n).fill(1);
  const whitened = targets.slice();
  solveLower(factor, n, ones, stride);
  solveLower(factor, n, whitened, stride);
  return dot(ones, whitened, n) / dot(ones, ones, n);
}

/** Per column, the squared differences of all pairs of points; pair (i, k), i > k, at i (i - 1) / 2 + k. */
function pairDifferences({ count, columns, nominal, x }: Points): Float64Array[] {
  return Array.from({ length: columns }, (_, j) => {
    const column = new Float64Array((count * (count - 1)) / 2);
    for (let i = 1, p = 0; i < count; i++) {
      for (let k = 0; k < i; k++, p++) {
        const difference = x[i * columns + j]! - x[k * columns + j]!;
        column[p] = nominal[j] ? Number(difference !== 0) : difference * difference;
      }
    }
    return column;
  });
}
