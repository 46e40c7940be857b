import { normal, type RandomStream } from '../../search-space/random-stream.ts';
import { sobolSequence } from '../../search-space/sobol.ts';
import type { Worth } from './acquisition.ts';
import type { Encoding } from './encoding.ts';
import { minimise } from './minimise.ts';
import type { Box } from './trust-region.ts';

/** Where a worth is highest in a box: many points by their value, then an ascent from the best of them. */

export interface Candidate {
  readonly point: Float64Array;
  readonly worth: number;
}

export interface Hunt {
  readonly worth: Worth;
  readonly box: Box;
  /** The best trial as the model sees it: where an ascent starts too, and what keeps its choices in a local box. */
  readonly middle: Float64Array;
  readonly isLocal: boolean;
  /** The best few trials, around which candidates are scattered. */
  readonly elite: readonly Float64Array[];
  readonly next: RandomStream;
  /** Seed of the space-filling candidates. */
  readonly seed: number;
}

const SPREAD_POINTS = 256;
const POINTS_PER_ELITE = 24;
const ELITE_SCALES = [0.2, 0.05, 0.01];
const ASCENTS = 4;
const ASCENT_EVALUATIONS = 30;
const TOLERANCE = 1e-5;
const RUNNERS_UP = 8;

/** Candidates by worth, the best first. */
export function maximise(encoding: Encoding, hunt: Hunt): Candidate[] {
  const rate = (point: Float64Array): Candidate => ({ point, worth: hunt.worth.value(point) });
  const pool = [...spreadPoints(encoding, hunt), ...elitePoints(encoding, hunt)].map(rate).sort(byWorth);
  const starts = [...pool.slice(0, ASCENTS), rate(hunt.middle.slice())];
  const tops = starts.map((start) => climb(encoding, hunt, start));
  return [...tops, ...pool.slice(0, RUNNERS_UP)].sort(byWorth);
}

const byWorth = (a: Candidate, b: Candidate): number => b.worth - a.worth;

/** Coordinates a local candidate changes at a time: all in a few dimensions, about twenty in many. */
const CHANGED = 20;
const CHANGED_CHOICES = 0.3;

function spreadPoints(encoding: Encoding, { box, middle, isLocal, next, seed }: Hunt): Float64Array[] {
  const d = encoding.columns;
  const spread = sobolSequence(d, seed, 'candidates');
  return Array.from({ length: SPREAD_POINTS }, (_, index) => {
    const point = spread(index);
    for (let j = 0; j < d; j++) {
      if (isLocal && next() > (encoding.nominal[j] ? CHANGED_CHOICES : CHANGED / d)) point[j] = middle[j]!;
      else if (encoding.nominal[j]) point[j] = encoding.choiceAt(j, point[j]!);
      else point[j] = box.lower[j]! + (box.upper[j]! - box.lower[j]!) * point[j]!;
    }
    return encoding.snap(point);
  });
}

function elitePoints(encoding: Encoding, { box, elite, next }: Hunt): Float64Array[] {
  const few = Math.max(2 / encoding.columns, 0.2);
  return elite.flatMap((trial) =>
    Array.from({ length: POINTS_PER_ELITE }, (_, index) => {
      const point = trial.slice();
      const scale = ELITE_SCALES[index % ELITE_SCALES.length]!;
      for (let j = 0; j < point.length; j++) {
        const isMoved = index % 2 === 0 || next() <= few;
        if (encoding.nominal[j]) {
          if (isMoved && next() < CHANGED_CHOICES) point[j] = encoding.choiceAt(j, next());
        } else {
          const move = isMoved ? scale * normal(next) : 0;
          point[j] = Math.min(Math.max(point[j]! + move, box.lower[j]!), box.upper[j]!);
        }
      }
      return encoding.snap(point);
    }),
  );
}

/**
 * By gradient over all numeric columns, then (in spaces that are not all continuous) value by value over the
 * discrete ones and by gradient over the continuous ones again. Only points that are trials count.
 */
function climb(encoding: Encoding, hunt: Hunt, start: Candidate): Candidate {
  const everyNumber = ascend(encoding, hunt, start, (j) => !encoding.nominal[j]);
  if (encoding.isPlain) return everyNumber;
  const chosen = sweep(encoding, hunt.worth, everyNumber);
  const refined = ascend(encoding, hunt, chosen, (j) => encoding.continuous[j]!);
  return sweep(encoding, hunt.worth, refined);
}

function ascend(
  encoding: Encoding,
  { worth, box }: Hunt,
  start: Candidate,
  moves: (j: number) => boolean,
): Candidate {
  const from = start.point;
  const lower = from.map((value, j) => (moves(j) ? Math.min(value, box.lower[j]!) : value));
  const upper = from.map((value, j) => (moves(j) ? Math.max(value, box.upper[j]!) : value));
  const descent = (point: Float64Array, gradient: Float64Array): number => {
    const value = worth.value(point, gradient);
    for (let j = 0; j < gradient.length; j++) gradient[j] = -gradient[j]!;
    return -value;
  };
  const top = minimise(descent, from, lower, upper, ASCENT_EVALUATIONS, TOLERANCE);
  const point = encoding.snap(top.x.slice());
  const reached = worth.value(point);
  return reached > start.worth ? { point, worth: reached } : start;
}

/** Steps of a discrete number, in units of the cube; one value up and down besides. */
const SWEEP_STEPS = [0.03, 0.1];

function sweep(encoding: Encoding, worth: Worth, start: Candidate): Candidate {
  let best = start;
  for (let j = 0; j < encoding.columns; j++) {
    if (encoding.continuous[j]) continue;
    for (const value of neighbours(encoding, best.point[j]!, j)) {
      const point = best.point.slice();
      point[j] = value;
      encoding.snap(point);
      const reached = worth.value(point);
      if (reached > best.worth) best = { point, worth: reached };
    }
  }
  return best;
}

function neighbours(encoding: Encoding, value: number, j: number): number[] {
  const count = encoding.valueCounts[j]!;
  if (encoding.nominal[j]) return value < 0 ? [] : Array.from({ length: count }, (_, choice) => choice);
  return [1 / count, ...SWEEP_STEPS].flatMap((step) => [value - step, value + step]);
}
