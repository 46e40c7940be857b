import {
  exp,
  log,
  logExpectedExcess,
  logNormalCdf,
  logNormalPdf,
  normalCdf,
} from '../../search-space/exact-math.ts';
import type { Worth } from './acquisition.ts';
import { type Cell, cellsBelow } from './front-cells.ts';
import type { Posterior } from './posterior.ts';
import { Prediction } from './prediction.ts';

/** Logarithms stay finite where nothing is to be gained. */
const LEAST_GAIN = 1e-300;

/** Of one objective: where cells begin and end, and what is expected below each of these bounds. */
interface Sides {
  readonly prediction: Prediction;
  /** Ascending. */
  readonly bounds: Float64Array;
  /** E[max(0, bound - loss)], in units of the highest bound's; and its slopes in mean and deviation. */
  readonly excess: Float64Array;
  readonly byMean: Float64Array;
  readonly byDeviation: Float64Array;
}

/**
 * The logarithm of the hypervolume that a trial is expected to add to what a front beats, below a reference, under one
 * model an objective, taken as independent (Emmerich et al. 2006): the sum over the cells that nothing beats yet of the
 * product of the expected excesses. Exact; pending trials count as points whose outcome is the model's mean.
 */
export class FrontImprovement implements Worth {
  readonly #sides: readonly Sides[];
  readonly #excess: readonly Float64Array[];
  /** Positions of the cells' bounds among the sides', cell by cell and objective by objective. */
  readonly #lower: Int32Array;
  readonly #upper: Int32Array;

  /** @param front vectors of targets, as the models have them */
  constructor(
    models: readonly Posterior[],
    front: readonly (readonly number[])[],
    reference: readonly number[],
  ) {
    const cells = cellsBelow(front, reference);
    this.#sides = models.map((model, k) => sidesOf(model, cells, k));
    this.#excess = this.#sides.map(({ excess }) => excess);
    const positions = (side: 'lower' | 'upper') =>
      Int32Array.from(
        cells.flatMap((cell) => this.#sides.map(({ bounds }, k) => bounds.indexOf(cell[side][k]!))),
      );
    this.#lower = positions('lower');
    this.#upper = positions('upper');
  }

  value(x: Float64Array, gradient?: Float64Array): number {
    let unit = 0;
    for (const side of this.#sides) unit += lookAt(side, x, gradient !== undefined);
    const gain = this.#sum(this.#excess);
    if (gradient) this.#ascent(x, gradient, gain);
    return unit + log(Math.max(gain, LEAST_GAIN));
  }

  /** The chance that a trial at `x` adds to the front, below the reference. */
  chance(x: Float64Array): number {
    const below = this.#sides.map(({ prediction, bounds }) => {
      prediction.at(x, false);
      return bounds.map((bound) => normalCdf((bound - prediction.mean) / prediction.deviation));
    });
    return this.#sum(below);
  }

  /** Over the cells, the product over the objectives of how much the values grow across the cell. */
  #sum(values: readonly Float64Array[]): number {
    const objectives = values.length;
    let total = 0;
    for (let cell = 0; cell < this.#lower.length; cell += objectives) {
      let product = 1;
      for (let k = 0; k < objectives; k++) product *= this.#across(cell, k, values[k]!);
      total += product;
    }
    return total;
  }

  #across(cell: number, k: number, values: Float64Array): number {
    return values[this.#upper[cell + k]!]! - values[this.#lower[cell + k]!]!;
  }

  #ascent(x: Float64Array, gradient: Float64Array, gain: number): void {
    gradient.fill(0);
    if (gain <= LEAST_GAIN) return;
    const objectives = this.#sides.length;
    const share = new Float64Array(gradient.length);
    for (let k = 0; k < objectives; k++) {
      const { prediction, byMean, byDeviation } = this.#sides[k]!;
      let sumByMean = 0;
      let sumByDeviation = 0;
      for (let cell = 0; cell < this.#lower.length; cell += objectives) {
        let others = 1;
        for (let j = 0; j < objectives; j++) {
          if (j !== k) others *= this.#across(cell, j, this.#excess[j]!);
        }
        sumByMean += others * this.#across(cell, k, byMean);
        sumByDeviation += others * this.#across(cell, k, byDeviation);
      }
      prediction.gradient(x, sumByMean / gain, sumByDeviation / gain, share);
      for (let j = 0; j < share.length; j++) gradient[j] = gradient[j]! + share[j]!;
    }
  }
}

function sidesOf(model: Posterior, cells: readonly Cell[], k: number): Sides {
  const bounds = Float64Array.from(
    new Set(cells.flatMap(({ lower, upper }) => [lower[k]!, upper[k]!])),
  ).sort();
  const values = () => new Float64Array(bounds.length);
  return {
    ...{ prediction: new Prediction(model), bounds },
    ...{ excess: values(), byMean: values(), byDeviation: values() },
  };
}

/** Fills in what is expected at `x`; returns the logarithm of the unit. */
function lookAt(
  { prediction, bounds, excess, byMean, byDeviation }: Sides,
  x: Float64Array,
  hasGradient: boolean,
): number {
  prediction.at(x, hasGradient);
  const { mean, deviation } = prediction;
  const logDeviation = log(deviation);
  const unit = logDeviation + logExpectedExcess((bounds.at(-1)! - mean) / deviation);
  for (let i = 0; i < bounds.length; i++) {
    // Nothing lies below minus infinity: these stay zero.
    if (bounds[i] === Number.NEGATIVE_INFINITY) continue;
    const z = (bounds[i]! - mean) / deviation;
    excess[i] = exp(logDeviation + logExpectedExcess(z) - unit);
    if (!hasGradient) continue;
    byMean[i] = -exp(logNormalCdf(z) - unit);
    byDeviation[i] = exp(logNormalPdf(z) - unit);
  }
  return unit;
}
