import type { Scenario } from '../market-data/scenario.ts';
import type { ObjectiveSettings } from '../objective/objective.ts';
import type { OptimizerSettings } from '../optimizers/optimizer.ts';
import type { EngineSettings } from '../paper-engine/settings.ts';
import type { Params, ParamValue, SearchSpace } from '../search-space/space.ts';

/**
 * A session, checked and complete: what the client hands to the workflow and what a worker needs to measure a
 * trial. Plain JSON, no defaults left open, no path of the machine that loaded it except a scenario's data files.
 */

export type Mode = 'paper' | 'shadow' | 'live';
export type Ordering = 'deterministic' | 'asynchronous';

export interface TrialLimits {
  /** Longest time one trial may take, milliseconds. */
  readonly trialTimeoutMs: number;
  /** Attempts of a trial whose worker or machine fails; a trial that cannot succeed is tried once. */
  readonly maxAttempts: number;
  /** The session fails when more trials than this have failed. */
  readonly maxFailedTrials: number;
}

export interface StoppingRules {
  /** End after this many trials without a better one. */
  readonly patience?: number;
  /** End when the first objective reaches this value. */
  readonly target?: number;
  /** End when this much time has passed, milliseconds; running trials finish. */
  readonly timeLimitMs?: number;
  /** End when the search expects to gain less than this, in units of the first objective; one objective only. */
  readonly expectedRegret?: number;
}

/** Ends a trial before its last scenario when it can hardly become the best. */
export interface PrunerRule {
  /** Chance that a trial which would have become the best is ended, 0 < maxError < 1. */
  readonly maxError: number;
}

/** A trial of an earlier session: params in the space's order, null where inactive. */
export type PriorTrial = readonly [
  params: readonly (ParamValue | null)[],
  losses: readonly number[],
  violation: number,
];

/** What a session knows from others before its first trial. None of it is a trial of its own. */
export interface PriorTrials {
  /** For people. */
  readonly source: string;
  readonly trials: readonly PriorTrial[];
}

export interface SessionSpec {
  readonly name: string;
  readonly space: SearchSpace;
  /** Params of the strategy that are not searched. */
  readonly fixed: Params;
  readonly optimizer: OptimizerSettings;
  readonly objective: ObjectiveSettings;
  readonly scenarios: readonly Scenario[];
  /** Venues, rebalancing and risk guard of the paper engine; absent: its defaults. */
  readonly engine?: EngineSettings;
  readonly maxIterations: number;
  /** Trials in flight. */
  readonly parallelism: number;
  readonly ordering: Ordering;
  readonly limits: TrialLimits;
  readonly stopping: StoppingRules;
  /** Absent: every trial is measured on all scenarios. */
  readonly pruner?: PrunerRule;
  /** Params to try first, in this order. */
  readonly enqueue: readonly Params[];
  /** Absent: the search begins with nothing. */
  readonly prior?: PriorTrials;
  /** sha256 of what decides the results (all above except maxIterations, parallelism and limits). */
  readonly specHash: string;
  /** sha256 of the scenarios with the content of their data files. */
  readonly dataHash: string;
}
