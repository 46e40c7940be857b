import type { SessionSpec } from '../config/session-spec.ts';
import type { Metrics } from '../objective/objective.ts';
import type {
  FinishedTrial,
  OptimizerSettings,
  PendingTrial,
  Proposal,
  TakenKeys,
} from '../optimizers/optimizer.ts';
import type { StoppingRule } from '../optimizers/stopping.ts';
import type { SearchSpace } from '../search-space/space.ts';
import type { SessionIdentity } from '../workflows/messages.ts';
import type { Orders } from '../workflows/orders.ts';
import type { MeasuredBatch, ProposedTrial } from './measured-batch.ts';
import type { TrialRequest } from './trial-evaluator.ts';

/** The activities of a session, as its workflow calls them: one verb and a noun, one object in, one out. */

export interface EvaluateInput {
  /** Which session's data and settings: a worker reads them once from the session's first event. */
  readonly specHash: string;
  readonly trials: readonly Omit<TrialRequest, 'rivals'>[];
  /** With a pruner: trial n is judged against trials 1 .. n - window; absent: against all that are finished. */
  readonly window?: number;
}

/** A trial that was measured whole, as a pruner sees it. */
export interface Rival {
  readonly iteration: number;
  /** The first objective by scenario, in the session's order. */
  readonly byScenario: readonly number[];
}

export interface PersistInput {
  readonly session: SessionIdentity;
  readonly dataHash: string;
  readonly batches: readonly {
    readonly measured: MeasuredBatch;
    readonly trials: readonly ProposedTrial[];
  }[];
}

/** Where a session stands, for the store's list of sessions. */
export interface SessionUpdate {
  readonly session: SessionIdentity;
  readonly status: string;
  readonly startedAt: string;
  readonly iterations: number;
  readonly completed: number;
  /** Absent where none was. */
  readonly pruned?: number;
  readonly failed: number;
  readonly orders?: Orders;
  readonly dataRoot?: string;
  /** Only the first time. */
  readonly spec?: SessionSpec;
}

export interface AnalyzeInput {
  readonly session: SessionIdentity;
  /** Trials that history says are finished: the store must hold as many. */
  readonly finished: number;
  /** The trials before the last of them that are not. With it only those are looked at: a run that was reset left others. */
  readonly gaps?: readonly number[];
  /** The best trial, whose metrics are asked for. */
  readonly best?: number;
  readonly csvPath?: string;
}

export interface AnalyzeOutput {
  /** Absolute, on the worker that wrote it. */
  readonly csv: string;
  /** Of the best trial. */
  readonly bestMetrics: Metrics;
}

/** The trials that an ask may look at: the activity fetches them by a query, so that they never swell the history. */
export interface VisibleTrials {
  readonly finished: readonly FinishedTrial[];
  readonly pending: readonly PendingTrial[];
  /** There is more than one answer holds: it goes on after this trial. */
  readonly next?: number;
}

/** A group of asks made at once; each sees the proposals of those before it as pending. */
export interface ProposeRequest {
  readonly specHash: string;
  /** The trials to propose, ascending. */
  readonly iterations: readonly number[];
  /** The ask for trial n sees the results of trials 1 .. n - window, later ones as pending; absent: all of them. */
  readonly window?: number;
}

/** A proposal, or that a stopping rule has had enough. */
export type SearchStep = Proposal | { readonly kind: 'enough'; readonly why: string };

/** A step after which nothing is proposed. */
export type SearchEnd = Exclude<SearchStep, { readonly kind: 'trial' }>;

/** Trials to propose and measure one after the other, while no other trial of the session is under way. */
export interface SearchInput {
  readonly specHash: string;
  /** Ascending; the activity may end before the last. */
  readonly iterations: readonly number[];
  /** The ask for trial n sees the results of trials 1 .. n - window, later ones as pending. */
  readonly window: number;
  /** Trials that finished since the last search of this run: with them a worker may know all it must. */
  readonly fresh: readonly FinishedTrial[];
  /** Finished trials in all. */
  readonly finished: number;
  /** Ends when more trials than this have failed. */
  readonly failuresLeft: number;
}

export interface SearchedBatch {
  /** In the order of their iterations, a beginning of those asked for. */
  readonly trials: readonly ProposedTrial[];
  /** Of the same trials. */
  readonly measured: MeasuredBatch;
  /** Absent: the search goes on. */
  readonly end?: SearchEnd;
}

/** The same with what its asks look at. */
export interface ProposeInput extends Omit<ProposeRequest, 'specHash'>, VisibleTrials {
  readonly space: SearchSpace;
  readonly settings: OptimizerSettings;
  /** Known before trial 1, to every ask. */
  readonly prior?: readonly FinishedTrial[];
  /** Params of all earlier trials, for a method that looks at no result: then it is given no trials. */
  readonly taken?: TakenKeys;
  /** Looks at what the ask sees, before it; absent: whoever asks has looked. */
  readonly rule?: StoppingRule;
  /** The search ends when it expects to gain less than this; absent: never. */
  readonly expectedRegret?: number;
}

export interface Activities {
  /** Idempotent: with `window`, what its asks may see never changes. */
  proposeTrials(input: ProposeRequest): Promise<SearchStep[]>;
  /** Idempotent: what its asks may see never changes, and the same trials give the same measurements. Heartbeats both. */
  searchTrials(input: SearchInput): Promise<SearchedBatch>;
  /** Idempotent by what it measures: the same trials give the same measurements. Heartbeats finished trials. */
  evaluateTrials(input: EvaluateInput): Promise<MeasuredBatch>;
  /** Idempotent by (session, iteration). */
  persistTrials(input: PersistInput): Promise<void>;
  /** Idempotent by session. */
  saveSession(input: SessionUpdate): Promise<void>;
  /** Idempotent by session: the files are replaced. */
  analyzeSession(input: AnalyzeInput): Promise<AnalyzeOutput>;
}
