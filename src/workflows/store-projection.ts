import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities, AnalyzeOutput, SessionUpdate } from '../activities/activities.ts';
import { batchSummary } from './details.ts';
import type { EvaluatedBatch } from './evaluation.ts';
import * as limits from './limits.ts';
import type { SessionInput } from './messages.ts';

/** What a session writes to the result store, and the analysis it has made of it at the end. A store that is down is waited for. */

const activities = proxyActivities<Pick<Activities, 'persistTrials' | 'saveSession'>>({
  startToCloseTimeout: limits.PERSIST_TIMEOUT_MS,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: limits.PERSIST_RETRY_MS, maximumInterval: limits.PERSIST_RETRY_MAX_MS },
});

const analysis = proxyActivities<Pick<Activities, 'analyzeSession'>>({
  startToCloseTimeout: limits.ANALYZE_TIMEOUT_MS,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: limits.PERSIST_RETRY_MS, maximumInterval: limits.PERSIST_RETRY_MAX_MS },
});

export class StoreProjection {
  readonly #input: SessionInput;
  readonly #waiting: EvaluatedBatch[] = [];
  #waitingTrials = 0;
  #isWriting = false;
  #written: number;

  /** @param written trials that are in the store already */
  constructor(input: SessionInput, written: number) {
    this.#input = input;
    this.#written = written;
  }

  /** Trials measured and not yet in the store, those being written included. */
  get waitingTrials(): number {
    return this.#waitingTrials;
  }

  get isWriting(): boolean {
    return this.#isWriting;
  }

  get written(): number {
    return this.#written;
  }

  add(batch: EvaluatedBatch): void {
    this.#waiting.push(batch);
    this.#waitingTrials += batch.trials.length;
  }

  /** Writes what waits, as much as fits one write. */
  async write(): Promise<void> {
    const batches: EvaluatedBatch[] = [];
    let trials = 0;
    while (trials < limits.MAX_PERSIST_BATCH) {
      const batch = this.#waiting.shift();
      if (!batch) break;
      batches.push(batch);
      trials += batch.trials.length;
    }
    const { session, spec } = this.#input;
    this.#isWriting = true;
    try {
      await activities.persistTrials.executeWithOptions(
        { summary: `store ${batchSummary(batches.flatMap((batch) => batch.trials))}` },
        [{ session, dataHash: spec.dataHash, batches }],
      );
    } finally {
      this.#isWriting = false;
    }
    this.#waitingTrials -= trials;
    this.#written += trials;
  }

  async saveSession(update: Omit<SessionUpdate, 'session'>): Promise<void> {
    await activities.saveSession.executeWithOptions({ summary: `session is ${update.status}` }, [
      { session: this.#input.session, ...update },
    ]);
  }

  async analyze(finished: number, best: number | undefined): Promise<AnalyzeOutput> {
    const { session, csvPath } = this.#input;
    return await analysis.analyzeSession.executeWithOptions({ summary: 'rank the trials, write the CSV' }, [
      {
        session,
        finished,
        ...(best === undefined ? {} : { best }),
        ...(csvPath === undefined ? {} : { csvPath }),
      },
    ]);
  }
}
