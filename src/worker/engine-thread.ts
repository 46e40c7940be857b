import { performance } from 'node:perf_hooks';
import type { TrialOutcome, TrialRequest } from '../activities/trial-evaluator.ts';
import type { PrunerRule } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';
import type { MarketData } from '../market-data/market-data.ts';
import type { RiskProfile } from '../market-data/scenario.ts';
import type { Metrics, ObjectiveSettings } from '../objective/objective.ts';
import { scoreTrial } from '../objective/score.ts';
import { buildEdgeIndex, createIndexedFinder, type EdgeIndex } from '../paper-engine/edge-index.ts';
import { type CandidateFinder, edgeFactorsOf } from '../paper-engine/edges.ts';
import { resolveStrategy } from '../paper-engine/params.ts';
import { measure } from '../paper-engine/replay.ts';
import { createScan } from '../paper-engine/scan.ts';
import type { EngineSettings } from '../paper-engine/settings.ts';
import { createWorld, type World } from '../paper-engine/world.ts';
import type { Params } from '../search-space/space.ts';
import type { ScenarioMetrics } from '../store/trial-record.ts';
import { inlineTheEngine } from './engine-flags.ts';
import { pruneTrial } from './prune-trial.ts';

/** A thread of the engine pool: measures a chunk of trials on data that lies in shared memory. */

inlineTheEngine();

export interface DataSet {
  readonly scenario: string;
  readonly market: MarketData;
  readonly profile: RiskProfile;
  /** Made once per process by a thread; absent for data too short to be worth it. */
  readonly index?: EdgeIndex;
}

/** What the trials of a session share. */
export interface SessionData {
  /** Data and settings with the same key are the same. */
  readonly key: string;
  readonly sets: readonly DataSet[];
  readonly settings: EngineSettings;
  readonly objective: ObjectiveSettings;
  readonly fixed: Params;
  readonly pruner?: PrunerRule;
}

export interface Chunk {
  readonly session: SessionData;
  readonly trials: readonly TrialRequest[];
  /** The trial now being measured, from 1; 0 before the first. The pool watches it for trials that hang. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

/** The index of one data set, in shared memory. */
export function indexMarket({
  market,
  settings,
}: {
  market: MarketData;
  settings: EngineSettings;
}): EdgeIndex {
  return buildEdgeIndex(market, edgeFactorsOf(settings));
}

interface Compiled {
  readonly world: World;
  readonly finder: CandidateFinder;
}

/** What the sessions served last compile to; the columns themselves belong to the process. */
const compiledSessions = new Map<string, readonly Compiled[]>();
const KEPT_SESSIONS = 4;

function compile({ key, sets, settings }: SessionData): readonly Compiled[] {
  const kept = compiledSessions.get(key);
  if (kept !== undefined) return kept;
  const compiled = sets.map(({ market, index }) => {
    const world = createWorld(market, settings);
    const finder =
      index === undefined
        ? createScan(market, world.factors)
        : createIndexedFinder(market, world.factors, index);
    return { world, finder };
  });
  compiledSessions.set(key, compiled);
  const [oldest] = compiledSessions.keys();
  if (compiledSessions.size > KEPT_SESSIONS && oldest !== undefined) compiledSessions.delete(oldest);
  return compiled;
}

/** Measures the chunk's trials in order; a trial that cannot be measured fails alone. */
export function measureChunk({ session, trials, progress }: Chunk): TrialOutcome[] {
  const compiled = compile(session);
  return trials.map((trial, i) => {
    Atomics.store(progress, 0, i + 1);
    return measureTrial(session, compiled, trial);
  });
}

function measureTrial(
  session: SessionData,
  compiled: readonly Compiled[],
  trial: TrialRequest,
): TrialOutcome {
  const { iteration } = trial;
  const startedAt = performance.now();
  const durationMs = (): number => performance.now() - startedAt;
  try {
    const params = { ...session.fixed, ...trial.params };
    const scenarios: ScenarioMetrics[] = [];
    for (const [i, { scenario, profile }] of session.sets.entries()) {
      const { world, finder } = compiled[i]!;
      const metrics = measure(world, resolveStrategy(params, profile), finder);
      checkFinite(metrics, scenario);
      scenarios.push({ scenario, metrics });
      const pruned =
        session.pruner &&
        pruneTrial(
          session.pruner,
          session.objective,
          session.sets.map((set) => set.scenario),
          trial,
          scenarios,
        );
      if (pruned) return { status: 'pruned', iteration, ...pruned, scenarios, durationMs: durationMs() };
    }
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
