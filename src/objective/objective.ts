/** What a session optimises, as data: metrics of scenarios in, one loss per objective and a violation out. */

/** Finite numbers by name; a metric that is undefined for a trial is absent. */
export type Metrics = Readonly<Record<string, number>>;

export type Direction = 'maximize' | 'minimize';

/** How one metric's values over the scenarios become one number. `worst` depends on the direction. */
export type Aggregation =
  | { readonly kind: 'mean' | 'median' | 'worst' | 'sum' }
  /** mean - k * population standard deviation (towards the worse side of the direction). */
  | { readonly kind: 'mean_minus_std'; readonly k: number }
  /** Mean of the worst `alpha` share of the scenarios, 0 < alpha <= 1. */
  | { readonly kind: 'cvar'; readonly alpha: number };

export interface Objective {
  readonly metric: string;
  readonly direction: Direction;
  readonly aggregate: Aggregation;
}

/** `metric op value`, on the metric aggregated over the scenarios by `aggregate`. */
export interface Constraint {
  readonly metric: string;
  readonly op: '<=' | '>=' | '<' | '>' | '==';
  readonly value: number;
  readonly aggregate: Aggregation;
}

export interface ObjectiveSettings {
  /** At least one; several make a multi-objective session (the first one ranks). */
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  /** Weight by scenario name, default 1; used by every aggregation that averages. */
  readonly weights: Readonly<Record<string, number>>;
}
