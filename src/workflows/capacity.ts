import type { SessionSpec } from '../config/session-spec.ts';
import { gridSize } from '../optimizers/grid.ts';
import { valueCount } from '../search-space/parameter.ts';

/**
 * How much of a session fits in what Temporal carries: 2 MB a payload, compressed where large. What would not fit is
 * refused before the start, or travels in parts. Pure.
 */

/** The payload that a session goes on with in a new run: spec and finished trials. With room for what trials are under way. */
const CARRIED_BYTES = 1_900_000;
/** Of a spec's JSON, when compressed: quotes as random as can be. */
const SPEC_SHARE = 0.6;
/** A number of full precision, compressed: 17 digits, sign, exponent and comma. */
const BYTES_A_NUMBER = 10;
/** Violation, worker and brackets. */
const BYTES_A_ROW = 14;
const BITS_A_DIGIT_BYTE = 6;

/** Scenarios measured in one activity at most, the aggregate of each trial counted as one: about 600 kB compressed. */
const ROWS_A_BATCH = 2_000;

/** Values in one answer to a query at most: about 1 MB compressed. */
const VALUES_A_PAGE = 100_000;

/** Trials that a session can hold. */
export function mostTrials(spec: SessionSpec): number {
  const { space, objective, pruner, scenarios } = spec;
  const params = Object.values(space).reduce((sum, parameter) => {
    const digits = 1 + Math.log2(valueCount(parameter)) / BITS_A_DIGIT_BYTE;
    return sum + Math.min(BYTES_A_NUMBER, digits);
  }, 0);
  const shown = pruner ? scenarios.length : 0;
  const perTrial = params + BYTES_A_NUMBER * (objective.objectives.length + shown) + BYTES_A_ROW;
  const left = CARRIED_BYTES - SPEC_SHARE * JSON.stringify(spec).length;
  return Math.floor(left / perTrial);
}

/** What is wrong with so many trials; undefined when they fit. A grid never has more than its points. */
export function tooManyTrials(spec: SessionSpec, trials: number): string | undefined {
  const { optimizer, space } = spec;
  const real = optimizer.method === 'grid' ? Math.min(trials, gridSize(space, optimizer.gridPoints)) : trials;
  const most = mostTrials(spec);
  if (real <= most) return undefined;
  return `one session holds at most ${most.toLocaleString('en')} trials of this search space, got ${real.toLocaleString('en')}`;
}

/** Trials that may be measured in one activity, >= 1, by what their results take. */
export function mostInBatch({ scenarios }: SessionSpec): number {
  return Math.max(1, Math.floor(ROWS_A_BATCH / (scenarios.length + 1)));
}

/** Finished trials that one answer tells of. */
export function trialsAPage({ space }: SessionSpec): number {
  return Math.floor(VALUES_A_PAGE / (Object.keys(space).length + 4));
}

/** The same of rivals, each with a value by scenario. */
export function rivalsAPage({ scenarios }: SessionSpec): number {
  return Math.floor(VALUES_A_PAGE / (scenarios.length + 1));
}
