import type { Method } from '../optimizers/optimizer.ts';
import { TARGET_BATCH_MS, TARGET_PERSIST_MS } from './limits.ts';

/** How many trials go into one activity. What history recorded decides, so a replay decides the same. */

/** Grid and random never look at results: their trials may be proposed as far ahead as one likes. */
export function learnsFromResults(method: Method): boolean {
  return method === 'bayesian';
}

/** Trials of one batch at most, unless together they are more than `inFlight`; of those as many as that leaves, or `least`. */
export interface BatchLimits {
  readonly most: number;
  readonly least: number;
  readonly inFlight: number;
}

/**
 * Trials for the next activity, >= 1: as many as take about `TARGET_BATCH_MS`, so that orchestration stays a small
 * share. Where results decide on later trials, `parallelism` are in flight at most; a quarter of them a batch keeps several
 * workers busy.
 *
 * @param durations of the latest trials, milliseconds; empty at the start, which is cautious
 */
export function batchSize(
  durations: readonly number[],
  dependsOnResults: boolean,
  parallelism: number,
  { most, least, inFlight }: BatchLimits,
): number {
  const fits = Math.min(most, Math.max(least, Math.floor(inFlight / parallelism)));
  const share = dependsOnResults ? Math.ceil(parallelism / 4) : fits;
  return trialsIn(TARGET_BATCH_MS, durations, Math.min(share, fits));
}

/** Trials to gather before they are written to the store, 1 .. most. */
export function persistSize(durations: readonly number[], most: number): number {
  return trialsIn(TARGET_PERSIST_MS, durations, most);
}

/** How many trials of the median duration fit the time, 1 .. most; 1 while no duration is known. */
function trialsIn(milliseconds: number, durations: readonly number[], most: number): number {
  if (durations.length === 0) return 1;
  return Math.max(1, Math.min(most, Math.floor(milliseconds / Math.max(median(durations), 0.001))));
}

/** Of one value at least; the upper of two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
