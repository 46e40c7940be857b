import type { TrialOutcome, TrialRequest } from '../activities/trial-evaluator.ts';
import type { PrunerRule } from '../config/session-spec.ts';
import type { MarketData } from '../market-data/market-data.ts';
import type { RiskProfile } from '../market-data/scenario.ts';
import type { ObjectiveSettings } from '../objective/objective.ts';
import { buildEdgeIndex, createIndexedFinder, type EdgeIndex } from '../paper-engine/edge-index.ts';
import { type CandidateFinder, edgeFactorsOf } from '../paper-engine/edges.ts';
import { resolveStrategy } from '../paper-engine/params.ts';
import { measure } from '../paper-engine/replay.ts';
import { createScan } from '../paper-engine/scan.ts';
import type { EngineSettings } from '../paper-engine/settings.ts';
import { createWorld, type World } from '../paper-engine/world.ts';
import type { Params } from '../search-space/space.ts';
import { measureTrial, type TrialRules } from './measure-trial.ts';
import { inlineTheEngine } from './v8-flags.ts';

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
  const rules = rulesOf(session);
  return trials.map((trial, i) => {
    Atomics.store(progress, 0, i + 1);
    return measureTrial(rules, trial, (scenario, params) => {
      const { world, finder } = compiled[scenario]!;
      return measure(world, resolveStrategy(params, session.sets[scenario]!.profile), finder);
    });
  });
}

/** What of a session's data its trials' outcomes depend on, engine aside. */
export function rulesOf({ sets, ...rest }: SessionData): TrialRules {
  return { ...rest, scenarios: sets.map(({ scenario }) => scenario) };
}
