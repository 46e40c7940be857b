import { decode } from '../search-space/params.ts';
import { randomStream } from '../search-space/random-stream.ts';
import { sobolSequence } from '../search-space/sobol.ts';
import type { Params } from '../search-space/space.ts';
import type { AskInput, Proposal } from './optimizer.ts';
import { firstNewPoint, isTaken } from './taken.ts';

/** Draws before the points of a nearly used-up space are gone through one by one. */
const REDRAWS = 64;

/**
 * Random search: trial n is point n of a scrambled Sobol sequence (`sampler: sobol`) or of independent uniform ones,
 * each parameter on its own scale. A draw that was tried already is drawn again.
 */
export function askRandom(input: AskInput): Proposal {
  const params = drawNew(input);
  return params ? { kind: 'trial', params, reason: input.settings.sampler } : { kind: 'exhausted' };
}

/** A new parameter set; undefined when the space holds no other. */
export function drawNew(input: AskInput): Params | undefined {
  const first = decode(input.space, drawUnit(input));
  if (!isTaken(input, first)) return first;
  const next = randomStream(input.settings.seed, input.iteration, 'redraw');
  const dimensions = Object.keys(input.space).length;
  for (let i = 0; i < REDRAWS; i++) {
    const params = decode(input.space, Float64Array.from({ length: dimensions }, next));
    if (!isTaken(input, params)) return params;
  }
  return firstNewPoint(input, next());
}

function drawUnit({ space, settings, iteration }: AskInput): Float64Array {
  const dimensions = Object.keys(space).length;
  if (settings.sampler === 'sobol') return sobolSequence(dimensions, settings.seed)(iteration - 1);
  const next = randomStream(settings.seed, iteration, 'uniform');
  return Float64Array.from({ length: dimensions }, next);
}
