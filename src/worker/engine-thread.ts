import { performance } from 'node:perf_hooks';
import type { TrialOutcome, TrialRequest } from '../activities/trial-evaluator.ts';
import { ArbtuneError } from '../errors.ts';
import type { MarketData } from '../market-data/market-data.ts';
import type { RiskProfile } from '../market-data/scenario.ts';
import type { Metrics, ObjectiveSettings } from '../objective/objective.ts';
import { scoreTrial } from '../objective/score.ts';
import { resolveStrategy } from '../paper-engine/params.ts';
import { measure } from '../paper-engine/replay.ts';
import { createWorld, type World } from '../paper-engine/run.ts';
import { createScan } from '../paper-engine/scan.ts';
import type { EngineSettings } from '../paper-engine/settings.ts';
import type { Params } from '../search-space/space.ts';

/** A thread of the engine pool: measures a chunk of trials on data that lies in shared memory. */

export interface DataSet {
  readonly scenario: string;
  readonly market: MarketData;
  readonly profile: RiskProfile;
}

/** What the trials of a session share. */
export interface SessionData {
  /** Data and settings with the same key are the same. */
  readonly key: string;
  readonly sets: readonly DataSet[];
  readonly settings: EngineSettings;
  readonly objective: ObjectiveSettings;
  readonly fixed: Params;
}

export interface Chunk {
  readonly session: SessionData;
  readonly trials: readonly TrialRequest[];
  /** The trial now being measured, from 1; 0 before the first. The pool watches it for trials that hang. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

/** Compiled worlds of the sessions served last; the columns themselves belong to the process. */
const worlds = new Map<string, readonly World[]>();
const KEPT_SESSIONS = 4;

function worldsOf({ key, sets, settings }: SessionData): readonly World[] {
  const kept = worlds.get(key);
  if (kept !== undefined) return kept;
  const compiled = sets.map(({ market }) => createWorld(market, settings));
  worlds.set(key, compiled);
  const [oldest] = worlds.keys();
  if (worlds.size > KEPT_SESSIONS && oldest !== undefined) worlds.delete(oldest);
  return compiled;
}

/** Measures the chunk's trials in order; a trial that cannot be measured fails alone. */
export function measureChunk({ session, trials, progress }: Chunk): TrialOutcome[] {
  const compiled = worldsOf(session);
  return trials.map((trial, i) => {
    Atomics.store(progress, 0, i + 1);
    return measureTrial(session, compiled, trial);
  });
}

function measureTrial(session: SessionData, compiled: readonly World[], trial: TrialRequest): TrialOutcome {
  const { iteration } = trial;
  const startedAt = performance.now();
  const durationMs = (): number => performance.now() - startedAt;
  try {
    const params = { ...session.fixed, ...trial.params };
    const scenarios = session.sets.map(({ scenario, profile }, i) => {
      const world = compiled[i]!;
      const metrics = measure(
        world,
        resolveStrategy(params, profile),
        createScan(world.market, world.factors),
      );
      checkFinite(metrics, scenario);
      return { scenario, metrics };
    });
    const score = scoreTrial(session.objective, scenarios);
    return { status: 'completed', iteration, ...score, scenarios, durationMs: durationMs() };
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
  return `The paper engine failed: ${error instanceof Error ? error.message : String(error)}`;
}
