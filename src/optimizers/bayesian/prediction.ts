import { solveLower, solveUpper } from './linear-algebra.ts';
import type { Posterior } from './posterior.ts';

/** A variance below this share of the signal is rounding error. */
const LEAST_VARIANCE = 1e-12;

/**
 * What a model says of a point: the mean over what is measured, and the deviation once the pending points are too.
 * Holds the last point looked at, so that gradients need no second look.
 */
export class Prediction {
  readonly model: Posterior;
  /** v = L⁻¹ k(x). */
  readonly whitened: Float64Array;
  mean = 0;
  deviation = 0;
  readonly #slopes: Float64Array;
  readonly #coefficients: Float64Array;
  #isVarianceFree = true;

  constructor(model: Posterior) {
    this.model = model;
    this.whitened = new Float64Array(model.points.count);
    this.#slopes = new Float64Array(model.points.count);
    this.#coefficients = new Float64Array(model.points.count);
  }

  /** @param hasGradient whether `gradient` will be asked for */
  at(x: Float64Array, hasGradient: boolean): void {
    const { model, whitened: v } = this;
    const { measured, points, factor, hyperparameters } = model;
    const n = points.count;
    model.covariances(x, v, hasGradient ? this.#slopes : undefined);
    solveLower(factor, n, v);
    let variance = hyperparameters.signal;
    let mean = model.mean;
    for (let i = 0; i < n; i++) variance -= v[i]! * v[i]!;
    for (let i = 0; i < measured; i++) mean += v[i]! * model.whitened[i]!;
    const least = LEAST_VARIANCE * hyperparameters.signal;
    this.#isVarianceFree = variance > least;
    this.mean = mean;
    this.deviation = Math.sqrt(Math.max(variance, least));
  }

  /**
   * The gradient in x of what depends on it by the mean and the deviation, given its slopes in these, and in the pending
   * points' part of v. Chain rule: the mean is v · whitened targets, the variance signal - v · v.
   */
  gradient(
    x: Float64Array,
    byMean: number,
    byDeviation: number,
    out: Float64Array,
    byPending?: Float64Array,
  ): void {
    const { measured, whitened, points, factor } = this.model;
    const n = points.count;
    const c = this.#coefficients;
    for (let i = 0; i < n; i++)
      c[i] = i < measured ? byMean * whitened[i]! : (byPending?.[i - measured] ?? 0);
    if (this.#isVarianceFree) {
      for (let i = 0; i < n; i++) c[i] = c[i]! - (byDeviation / this.deviation) * this.whitened[i]!;
    }
    solveUpper(factor, n, c);
    this.model.gradient(x, c, this.#slopes, out);
  }
}
