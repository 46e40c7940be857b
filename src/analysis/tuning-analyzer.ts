import { ArbtuneError } from '../errors.ts';
import type { Objective } from '../objective/objective.ts';
import type { Params } from '../search-space/space.ts';
import type { TrialRecord, TrialStatus } from '../store/trial-record.ts';
import { columnOrder } from './column-order.ts';
import { type ParetoTrial, paretoFront } from './pareto.ts';
import { OBJECTIVE, type RankedTrial, rankTrials, violatesConstraint } from './ranking.ts';

/** What a set of finished trials says: totals and rankings. Pure: records in, plain data out. */

export const DEFAULT_TOP_N = 5;

export interface ResultTotals {
  readonly total_iterations: number;
  readonly completed: number;
  /** Completed trials that violate a constraint. */
  readonly violating: number;
  readonly pruned: number;
  readonly failed: number;
  readonly total_workers: number;
  readonly unique_sessions: number;
  readonly metrics_keys: readonly string[];
  readonly param_keys: readonly string[];
  readonly workers: readonly string[];
  readonly sessions: readonly string[];
}

/** Of a session with several objectives: the trials that no other beats. */
export interface ParetoSummary {
  readonly objectives: readonly Objective[];
  /** At most `topN`, spread over all of it, the best by the first objective first. */
  readonly trials: readonly ParetoTrial[];
  /** How many there are in all. */
  readonly size: number;
}

/** Totals and one ranking: what a summary shows. */
export interface ResultSummary {
  readonly totals: ResultTotals;
  readonly metric: string;
  readonly ascending: boolean;
  /** At most `topN`. */
  readonly ranking: readonly RankedTrial[];
  /** How many trials the best was chosen from. */
  readonly ranked: number;
  /** Why trials failed, the most frequent first. */
  readonly failures: readonly { readonly error: string; readonly count: number }[];
  /** Where several objectives are known and a trial has them. */
  readonly front?: ParetoSummary;
}

export class TuningAnalyzer {
  readonly #records: readonly TrialRecord[];

  constructor(records: readonly TrialRecord[]) {
    this.#records = records;
  }

  summarize(): ResultTotals {
    const records = this.#records;
    const workers = distinct(records.map((record) => record.worker_id));
    const sessions = distinct(records.map((record) => record.session_id));
    const count = (status: TrialStatus) => records.filter((record) => record.status === status).length;
    return {
      total_iterations: records.length,
      completed: count('completed'),
      violating: records.filter(violatesConstraint).length,
      pruned: count('pruned'),
      failed: count('failed'),
      total_workers: workers.length,
      unique_sessions: sessions.length,
      metrics_keys: columnOrder(records.map((record) => record.metrics)),
      param_keys: columnOrder(records.map((record) => record.params)),
      workers,
      sessions,
    };
  }

  /**
   * The best `topN` trials by a metric (`objective`: the session's own), highest first unless `ascending`.
   * Never a failed trial or a non-finite value; a trial that violates a constraint only below all that do not.
   *
   * @throws ArbtuneError `input` when `topN` is not a whole number >= 0.
   */
  rankByMetric(metric: string, topN: number = DEFAULT_TOP_N, ascending = false): RankedTrial[] {
    if (!Number.isSafeInteger(topN) || topN < 0) {
      throw new ArbtuneError(
        'input',
        `Expected the number of trials to rank to be a whole number >= 0, got ${topN}.`,
      );
    }
    return rankTrials(this.#records, metric, ascending).slice(0, topN);
  }

  /** Undefined when no trial without a violation has a finite value of the metric. */
  getBestParams(metric: string, ascending = false): Params | undefined {
    const [best] = this.rankByMetric(metric, 1, ascending);
    return best?.feasible ? best.record.params : undefined;
  }

  /**
   * Everything `formatResultSummary` shows.
   *
   * @param objectives the session's, for the Pareto front where there are several
   */
  result(
    metric: string = OBJECTIVE,
    topN: number = DEFAULT_TOP_N,
    ascending = false,
    objectives: readonly Objective[] = [],
  ): ResultSummary {
    const front = objectives.length > 1 ? paretoFront(this.#records, objectives) : [];
    return {
      totals: this.summarize(),
      metric,
      ascending,
      ranking: this.rankByMetric(metric, topN, ascending),
      ranked: rankTrials(this.#records, metric, ascending).length,
      failures: failures(this.#records),
      ...(front.length === 0
        ? {}
        : { front: { objectives, trials: spread(front, topN), size: front.length } }),
    };
  }
}

/** At most `count` of them at even distances, the first and, from two on, the last among them. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (count >= all.length) return all;
  const distance = (all.length - 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, i) => all[Math.round(i * distance)] as T);
}

function failures(records: readonly TrialRecord[]): { error: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { status, error } of records) {
    if (status !== 'failed') continue;
    const reason = error || 'no reason recorded';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([error, count]) => ({ error, count })).sort((a, b) => b.count - a.count);
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
