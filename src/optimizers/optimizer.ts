import type { Params, SearchSpace } from '../search-space/space.ts';

/**
 * The border of the search: what an optimizer is asked and what it answers. An ask is a pure function of
 * `AskInput`: no clock, no hidden state, every random number from (seed, iteration).
 */

export type Method = 'grid' | 'random' | 'bayesian';
export type Acquisition = 'ei' | 'ucb' | 'poi';
export type Sampler = 'sobol' | 'uniform';

export interface OptimizerSettings {
  readonly method: Method;
  /** 0 .. 2^53 - 1. */
  readonly seed: number;
  /** Grid values per continuous parameter, >= 2. */
  readonly gridPoints: number;
  /** How `random`, and the first points of `bayesian`, are drawn. */
  readonly sampler: Sampler;
  /** Absent: the best default of `bayesian`. */
  readonly acquisition?: Acquisition;
}

/** A finished trial as an optimizer sees it. */
export interface FinishedTrial {
  /** From 1; a trial of an earlier session, which this one only knows of, counts from 0 downwards. */
  readonly iteration: number;
  readonly params: Params;
  /** One loss per objective, all to be minimised (a maximised metric arrives negated); null when the trial failed. */
  readonly losses: readonly number[] | null;
  /** Sum of constraint violations, 0 when feasible. */
  readonly violation: number;
}

/** A trial proposed but not yet told. */
export interface PendingTrial {
  readonly iteration: number;
  readonly params: Params;
}

export interface AskInput {
  readonly space: SearchSpace;
  readonly settings: OptimizerSettings;
  /** The trial to propose, from 1. */
  readonly iteration: number;
  /** In any order: the answer does not depend on it. */
  readonly finished: readonly FinishedTrial[];
  readonly pending: readonly PendingTrial[];
  /**
   * The `paramsKey` of all finished and pending trials, where the caller keeps them; absent: looked up among those.
   * Random and grid then need no more than this: an ask costs the same at any number of trials.
   */
  readonly taken?: TakenKeys;
}

/** As much of a set as tells what it holds. */
export type TakenKeys = Pick<ReadonlySet<string>, 'has' | 'size'>;

/** `reason` is one short line for people: why this trial (`global EI 0.12`, `initial design 3 of 10`). */
export type Proposal =
  | { readonly kind: 'trial'; readonly params: Params; readonly reason: string }
  | { readonly kind: 'exhausted' };
