import {
  exp,
  log,
  logExpectedExcess,
  logExpectedExcessSlope,
  logNormalCdf,
  logNormalPdf,
  normalCdf,
} from '../../search-space/exact-math.ts';
import type { Acquisition as Rule } from '../optimizer.ts';
import { solveLower, solveUpper } from './linear-algebra.ts';
import type { Posterior } from './posterior.ts';

/** What a trial at a point is worth, to be maximised; `gradient` (zero in nominal columns) is written on request. */
export interface Worth {
  value(x: Float64Array, gradient?: Float64Array): number;
}

/** Width of the confidence bound of `ucb`, in standard deviations. */
const CONFIDENCE = 2;

/** A variance below this share of the signal is rounding error. */
const LEAST_VARIANCE = 1e-12;

interface Score {
  value: number;
  byMean: number;
  byDeviation: number;
}

/**
 * `ei`: the logarithm of the expected improvement on the best target; `poi`: that of the chance to improve; `ucb`:
 * minus the lower confidence bound. With trials pending it is the expectation over their outcomes: the average over
 * `samples`, joint draws as standard normal numbers (fixed by the caller, so the surface is smooth), of what the
 * point would be worth had they come out so.
 */
export class Acquisition implements Worth {
  readonly #model: Posterior;
  readonly #rule: Rule;
  readonly #samples: readonly Float64Array[];
  readonly #bests: readonly number[];
  readonly #scores: readonly Score[];
  readonly #covariances: Float64Array;
  readonly #slopes: Float64Array;
  readonly #coefficients: Float64Array;

  constructor(model: Posterior, best: number, samples: readonly Float64Array[], rule: Rule) {
    this.#model = model;
    this.#rule = rule;
    this.#samples = samples;
    this.#bests = samples.map((sample) => Math.min(best, leastPending(model, sample)));
    this.#scores = samples.map(() => ({ value: 0, byMean: 0, byDeviation: 0 }));
    this.#covariances = new Float64Array(model.points.count);
    this.#slopes = new Float64Array(model.points.count);
    this.#coefficients = new Float64Array(model.points.count);
  }

  value(x: Float64Array, gradient?: Float64Array): number {
    const model = this.#model;
    const { measured, whitened, points, factor } = model;
    const n = points.count;
    const k = this.#covariances;
    model.covariances(x, k, gradient && this.#slopes);
    solveLower(factor, n, k);
    let variance = model.hyperparameters.signal;
    let mean = model.mean;
    for (let i = 0; i < n; i++) variance -= k[i]! * k[i]!;
    for (let i = 0; i < measured; i++) mean += k[i]! * whitened[i]!;
    const least = LEAST_VARIANCE * model.hyperparameters.signal;
    const deviation = Math.sqrt(Math.max(variance, least));

    let top = Number.NEGATIVE_INFINITY;
    for (let s = 0; s < this.#samples.length; s++) {
      const sample = this.#samples[s]!;
      let shifted = mean;
      for (let i = measured; i < n; i++) shifted += k[i]! * sample[i - measured]!;
      score(this.#rule, this.#bests[s]!, shifted, deviation, this.#scores[s]!);
      top = Math.max(top, this.#scores[s]!.value);
    }
    // Logarithms are averaged as what they stand for, bounds as they are.
    let total = 0;
    for (const one of this.#scores) total += this.#share(one, top);
    const result =
      this.#rule === 'ucb'
        ? this.#scores.reduce((sum, one) => sum + one.value, 0) / total
        : top + log(total / this.#scores.length);
    if (gradient) this.#ascent(x, gradient, total, top, deviation, variance > least);
    return result;
  }

  #share(one: Score, top: number): number {
    return this.#rule === 'ucb' ? 1 : exp(one.value - top);
  }

  /** Chain rule through v = L⁻¹ k(x): the mean is v · (whitened, sample), the variance signal - v · v. */
  #ascent(
    x: Float64Array,
    gradient: Float64Array,
    total: number,
    top: number,
    deviation: number,
    isVarianceFree: boolean,
  ): void {
    const { measured, whitened, points, factor } = this.#model;
    const n = points.count;
    const c = this.#coefficients.fill(0);
    let byMean = 0;
    let byDeviation = 0;
    for (let s = 0; s < this.#samples.length; s++) {
      const one = this.#scores[s]!;
      const share = this.#share(one, top) / total;
      byMean += share * one.byMean;
      byDeviation += share * one.byDeviation;
      for (let i = measured; i < n; i++) c[i] = c[i]! + share * one.byMean * this.#samples[s]![i - measured]!;
    }
    for (let i = 0; i < measured; i++) c[i] = byMean * whitened[i]!;
    if (isVarianceFree) {
      for (let i = 0; i < n; i++) c[i] = c[i]! - (byDeviation / deviation) * this.#covariances[i]!;
    }
    solveUpper(factor, n, c);
    this.#model.gradient(x, c, this.#slopes, gradient);
  }

  /** The chance that a trial at `x` beats the best one known, pending ones left aside. */
  chance(x: Float64Array, best: number): number {
    const { measured, whitened, points, factor, hyperparameters } = this.#model;
    const k = this.#covariances;
    this.#model.covariances(x, k);
    solveLower(factor, points.count, k);
    let variance = hyperparameters.signal;
    let mean = this.#model.mean;
    for (let i = 0; i < measured; i++) {
      variance -= k[i]! * k[i]!;
      mean += k[i]! * whitened[i]!;
    }
    return normalCdf((best - mean) / Math.sqrt(Math.max(variance, LEAST_VARIANCE * hyperparameters.signal)));
  }
}

/** The least of the pending points' means once their outcomes are those of the sample. */
export function leastPending(
  { points, measured, factor, whitened, mean }: Posterior,
  sample: Float64Array,
): number {
  const n = points.count;
  let least = Number.POSITIVE_INFINITY;
  for (let p = measured; p < n; p++) {
    let value = mean;
    for (let i = 0; i < measured; i++) value += factor[p * n + i]! * whitened[i]!;
    for (let i = measured; i <= p; i++) value += factor[p * n + i]! * sample[i - measured]!;
    least = Math.min(least, value);
  }
  return least;
}

function score(rule: Rule, best: number, mean: number, deviation: number, out: Score): void {
  const z = (best - mean) / deviation;
  if (rule === 'ei') {
    const slope = logExpectedExcessSlope(z);
    out.value = log(deviation) + logExpectedExcess(z);
    out.byMean = -slope / deviation;
    out.byDeviation = (1 - slope * z) / deviation;
  } else if (rule === 'poi') {
    out.value = logNormalCdf(z);
    const slope = exp(logNormalPdf(z) - out.value);
    out.byMean = -slope / deviation;
    out.byDeviation = (-slope * z) / deviation;
  } else {
    out.value = CONFIDENCE * deviation - mean;
    out.byMean = -1;
    out.byDeviation = CONFIDENCE;
  }
}

/** The logarithm of the chance that a target below 0 comes out: that a trial is feasible. */
export class LogFeasibility implements Worth {
  readonly #inner: Acquisition;

  constructor(model: Posterior) {
    this.#inner = new Acquisition(model, 0, [new Float64Array(0)], 'poi');
  }

  value(x: Float64Array, gradient?: Float64Array): number {
    return this.#inner.value(x, gradient);
  }
}

/** The sum of two worths: as logarithms, improvement where feasible. */
export function both(a: Worth, b: Worth): Worth {
  return {
    value(x, gradient) {
      if (!gradient) return a.value(x) + b.value(x);
      const first = a.value(x, gradient);
      const other = new Float64Array(x.length);
      const second = b.value(x, other);
      for (let j = 0; j < x.length; j++) gradient[j] = gradient[j]! + other[j]!;
      return first + second;
    },
  };
}
