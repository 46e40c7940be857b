import { nonDominated } from '../../objective/dominance.ts';
import { randomStream } from '../../search-space/random-stream.ts';
import type { AskInput } from '../optimizer.ts';
import type { Encoding } from './encoding.ts';
import { cachedFit } from './fit-cache.ts';
import { FIT_ROWS, MODEL_ROWS, START_NOISE } from './fit-view.ts';
import { FrontImprovement } from './front-improvement.ts';
import { NOISY } from './look.ts';
import type { Observations } from './observations.ts';
import { pointsOf } from './points.ts';
import { Posterior } from './posterior.ts';
import type { Search } from './search.ts';
import { selectRows } from './selection.ts';
import { wholeCube } from './trust-region.ts';
import { warpLosses } from './warp.ts';

/** Several objectives, a model each: where a trial adds most to what the Pareto front beats. */

/**
 * How far past the front's worst losses a trial still adds something, in units of the front's range, by the number of the
 * trial: near its ends the front is filled, from afar it is made longer. In the other turns a view looks at the objectives
 * as one, see `observe`; five and the number of views have no factor in common, so that each has its turn.
 */
const REACHES: readonly (number | undefined)[] = [undefined, 0.1, undefined, undefined, 0.5];

/** A loss counts up to so many of the front's ranges past its worst: a cliff would else take all of the model's scale. */
const CAP = 3;

/** In standard deviations of the targets: the front's range while it is a trial or two. */
const LEAST_RANGE = 0.5;

/** What can be summed up in its time: more objectives, or more trials on the front, are looked at as a single one. */
const MOST_OBJECTIVES = 3;
const MOST_ON_FRONT = 100;

const KERNEL = 'matern52';

const ELITE = 4;

/** Undefined when it is not its turn, or the front is more than it can take. */
export function lookAtFront(
  { iteration, settings }: AskInput,
  { points, objectives, feasible }: Observations,
  pending: readonly Float64Array[],
  { nominal, columns }: Encoding,
): Search | undefined {
  const reach = REACHES[iteration % REACHES.length];
  if ((settings.acquisition ?? 'ei') !== 'ei' || reach === undefined) return undefined;
  if (!objectives || objectives.length > MOST_OBJECTIVES) return undefined;
  const onFront = new Set(frontOf(objectives, feasible));
  if (onFront.size > MOST_ON_FRONT) return undefined;
  const ranks = Float64Array.from(points, (_, i) => (onFront.has(i) ? 0 : 1));
  const rows = selectRows(ranks, MODEL_ROWS);
  const fitted = selectRows(ranks, FIT_ROWS);
  const pointsAt = (chosen: readonly number[]) => chosen.map((i) => points[i]!);
  const known = [...pointsAt(rows), ...pending];
  const models: Posterior[] = [];
  const judged: Float64Array[] = [];
  for (const losses of objectives) {
    const targets = warpLosses(capped(losses, onFront), 'linear');
    const at = (chosen: readonly number[]) => Float64Array.from(chosen, (i) => targets[i]!);
    const fit = cachedFit(pointsOf(pointsAt(fitted), nominal), at(fitted), KERNEL, START_NOISE[KERNEL]);
    const model = new Posterior(pointsOf(known, nominal), at(rows), KERNEL, fit);
    const isMeasured = (i: number) => i < rows.length && fit.noise <= NOISY;
    models.push(model);
    judged.push(Float64Array.from(known, (_, i) => (isMeasured(i) ? targets[rows[i]!]! : model.meanAt(i))));
  }
  const front = frontOf(
    judged,
    known.map((_, i) => i >= rows.length || feasible[rows[i]!]!),
  );
  const vectors = front.map((i) => judged.map((targets) => targets[i]!));
  const reference = judged.map((_, k) => {
    const losses = vectors.map((all) => all[k]!);
    const worst = Math.max(...losses);
    return worst + reach * Math.max(worst - Math.min(...losses), LEAST_RANGE);
  });
  const worth = new FrontImprovement(models, vectors, reference);
  const first = Math.floor(randomStream(settings.seed, iteration, 'front')() * front.length);
  const elite = spread(front, first).map((i) => known[i]!);
  return {
    ...{ label: 'Pareto front', worth, box: wholeCube(columns), middle: elite[0]!, isLocal: false, elite },
    ...{ aim: 'add to it', chance: (x) => worth.chance(x) },
  };
}

/** The rows on the front of the feasible ones, from one end of it to the other. */
function frontOf(columns: readonly Float64Array[], feasible: readonly boolean[]): number[] {
  const rows = feasible.map((_, i) => i).filter((i) => feasible[i]);
  return nonDominated(rows.map((i) => columns.map((values) => values[i]!))).map((at) => rows[at]!);
}

function capped(losses: Float64Array, onFront: ReadonlySet<number>): Float64Array {
  const front = Array.from(onFront, (i) => losses[i]!);
  const worst = Math.max(...front);
  // Nothing is known of the range of a front that is one trial.
  const range = worst - Math.min(...front) || Number.POSITIVE_INFINITY;
  return losses.map((loss) => Math.min(loss, worst + CAP * range));
}

/** A few of them, evenly apart, round and round from the first on. */
const spread = (front: readonly number[], first: number): number[] =>
  Array.from(
    { length: Math.min(ELITE, front.length) },
    (_, k) => front[(first + Math.floor((k * front.length) / ELITE)) % front.length]!,
  );
