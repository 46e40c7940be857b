import type { Aggregation, Direction } from './objective.ts';

/** One metric's values over the scenarios as one number. */

export interface Weighted {
  readonly value: number;
  /** > 0. */
  readonly weight: number;
}

/**
 * `values` must not be empty; scenarios of weight 0 are left out before. The direction says which side is worse.
 * Median and worst ignore the weights; `sum` is the sum of value times weight.
 */
export function aggregate(values: readonly Weighted[], how: Aggregation, direction: Direction): number {
  switch (how.kind) {
    case 'mean':
      return mean(values);
    case 'sum':
      return values.reduce((sum, { value, weight }) => sum + value * weight, 0);
    case 'median':
      return median(values.map(({ value }) => value));
    case 'worst': {
      const all = values.map(({ value }) => value);
      return direction === 'maximize' ? Math.min(...all) : Math.max(...all);
    }
    case 'mean_minus_std':
      return mean(values) + (direction === 'maximize' ? -how.k : how.k) * deviation(values);
    case 'cvar':
      return worstShare(values, how.alpha, direction);
  }
}

function mean(values: readonly Weighted[]): number {
  let sum = 0;
  let weights = 0;
  for (const { value, weight } of values) {
    sum += value * weight;
    weights += weight;
  }
  return sum / weights;
}

/** Population standard deviation. */
function deviation(values: readonly Weighted[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map(({ value, weight }) => ({ value: (value - centre) ** 2, weight }))));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
}

/** Mean over the worst `alpha` of the total weight; the scenario at the edge counts in part. */
function worstShare(values: readonly Weighted[], alpha: number, direction: Direction): number {
  const sign = direction === 'maximize' ? 1 : -1;
  const sorted = [...values].sort((a, b) => sign * (a.value - b.value));
  const budget = alpha * sorted.reduce((sum, { weight }) => sum + weight, 0);
  let left = budget;
  let sum = 0;
  for (const { value, weight } of sorted) {
    const part = Math.min(weight, left);
    if (part <= 0) break;
    sum += value * part;
    left -= part;
  }
  return sum / (budget - left);
}
