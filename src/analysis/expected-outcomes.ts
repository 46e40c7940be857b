import type { ExpectedOutcomes, Scenario } from '../market-data/scenario.ts';
import type { Metrics } from '../objective/objective.ts';
import type { ScenarioMetrics } from '../store/trial-record.ts';

/** Whether a trial did on each scenario what the scenario's author said it should. Pure. */

export interface UnmetOutcome {
  readonly scenario: string;
  /** `min_trades: expected at least 5, got 1` */
  readonly text: string;
}

/** Empty when everything that was expected has come true. */
export function unmetOutcomes(
  scenarios: readonly Pick<Scenario, 'name' | 'expected_outcomes'>[],
  measured: readonly ScenarioMetrics[],
): UnmetOutcome[] {
  return scenarios.flatMap(({ name, expected_outcomes }) => {
    const metrics = measured.find(({ scenario }) => scenario === name)?.metrics;
    if (!metrics) return [];
    return unmet(expected_outcomes, metrics).map((text) => ({ scenario: name, text }));
  });
}

function unmet(expected: ExpectedOutcomes, metrics: Metrics): string[] {
  const { min_trades, min_pnl, circuit_breaker_triggered, safety_violations } = expected;
  const { trades = 0, pnl = 0, breaker_trips = 0, safety_violations: violations = 0 } = metrics;
  const checks: [name: string, holds: boolean, sentence: string][] = [
    ['min_trades', min_trades === undefined || trades >= min_trades, `at least ${min_trades}, got ${trades}`],
    ['min_pnl', min_pnl === undefined || pnl >= min_pnl, `at least ${min_pnl}, got ${pnl}`],
    [
      'circuit_breaker_triggered',
      circuit_breaker_triggered === undefined || circuit_breaker_triggered === breaker_trips > 0,
      `${circuit_breaker_triggered}, got ${breaker_trips} trips`,
    ],
    [
      'safety_violations',
      safety_violations === undefined || violations <= safety_violations,
      `at most ${safety_violations}, got ${violations}`,
    ],
  ];
  return checks.flatMap(([name, holds, sentence]) => (holds ? [] : [`${name}: expected ${sentence}`]));
}
