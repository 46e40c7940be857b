import { normalQuantile } from '../../search-space/exact-math.ts';
import { hashText, hashWords, randomStream } from '../../search-space/random-stream.ts';
import { sobolSequence } from '../../search-space/sobol.ts';
import type { AskInput } from '../optimizer.ts';
import { Acquisition, leastPending } from './acquisition.ts';
import { Encoding } from './encoding.ts';
import { cachedFit } from './fit-cache.ts';
import { maximise } from './maximise.ts';
import { observe } from './observations.ts';
import { pointsOf } from './points.ts';
import { Posterior } from './posterior.ts';
import { selectRows } from './selection.ts';
import { wholeCube } from './trust-region.ts';
import { warpLosses } from './warp.ts';

const ROWS = 120;
const SAMPLES = 256;
const LEAST_TRIALS = 10;

/**
 * How much better than the best trial the optimum is expected to be, in units of the loss: the mean, over joint
 * samples of the model at the most promising points, of what the best of them gains. It counts the points of one
 * search and what noise the model sees, so it is an estimate, no bound. Undefined for several objectives, for fewer
 * than ten sound trials, and while none is feasible. Costs about as much as an ask.
 */
export function expectedRegret(input: AskInput): number | undefined {
  const encoding = new Encoding(input.space);
  const observed = observe(input, encoding);
  const isSingle = input.finished.every((trial) => (trial.losses?.length ?? 1) === 1);
  const isAnyFeasible = input.finished.some((trial) => trial.losses !== null && trial.violation <= 0);
  if (!isSingle || !isAnyFeasible || observed.points.length < LEAST_TRIALS) return undefined;
  const rows = selectRows(observed.losses, ROWS);
  const losses = Float64Array.from(rows, (i) => observed.losses[i]!);
  const targets = warpLosses(losses, 'linear');
  const known = rows.map((i) => observed.points[i]!);
  const fit = cachedFit(pointsOf(known, encoding.nominal), targets, 'matern52', 1e-3);
  const posterior = (pending: readonly Float64Array[]): Posterior =>
    new Posterior(pointsOf([...known, ...pending], encoding.nominal), targets, 'matern52', fit);
  let best = Number.POSITIVE_INFINITY;
  rows.forEach((row, i) => {
    if (observed.feasible[row]) best = Math.min(best, targets[i]!);
  });
  const seed = input.settings.seed;
  const middle = known[targets.indexOf(best)]!;
  const rivals = maximise(encoding, {
    worth: new Acquisition(posterior([]), best, [new Float64Array(0)], 'ei'),
    box: wholeCube(encoding.columns),
    middle,
    isLocal: false,
    elite: [middle],
    next: randomStream(seed, input.iteration, 'rivals'),
    seed: hashWords(seed, seed / 4294967296, input.iteration, hashText('rivals')),
  });
  const joint = posterior(rivals.map((rival) => rival.point));
  const draw = sobolSequence(rivals.length, seed, `regret ${input.iteration}`);
  let gain = 0;
  for (let s = 0; s < SAMPLES; s++) {
    const sample = draw(s).map(normalQuantile);
    gain += Math.max(0, best - leastPending(joint, sample)) / SAMPLES;
  }
  return gain * unitOf(losses, targets);
}

/** What one standard deviation of the targets is worth in losses. */
function unitOf(losses: Float64Array, targets: Float64Array): number {
  const spread = Math.max(...targets) - Math.min(...targets);
  return spread > 0 ? (Math.max(...losses) - Math.min(...losses)) / spread : 0;
}
