import type { ProposedTrial } from '../activities/measured-batch.ts';
import { packParams, unpackParams } from '../search-space/params.ts';
import type { Params, ParamValue, SearchSpace } from '../search-space/space.ts';
import type { TrialStatus } from '../store/trial-record.ts';
import type { RankedTrial } from './losses.ts';
import type { Orders } from './orders.ts';

/** A session between two of its runs: compact, since all of it stands in the first event of the next. */

/** A finished trial in a continued session: params in the space's order (null where inactive), then what was found. */
export type CarriedTrial = readonly [
  params: readonly (ParamValue | null)[],
  losses: readonly number[] | null,
  violation: number,
  worker: number,
  /** Where trials are pruned: the first objective by scenario, or that this one was. */
  shown?: readonly number[] | 'pruned',
];

/** The compact state that a continued or resumed session starts from. */
export interface CarriedSession {
  /** Trial i + 1 at index i; null where it has not been measured. */
  readonly trials: readonly (CarriedTrial | null)[];
  /** Trials proposed and not yet measured. */
  readonly proposed: readonly ProposedTrial[];
  readonly workers: readonly string[];
  readonly best?: RankedTrial;
  readonly target: number;
  /** What is left to do of them, and how earlier trials were asked for. */
  readonly orders?: Orders;
  /** Instead of `orders`, in sessions that were carried before there were any: in flight, and to try next. */
  readonly parallelism?: number;
  readonly enqueued?: readonly Params[];
  /** Failed trials that do not count any more: the session failed for them, and was resumed. */
  readonly forgiven?: number;
  readonly paused: boolean;
  /** ISO 8601, of the session's first run. */
  readonly startedAt: string;
  /** Durations of the latest trials, milliseconds: what the batch size adapts to. */
  readonly durations: readonly number[];
  /** Requests that have been answered, so that none counts twice. */
  readonly requests: readonly string[];
  /** Whether workers serve this session alone. */
  readonly hasSessionWorkers: boolean;
}

/** What `packTrial` needs of a finished trial. */
interface Packable {
  readonly params: Params;
  readonly state: string;
  readonly workerId?: string;
  readonly byScenario?: readonly number[];
}

export function packTrial(
  space: SearchSpace,
  workers: readonly string[],
  { params, state, workerId = '', byScenario }: Packable,
  { losses, violation }: { readonly losses: readonly number[] | null; readonly violation: number },
): CarriedTrial {
  const values = packParams(space, params);
  const worker = workers.indexOf(workerId);
  if (state === 'pruned') return [values, losses, violation, worker, 'pruned'];
  return byScenario ? [values, losses, violation, worker, byScenario] : [values, losses, violation, worker];
}

export interface UnpackedTrial {
  readonly params: Params;
  readonly losses: readonly number[] | null;
  readonly violation: number;
  readonly state: TrialStatus;
  readonly workerId: string;
  readonly byScenario?: readonly number[];
}

export function unpackTrial(
  space: SearchSpace,
  workers: readonly string[],
  [values, losses, violation, worker, shown]: CarriedTrial,
): UnpackedTrial {
  return {
    params: unpackParams(space, values),
    losses,
    violation,
    state: !losses ? 'failed' : shown === 'pruned' ? 'pruned' : 'completed',
    workerId: workers[worker] ?? '',
    ...(shown === undefined || shown === 'pruned' ? {} : { byScenario: shown }),
  };
}
