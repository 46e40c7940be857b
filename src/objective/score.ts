import { ArbtuneError } from '../errors.ts';
import type { ScenarioMetrics } from '../store/trial-record.ts';
import { aggregate, type Weighted } from './aggregate.ts';
import type { Constraint, Direction, Metrics, ObjectiveSettings } from './objective.ts';

/** A trial's scenarios as what the search reads: aggregated metrics, objectives and the violation of constraints. */

export interface Score {
  /** The weighted mean over the scenarios of every metric that all of them have. */
  readonly metrics: Metrics;
  /** One value per objective, in its own direction. */
  readonly objectives: readonly number[];
  /** Sum over the constraints of how far each is missed; 0 when all hold. */
  readonly violation: number;
}

/** What a strict constraint is missed by when its metric stands exactly on the bound. */
const ON_THE_BOUND = 1e-9;

/** Throws an `ArbtuneError` of kind `input` that names the metric and the scenario that lacks it. */
export function scoreTrial(settings: ObjectiveSettings, scenarios: readonly ScenarioMetrics[]): Score {
  const counted = scenarios.filter(({ scenario }) => weightOf(settings, scenario) > 0);
  if (counted.length === 0) throw new ArbtuneError('input', 'Expected at least one scenario of weight > 0');
  return {
    metrics: meansOf(settings, counted),
    objectives: settings.objectives.map(({ metric, aggregate: how, direction }) =>
      aggregate(valuesOf(settings, counted, metric), how, direction),
    ),
    violation: settings.constraints.reduce(
      (sum, constraint) => sum + violationOf(constraint, valuesOf(settings, counted, constraint.metric)),
      0,
    ),
  };
}

/** By `worst` a constraint is to hold on each scenario: it is missed as far as where it is missed most. */
function violationOf(constraint: Constraint, values: readonly Weighted[]): number {
  const { aggregate: how } = constraint;
  if (how.kind === 'worst') return Math.max(...values.map(({ value }) => missedBy(constraint, value)));
  return missedBy(constraint, aggregate(values, how, worseSide(constraint)));
}

/** The direction in which a constraint is kept, so that the worse scenarios are those nearer to breaking it. */
function worseSide({ op }: Constraint): Direction {
  return op === '>=' || op === '>' ? 'maximize' : 'minimize';
}

function missedBy({ op, value }: Constraint, measured: number): number {
  switch (op) {
    case '<=':
      return Math.max(0, measured - value);
    case '>=':
      return Math.max(0, value - measured);
    case '<':
      return measured < value ? 0 : Math.max(measured - value, ON_THE_BOUND);
    case '>':
      return measured > value ? 0 : Math.max(value - measured, ON_THE_BOUND);
    case '==':
      return Math.abs(measured - value);
  }
}

function weightOf({ weights }: ObjectiveSettings, scenario: string): number {
  return weights[scenario] ?? 1;
}

function valuesOf(
  settings: ObjectiveSettings,
  scenarios: readonly ScenarioMetrics[],
  metric: string,
): Weighted[] {
  return scenarios.map(({ scenario, metrics }) => {
    const value = metrics[metric];
    if (value === undefined) {
      throw new ArbtuneError('input', `The metric ${metric} is not measured on the scenario ${scenario}`);
    }
    return { value, weight: weightOf(settings, scenario) };
  });
}

function meansOf(settings: ObjectiveSettings, scenarios: readonly ScenarioMetrics[]): Metrics {
  const means: Record<string, number> = {};
  for (const name of Object.keys(scenarios[0]?.metrics ?? {})) {
    if (!scenarios.every(({ metrics }) => metrics[name] !== undefined)) continue;
    means[name] = aggregate(valuesOf(settings, scenarios, name), { kind: 'mean' }, 'maximize');
  }
  return means;
}
