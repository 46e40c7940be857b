import { isCancellation, patched, proxyActivities } from '@temporalio/workflow';
import type { Activities, SearchedBatch } from '../activities/activities.ts';
import type { MeasuredBatch } from '../activities/measured-batch.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import { median } from './batching.ts';
import { isSessionWide, measuringOptions } from './evaluation.ts';
import * as limits from './limits.ts';
import type { SessionInput } from './messages.ts';
import type { QueueRouter } from './queue-router.ts';
import { somewhere } from './somewhere.ts';
import { dependsOnResults } from './stopping-rules.ts';
import type { TrialTable } from './trial-table.ts';

/**
 * Trials that have to wait for one another anyway are proposed and measured in turn by one worker, many in one
 * activity: the same trials as step by step, at a fraction of the cost. Nothing else is in flight meanwhile.
 */
export class Sequence {
  readonly #input: SessionInput;
  readonly #router: QueueRouter;
  readonly #isPossible: boolean;
  /** Trials told since the last search of this run. */
  #told: number[] = [];
  /** The trial that a search could not get past: it goes the usual way, where what fails is told from who fails. */
  #obstacle = 0;

  constructor(input: SessionInput, router: QueueRouter) {
    this.#input = input;
    this.#router = router;
    this.#isPossible = isPossible(input.spec) && patched('search-in-sequence');
  }

  /** Whether the next trials are better searched in sequence than spread over workers. */
  suits(table: TrialTable, parallelism: number): boolean {
    if (!this.#isPossible || table.next <= this.#obstacle) return false;
    if (parallelism === 1) return true;
    return table.durations.length > 0 && parallelism * median(table.durations) <= limits.SEQUENCE_MS;
  }

  onTold({ trials }: MeasuredBatch): void {
    if (this.#isPossible) this.#told.push(...trials.map(({ iteration }) => iteration));
  }

  /**
   * Searches through some of the given trials. Undefined when that cannot be done this way.
   *
   * Throws a cancellation, and failures that no other trial would escape.
   */
  async search(
    table: TrialTable,
    parallelism: number,
    iterations: readonly number[],
  ): Promise<SearchedBatch | undefined> {
    const { spec, session, carried } = this.#input;
    const { maxFailedTrials } = spec.limits;
    const fresh = this.#told.length <= limits.MAX_TOLD ? this.#told : [];
    this.#told = [];
    const request = {
      specHash: spec.specHash,
      iterations,
      window: parallelism,
      fresh: table.finishedAmong(fresh),
      finished: table.finished,
      failuresLeft: Math.max(0, maxFailedTrials + (carried?.forgiven ?? 0) - table.failed),
    };
    const measuring = measuringOptions(spec, parallelism);
    const options = {
      ...measuring,
      startToCloseTimeout: measuring.startToCloseTimeout + limits.PROPOSE_TIMEOUT_MS,
      summary: `search from trial ${iterations[0]} on`,
    };
    try {
      return await somewhere(session, this.#router, false, (place) =>
        proxyActivities<Pick<Activities, 'searchTrials'>>({ ...options, ...place }).searchTrials(request),
      );
    } catch (error) {
      if (isCancellation(error) || isSessionWide(error)) throw error;
      this.#obstacle = iterations[0] as number;
      return undefined;
    }
  }
}

/** With a pruner each trial is judged by what other workers have measured meanwhile: that stays step by step. */
function isPossible(spec: SessionSpec): boolean {
  return spec.ordering === 'deterministic' && spec.pruner === undefined && dependsOnResults(spec);
}
