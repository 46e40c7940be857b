/**
 * Early stopping of a trial over its scenarios: a trial that what it has shown so far all but rules out as the
 * best one need not be measured on the rest. Pure; the caller decides what it may see.
 *
 * The rule is distribution-free. Every finished trial j tells how far its loss over all scenarios lay from its loss
 * over the first k: d_j. The running trial is pruned after k when even the r-th smallest d_j, added to its own loss
 * over k, does not reach the best finished loss. Were trials exchangeable, one that would have been the best falls
 * below the r-th smallest of m with a chance of at most r / (m + 1); r is the largest that keeps this, summed over
 * the points where a trial is looked at, within `maxError`.
 */

export interface PrunerSettings {
  /** Chance, 0 < maxError < 1, that a trial which would have become the best is pruned. */
  readonly maxError: number;
  /** One loss from those of the scenarios, in their order: the session's aggregation, minimised. */
  readonly aggregate: (losses: readonly number[]) => number;
  /** Scenarios of a whole trial, at least 2. */
  readonly scenarios: number;
}

export interface PruneVerdict {
  readonly prune: boolean;
  /** What the whole trial would probably have lost: its loss so far plus the median d_j; tell the optimizer this. */
  readonly expectedLoss: number;
}

export interface Pruner {
  /**
   * `finished` holds the scenario losses of whole trials, in any order; `prefix` those of the running one, at least
   * one and fewer than all.
   */
  judge(finished: readonly (readonly number[])[], prefix: readonly number[]): PruneVerdict;
}

export function scenarioPruner({ maxError, aggregate, scenarios }: PrunerSettings): Pruner {
  const looks = scenarios - 1;
  return {
    judge(finished, prefix) {
      const shown = aggregate(prefix);
      const whole = finished.filter((losses) => losses.length === scenarios);
      const finals = whole.map((losses) => aggregate(losses));
      const rest = whole
        .map((losses, j) => finals[j]! - aggregate(losses.slice(0, prefix.length)))
        .sort((a, b) => a - b);
      const median = rest.length > 0 ? rest[Math.floor((rest.length - 1) / 2)]! : 0;
      const rank = Math.floor((maxError / looks) * (rest.length + 1));
      const prune = rank >= 1 && shown + rest[rank - 1]! > Math.min(...finals);
      return { prune, expectedLoss: shown + median };
    },
  };
}
