import {
  ActivityCancellationType,
  type ActivityInterfaceFor,
  type ActivityOptions,
  patched,
  proxyActivities,
} from '@temporalio/workflow';
import type { Activities, AnalyzeOutput, SessionUpdate } from '../activities/activities.ts';
import { persistSize } from './batching.ts';
import { batchSummary } from './details.ts';
import type { EvaluatedBatch } from './evaluation.ts';
import * as limits from './limits.ts';
import type { SessionInput } from './messages.ts';
import type { QueueRouter } from './queue-router.ts';
import { somewhere } from './somewhere.ts';
import type { TrialTable } from './trial-table.ts';

/** What a session writes to the result store, and the analysis it has made of it at the end. A store that is down is waited for. */

const options = {
  startToCloseTimeout: limits.PERSIST_TIMEOUT_MS,
  heartbeatTimeout: limits.HEARTBEAT_TIMEOUT_MS,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: limits.PERSIST_RETRY_MS, maximumInterval: limits.PERSIST_RETRY_MAX_MS },
};

type StoreActivities = Pick<Activities, 'persistTrials' | 'saveSession' | 'analyzeSession'>;

export class StoreProjection {
  readonly #input: SessionInput;
  readonly #router: QueueRouter;
  readonly #waiting: EvaluatedBatch[] = [];
  readonly #limits = patched('larger-writes') ? limits.WRITES : limits.EARLIER_WRITES;
  #waitingTrials = 0;
  /** When the first of the waiting was measured, milliseconds since the epoch. */
  #waitingSince = 0;
  #isWriting = false;
  #written: number;

  /** @param written trials that are in the store already */
  constructor(input: SessionInput, router: QueueRouter, written: number) {
    this.#input = input;
    this.#router = router;
    this.#written = written;
  }

  /** Trials measured and not yet in the store, those being written included. */
  get waitingTrials(): number {
    return this.#waitingTrials;
  }

  /** Too many wait for more to be measured. */
  get isFull(): boolean {
    return this.#waitingTrials > this.#limits.waiting;
  }

  /** Whether a second's worth of trials waits, or the first of them for a second. */
  hasGathered(durations: readonly number[]): boolean {
    if (this.#waitingTrials >= persistSize(durations, this.#limits.most)) return true;
    return this.#waiting.length > 0 && Date.now() - this.#waitingSince >= limits.TARGET_PERSIST_MS;
  }

  get isWriting(): boolean {
    return this.#isWriting;
  }

  get written(): number {
    return this.#written;
  }

  add(batch: EvaluatedBatch): void {
    if (this.#waiting.length === 0) this.#waitingSince = Date.now();
    this.#waiting.push(batch);
    this.#waitingTrials += batch.trials.length;
  }

  /** Writes what waits, as much as fits one write. */
  async write(): Promise<void> {
    const batches: EvaluatedBatch[] = [];
    let trials = 0;
    let size = 0;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const grown = size + next.measured.metrics.length;
      if (trials >= this.#limits.most || (trials > 0 && grown > limits.MAX_PERSIST_SIZE)) break;
      this.#waiting.shift();
      batches.push(next);
      trials += next.trials.length;
      size = grown;
    }
    // What is left came while these waited.
    this.#waitingSince = Date.now();
    const { session, spec } = this.#input;
    this.#isWriting = true;
    try {
      const summary = `store ${batchSummary(batches.flatMap((batch) => batch.trials))}`;
      const request = { session, dataHash: spec.dataHash, batches };
      await this.#call({ summary }, ({ persistTrials }) => persistTrials(request));
    } catch (error) {
      this.#waiting.unshift(...batches);
      throw error;
    } finally {
      this.#isWriting = false;
    }
    this.#waitingTrials -= trials;
    this.#written += trials;
  }

  async saveSession(update: Omit<SessionUpdate, 'session' | 'dataRoot'>): Promise<void> {
    const { session, dataRoot } = this.#input;
    const request = { session, ...update, ...(dataRoot === undefined ? {} : { dataRoot }) };
    await this.#call({ summary: `session is ${update.status}` }, ({ saveSession }) => saveSession(request));
  }

  async analyze({ finished, gaps, best }: TrialTable): Promise<AnalyzeOutput> {
    const { session, csvPath } = this.#input;
    const request = {
      ...{ session, finished, gaps },
      ...(best === undefined ? {} : { best: best.iteration }),
      ...(csvPath === undefined ? {} : { csvPath }),
    };
    return await this.#call(
      { summary: 'rank the trials, write the CSV', startToCloseTimeout: limits.ANALYZE_TIMEOUT_MS },
      ({ analyzeSession }) => analyzeSession(request),
    );
  }

  async #call<T>(
    own: ActivityOptions,
    call: (activities: ActivityInterfaceFor<StoreActivities>) => Promise<T>,
  ): Promise<T> {
    return await somewhere(this.#input.session, this.#router, true, (place) =>
      call(proxyActivities<StoreActivities>({ ...options, ...own, ...place })),
    );
  }
}
