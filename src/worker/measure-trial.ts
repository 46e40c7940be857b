import { performance } from 'node:perf_hooks';
import type { TrialOutcome, TrialRequest } from '../activities/trial-evaluator.ts';
import type { PrunerRule } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';
import { messageOf } from '../foreign-errors.ts';
import type { Metrics, ObjectiveSettings } from '../objective/objective.ts';
import { scoreTrial } from '../objective/score.ts';
import type { Params } from '../search-space/space.ts';
import type { ScenarioMetrics } from '../store/trial-record.ts';
import { pruneTrial } from './prune-trial.ts';

/** From one trial to its outcome, whatever engine measures it: a trial that cannot be measured fails alone, and says why. */

/** What the trials of a session share, engine and data aside. */
export interface TrialRules {
  /** Names, in the session's order. */
  readonly scenarios: readonly string[];
  readonly objective: ObjectiveSettings;
  readonly fixed: Params;
  readonly pruner?: PrunerRule;
}

/** @param measure the engine: the metrics of a scenario, by its place in the session's order */
export function measureTrial(
  { scenarios, objective, fixed, pruner }: TrialRules,
  trial: TrialRequest,
  measure: (scenario: number, params: Params) => Metrics,
): TrialOutcome {
  const { iteration } = trial;
  const startedAt = performance.now();
  const durationMs = (): number => performance.now() - startedAt;
  try {
    const params = { ...fixed, ...trial.params };
    const shown: ScenarioMetrics[] = [];
    for (const [i, scenario] of scenarios.entries()) {
      const metrics = measure(i, params);
      checkFinite(metrics, scenario);
      shown.push({ scenario, metrics });
      const pruned = pruner && pruneTrial(pruner, objective, scenarios, trial, shown);
      if (pruned)
        return { status: 'pruned', iteration, ...pruned, scenarios: shown, durationMs: durationMs() };
    }
    const score = scoreTrial(objective, shown);
    return { status: 'completed', iteration, ...score, scenarios: shown, durationMs: durationMs() };
  } catch (error) {
    return { status: 'failed', iteration, error: sentenceOf(error), durationMs: durationMs() };
  }
}

function checkFinite(metrics: Metrics, scenario: string): void {
  for (const [name, value] of Object.entries(metrics)) {
    if (Number.isFinite(value)) continue;
    throw new ArbtuneError(
      'input',
      `The metric ${name} is ${value} on the scenario ${scenario}; expected a finite number`,
    );
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof ArbtuneError) return error.message;
  return `The paper engine failed: ${messageOf(error)}`;
}
