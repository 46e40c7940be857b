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
import type { Posterior } from './posterior.ts';
import { Prediction } from './prediction.ts';

/** What a trial at a point is worth, to be maximised; `gradient` (zero in nominal columns) is written on request. */
export interface Worth {
  value(x: Float64Array, gradient?: Float64Array): number;
}

/** Width of the confidence bound of `ucb`, in standard deviations. */
const CONFIDENCE = 2;

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
  readonly #prediction: Prediction;
  readonly #rule: Rule;
  readonly #samples: readonly Float64Array[];
  readonly #bests: readonly number[];
  readonly #scores: readonly Score[];
  readonly #byPending: Float64Array;

  constructor(model: Posterior, best: number, samples: readonly Float64Array[], rule: Rule) {
    this.#prediction = new Prediction(model);
    this.#rule = rule;
    this.#samples = samples;
    this.#bests = samples.map((sample) => Math.min(best, leastPending(model, sample)));
    this.#scores = samples.map(() => ({ value: 0, byMean: 0, byDeviation: 0 }));
    this.#byPending = new Float64Array(model.points.count - model.measured);
  }

  value(x: Float64Array, gradient?: Float64Array): number {
    const prediction = this.#prediction;
    prediction.at(x, gradient !== undefined);
    const { mean, deviation, whitened, model } = prediction;
    let top = Number.NEGATIVE_INFINITY;
    for (let s = 0; s < this.#samples.length; s++) {
      const sample = this.#samples[s]!;
      let shifted = mean;
      for (let i = 0; i < sample.length; i++) shifted += whitened[model.measured + i]! * sample[i]!;
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
    if (gradient) this.#ascent(x, gradient, total, top);
    return result;
  }

  #share(one: Score, top: number): number {
    return this.#rule === 'ucb' ? 1 : exp(one.value - top);
  }

  #ascent(x: Float64Array, gradient: Float64Array, total: number, top: number): void {
    const byPending = this.#byPending.fill(0);
    let byMean = 0;
    let byDeviation = 0;
    for (let s = 0; s < this.#samples.length; s++) {
      const one = this.#scores[s]!;
      const share = this.#share(one, top) / total;
      byMean += share * one.byMean;
      byDeviation += share * one.byDeviation;
      const sample = this.#samples[s]!;
      for (let i = 0; i < sample.length; i++) byPending[i] = byPending[i]! + share * one.byMean * sample[i]!;
    }
    this.#prediction.gradient(x, byMean, byDeviation, gradient, byPending);
  }

  /** The chance that a trial at `x` beats the best one known, pending ones left aside. */
  chance(x: Float64Array, best: number): number {
    this.#prediction.at(x, false);
    return normalCdf((best - this.#prediction.mean) / this.#prediction.deviation);
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
