import { type Score, scoreTrial } from '../objective/score.ts';
import type { FinishedTrial } from '../optimizers/optimizer.ts';
import { completeParams, packParams, paramsKey, unpackParams } from '../search-space/params.ts';
import type { Params } from '../search-space/space.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { MAX_PRIOR_TRIALS } from '../workflows/limits.ts';
import { toLosses } from '../workflows/losses.ts';
import { type ParamProblem, paramsProblems } from './params.ts';
import type { PriorTrial, SessionSpec } from './session-spec.ts';

/** Trials of earlier sessions as a search may learn from them: those that fit its space, scored by its objective. Pure. */

/** An earlier trial as this session would have found it. */
export interface KnownTrial {
  readonly record: TrialRecord;
  readonly params: Params;
  readonly losses: readonly number[];
  /** By this session's objective. */
  readonly score: Omit<Score, 'metrics'>;
}

export interface PriorSelection {
  /** In the order given, no point twice. */
  readonly known: readonly KnownTrial[];
  /** How many were left out, by why. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/**
 * @param anyway a trial may have been measured otherwise: params that are not searched here are left out of it, and
 *   where it does not tell what each scenario measured, its objective is taken as it stands
 */
export function selectPrior(
  spec: SessionSpec,
  records: readonly TrialRecord[],
  anyway: boolean,
): PriorSelection {
  const known = new Map<string, KnownTrial>();
  const leftOut = new Map<string, number>();
  for (const record of records) {
    const found = knownTrial(spec, record, anyway);
    const key = typeof found === 'string' ? '' : paramsKey(spec.space, found.params);
    const why = typeof found === 'string' ? found : known.has(key) ? 'measured again later' : undefined;
    if (why !== undefined) leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
    if (typeof found === 'string') continue;
    known.delete(key); // The later one, in its place.
    known.set(key, found);
  }
  const all = [...known.values()];
  const kept = bestAndNewest(all);
  if (kept.length < all.length) leftOut.set('neither best nor newest', all.length - kept.length);
  return { known: kept, leftOut };
}

/** The trial, or why it cannot be one of this session's space. */
function knownTrial(spec: SessionSpec, record: TrialRecord, anyway: boolean): KnownTrial | string {
  if (record.status !== 'completed') return record.status;
  const params = paramsHere(spec, record.params, anyway);
  if (typeof params === 'string') return params;
  const score = scoreHere(spec, record, anyway);
  if (typeof score === 'string') return score;
  return { record, params, losses: toLosses(spec, score.objectives), score };
}

function paramsHere({ space, fixed }: SessionSpec, params: Params, anyway: boolean): Params | string {
  for (const [name, value] of Object.entries(params)) {
    if (name in space || fixed[name] === value || anyway) continue;
    return `${name} not searched here`;
  }
  const searched = Object.fromEntries(Object.entries(params).filter(([name]) => name in space));
  const problem = paramsProblems(searched, space).find(({ code }) => !(anyway && code === 'CONDITION'));
  return problem ? describe(problem) : completeParams(space, searched);
}

function describe({ name, code, missing }: ParamProblem): string {
  if (missing) return `${name} missing`;
  return code === 'CONDITION' ? `${name} without effect here` : `${name} outside the search space`;
}

/** By this session's objective, from what each scenario measured. */
function scoreHere(
  spec: SessionSpec,
  { scenario_metrics, objective, objectives, violation }: TrialRecord,
  anyway: boolean,
): KnownTrial['score'] | string {
  const wanted = spec.objective.objectives.length;
  if (scenario_metrics.length === 0) {
    const found = objectives ?? (objective === null ? [] : [objective]);
    if (!anyway) return 'no metrics by scenario';
    return found.length === wanted && found.every(Number.isFinite)
      ? { objectives: found, violation }
      : 'no objective';
  }
  const lacks = [...spec.objective.objectives, ...spec.objective.constraints].find(({ metric }) =>
    scenario_metrics.some(({ metrics }) => !Number.isFinite(metrics[metric])),
  );
  return lacks ? `${lacks.metric} not measured` : scoreTrial(spec.objective, scenario_metrics);
}

/** All, or of too many the better half of what may stay and the newest of the others; in their order. */
function bestAndNewest(trials: readonly KnownTrial[]): readonly KnownTrial[] {
  if (trials.length <= MAX_PRIOR_TRIALS) return trials;
  const ranked = [...trials].sort(byMerit);
  const best = new Set(ranked.slice(0, MAX_PRIOR_TRIALS / 2));
  const newest = new Set(trials.filter((trial) => !best.has(trial)).slice(-MAX_PRIOR_TRIALS / 2));
  return trials.filter((trial) => best.has(trial) || newest.has(trial));
}

/** The better first: by violation, then by the first loss. */
export function byMerit(a: KnownTrial, b: KnownTrial): number {
  return a.score.violation - b.score.violation || (a.losses[0] as number) - (b.losses[0] as number);
}

/** Compact, as a spec holds them. */
export function packPrior({ space }: SessionSpec, known: readonly KnownTrial[]): PriorTrial[] {
  return known.map(({ params, losses, score }) => [packParams(space, params), losses, score.violation]);
}

/** As an ask sees them: before trial 1, the last one as trial 0. */
export function unpackPrior({ space, prior }: Pick<SessionSpec, 'space' | 'prior'>): FinishedTrial[] {
  const trials = prior?.trials ?? [];
  return trials.map(([values, losses, violation], i) => ({
    iteration: i + 1 - trials.length,
    params: unpackParams(space, values),
    losses,
    violation,
  }));
}
