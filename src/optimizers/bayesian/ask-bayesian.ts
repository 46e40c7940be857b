import { normalQuantile } from '../../search-space/exact-math.ts';
import { hashText, hashWords, randomStream } from '../../search-space/random-stream.ts';
import { sobolSequence } from '../../search-space/sobol.ts';
import type { AskInput, Proposal } from '../optimizer.ts';
import { drawNew } from '../random.ts';
import { isTaken } from '../taken.ts';
import { Acquisition, both, LogFeasibility, type Worth } from './acquisition.ts';
import { Encoding } from './encoding.ts';
import { cachedFit } from './fit-cache.ts';
import { lookFor } from './look.ts';
import { lookAtFront } from './look-at-front.ts';
import { maximise } from './maximise.ts';
import { type Feasibility, type Observations, observe } from './observations.ts';
import { pointsOf, squaredDistance } from './points.ts';
import { Posterior } from './posterior.ts';
import type { Search } from './search.ts';
import { selectRows } from './selection.ts';

/**
 * Bayesian search: a space-filling design, then each ask models what was measured as a Gaussian process and proposes
 * the point of the highest expected improvement, over the outcomes of pending trials and times the chance to be
 * feasible. Nothing is kept from ask to ask.
 */
export function askBayesian(input: AskInput): Proposal {
  const encoding = new Encoding(input.space);
  const design = designSize(encoding.columns);
  const observed = observe(input, encoding);
  if (observed.points.length < 2 || input.finished.length + input.pending.length < design) {
    return proposeDrawn(input, `initial design of ${design}`);
  }
  const pending = [...input.pending]
    .sort((a, b) => a.iteration - b.iteration)
    .map((trial) => encoding.encode(trial.params));
  const search =
    lookAtFront(input, observed, pending, encoding) ?? lookAtBest(input, observed, pending, encoding, design);
  const candidates = maximise(encoding, {
    ...search,
    worth: withFeasibility(search.worth, observed.feasibility, encoding),
    next: randomStream(input.settings.seed, input.iteration, 'candidates'),
    seed: hashWords(
      input.settings.seed,
      input.settings.seed / 4294967296,
      input.iteration,
      hashText('candidates'),
    ),
  });
  const known = [...observed.points, ...pending];
  for (const { point } of candidates) {
    const params = encoding.decode(point);
    if (isTaken(input, params) || isTwin(point, known, encoding)) continue;
    return { kind: 'trial', params, reason: reasonFor(search, point) };
  }
  return proposeDrawn(input, 'drawn: the model knows no better point that is new');
}

const LARGEST_DESIGN = 16;

/** A model learns a length per dimension: of fewer points than twice as many it believes what it likes. */
const designSize = (dimensions: number): number =>
  Math.min(LARGEST_DESIGN, Math.max(4 + dimensions, 2 * dimensions));

function proposeDrawn(input: AskInput, reason: string): Proposal {
  const params = drawNew(input);
  return params ? { kind: 'trial', params, reason } : { kind: 'exhausted' };
}

function lookAtBest(
  input: AskInput,
  observed: Observations,
  pending: readonly Float64Array[],
  encoding: Encoding,
  design: number,
): Search {
  const { model, goal, best, ...place } = lookFor(input, observed, pending, encoding, design);
  const rule = input.settings.acquisition ?? 'ei';
  const worth = new Acquisition(model, goal, outcomes(input, pending.length), rule);
  const aim = 'beat the best';
  return { ...place, worth, elite: elite(observed), aim, chance: (x) => worth.chance(x, best) };
}

/** Joint outcomes of the pending trials that an expectation is taken over. */
const OUTCOMES = 32;

function outcomes({ settings, iteration }: AskInput, pending: number): Float64Array[] {
  if (pending === 0) return [new Float64Array(0)];
  const draw = sobolSequence(pending, settings.seed, `outcomes ${iteration}`);
  return Array.from({ length: OUTCOMES }, (_, index) => draw(index).map(normalQuantile));
}

const FEASIBILITY_ROWS = 120;

function withFeasibility(
  improvement: Worth,
  feasibility: Feasibility | undefined,
  encoding: Encoding,
): Worth {
  if (!feasibility) return improvement;
  const rows = selectRows(feasibility.targets, FEASIBILITY_ROWS);
  const points = pointsOf(
    rows.map((i) => feasibility.points[i]!),
    encoding.nominal,
  );
  const targets = Float64Array.from(rows, (i) => feasibility.targets[i]!);
  const fit = cachedFit(points, targets, 'matern52', 1e-3);
  return both(improvement, new LogFeasibility(new Posterior(points, targets, 'matern52', fit)));
}

const ELITE = 4;

function elite({ points, losses, feasible }: Observations): Float64Array[] {
  return points
    .map((_, i) => i)
    .filter((i) => feasible[i])
    .sort((a, b) => losses[a]! - losses[b]! || a - b)
    .slice(0, ELITE)
    .map((i) => points[i]!);
}

/** A point this near a known one would measure it again. */
const TWIN_DISTANCE = 1e-9;

const isTwin = (point: Float64Array, known: readonly Float64Array[], encoding: Encoding): boolean =>
  encoding.isPlain &&
  known.some((other) => squaredDistance(point, other, encoding.nominal) < TWIN_DISTANCE * TWIN_DISTANCE);

function reasonFor({ label, aim, chance }: Search, point: Float64Array): string {
  const percent = 100 * chance(point);
  return `${label}: ${percent < 1 ? 'under 1' : percent.toFixed(0)} % chance to ${aim}`;
}
