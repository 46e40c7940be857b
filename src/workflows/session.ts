import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { AnalyzeOutput, SearchedBatch, SearchStep } from '../activities/activities.ts';
import type { MeasuredBatch } from '../activities/measured-batch.ts';
import type { Params } from '../search-space/space.ts';
import type { CarriedSession } from './carried-session.ts';
import { statusDetails } from './details.ts';
import { type EvaluatedBatch, evaluateBatch } from './evaluation.ts';
import * as limits from './limits.ts';
import type { SessionResult, SessionStatus } from './messages.ts';
import { askFor, visibleTrials } from './proposals.ts';
import { SESSION_ATTRIBUTES } from './search-attributes.ts';
import { SessionState } from './session-state.ts';
import { type SessionView, sessionResult, sessionStatus } from './session-view.ts';

/** One run of a session: the steps that its workflow takes (ask, evaluate, tell, persist), and the orders it is given. */
export class Session extends SessionState {
  #attributesAt = this.table.finished;
  #firstError: string | undefined;

  async propose(): Promise<void> {
    let count = this.#countBeforeEnough(this.proposable());
    for (; count > 0 && this.enqueued.length > 0; count--)
      this.table.propose(this.enqueued.shift() as Params, 'enqueued');
    if (count === 0) return;
    this.asking = true;
    try {
      const iterations = this.table.nextIterations(count);
      const proposals = await askFor(this.input, this.router, this.table, this.parallelism, iterations);
      for (const proposal of proposals) this.#take(proposal);
    } finally {
      this.asking = false;
    }
  }

  /** Has the next trials proposed and measured by one worker; they become known when they are finished. */
  search(): void {
    const { table, parallelism } = this;
    const most = Math.min(this.target - table.next + 1, limits.MAX_SEARCH, this.mostInBatch);
    const iterations = table.nextIterations(most).filter((iteration) => iteration <= this.target);
    this.asking = true;
    this.#fly(iterations.slice(0, 1), async () => {
      try {
        const searched = await this.sequence.search(table, parallelism, iterations);
        if (searched) this.#takeSearched(searched);
      } finally {
        this.asking = false;
      }
    });
  }

  #takeSearched({ trials, measured, end }: SearchedBatch): void {
    for (const { params, reason = '' } of trials) this.table.propose(params, reason);
    this.table.dispatch(trials.length);
    this.#tell({ trials, measured });
    if (end) this.#take(end);
  }

  /** How many of the next `count` trials the stopping rules allow; they see what the trial's ask would see. */
  #countBeforeEnough(count: number): number {
    if (!this.rule) return count;
    const { spec } = this.input;
    for (let i = 0; i < count; i++) {
      const { finished } = visibleTrials(spec, this.table, this.table.next + i - this.parallelism + 1);
      const why = this.rule({ finished });
      if (why === undefined) continue;
      if (i === 0) this.#end(why);
      return i;
    }
    return count;
  }

  /** No more trials are proposed; those in flight finish. */
  #end(why: string): void {
    this.exhausted = true;
    this.why = why;
  }

  #take(step: SearchStep): void {
    if (step.kind === 'trial') {
      this.table.propose(step.params, step.reason);
    } else if (step.kind === 'enough') {
      this.#end(step.why);
    } else {
      this.#end('every point of the search space has been tried');
    }
  }

  /** Starts the next batch of proposed trials; what comes of it is told and queued for the store. */
  dispatch(): void {
    const trials = this.table.dispatch(this.batchSize);
    const { parallelism } = this;
    this.#fly(
      trials.map(({ iteration }) => iteration),
      async () => {
        const batches = await evaluateBatch(this.input, this.router, trials, parallelism);
        for (const batch of batches) this.#tell(batch);
      },
    );
  }

  /** Runs what measures these trials beside all else; a failure ends the session. */
  #fly(iterations: readonly number[], measure: () => Promise<void>): void {
    const first = iterations[0] as number;
    this.inFlight.set(first, { iterations, since: new Date().toISOString() });
    measure()
      .catch((error: unknown) => {
        if (!isCancellation(error)) this.fail(error);
      })
      .finally(() => {
        this.inFlight.delete(first);
        this.#show();
      });
    this.#show();
  }

  #tell(batch: EvaluatedBatch): void {
    const { measured } = batch;
    this.table.tell(measured);
    this.sequence.onTold(measured);
    this.store.add(batch);
    this.#checkFailures(measured);
  }

  #checkFailures(measured: MeasuredBatch): void {
    this.#firstError ??= measured.trials.find((trial) => trial.error !== undefined)?.error;
    const { maxFailedTrials } = this.input.spec.limits;
    if (this.table.failed <= maxFailedTrials) return;
    this.fatal ??= ApplicationFailure.nonRetryable(
      `${this.table.failed} trials failed, more than the ${maxFailedTrials} allowed; the first: ${this.#firstError ?? 'of an earlier run'}`,
      'SessionFailed',
    );
  }

  async persist(): Promise<void> {
    await this.store.write();
    this.#refreshAttributes();
    this.#show();
  }

  async save(first: boolean, status: string = this.phase): Promise<void> {
    const { spec } = this.input;
    await this.store.saveSession({
      status,
      startedAt: this.startedAt,
      iterations: this.target,
      completed: this.table.completed,
      failed: this.table.failed,
      ...(first ? { spec } : {}),
    });
  }

  async analyze(): Promise<AnalyzeOutput> {
    this.phase = 'analyzing';
    this.#show();
    return await this.store.analyze(this.table.finished, this.table.best?.iteration);
  }

  // --- what it is told ------------------------------------------------------------------------------------------

  /** More trials, other parallelism, params to try next. */
  extend(request: { iterations: number; parallelism?: number; enqueue: readonly Params[] }): void {
    this.target += request.iterations;
    this.parallelism = request.parallelism ?? this.parallelism;
    this.enqueued.push(...request.enqueue);
    this.#show();
  }

  async pause(): Promise<void> {
    if (this.paused) return;
    this.paused = true;
    this.phase = 'paused';
    this.publish(this.phase);
    await this.save(false);
  }

  async unpause(): Promise<void> {
    if (!this.paused) return;
    this.paused = false;
    this.phase = 'running';
    this.publish(this.phase);
    await this.save(false);
  }

  /** Running trials finish, then the session is analysed. */
  stop(why: string): void {
    this.paused = false;
    this.phase = 'stopping';
    this.why = why;
    this.publish(this.phase);
  }

  /** Stops when the session's time limit has passed, if it has one and still runs then. */
  async stopInTime(): Promise<void> {
    const { timeLimitMs } = this.input.spec.stopping;
    if (timeLimitMs === undefined) return;
    await sleep(Math.max(1, Date.parse(this.startedAt) + timeLimitMs - Date.now()));
    if (this.phase === 'running' || this.phase === 'paused') this.stop('the time limit has passed');
  }

  fail(error: unknown): void {
    this.fatal ??= asFatal(error);
  }

  // --- what it tells --------------------------------------------------------------------------------------------

  status(): SessionStatus {
    return sessionStatus(this.#view);
  }

  result(status: SessionResult['status'], analysis: AnalyzeOutput): SessionResult {
    return sessionResult(this.#view, status, analysis);
  }

  get #view(): SessionView {
    const { table, phase, why, target, parallelism } = this;
    return {
      ...{ input: this.input, table, phase, why, target, parallelism, startedAt: this.startedAt },
      persisted: this.store.written,
      running: [...this.inFlight.values()],
    };
  }

  carry(): CarriedSession {
    return {
      ...this.table.carry(),
      enqueued: this.enqueued,
      target: this.target,
      parallelism: this.parallelism,
      paused: this.paused,
      startedAt: this.startedAt,
      requests: this.requests,
      hasSessionWorkers: this.router.hasSessionWorkers,
    };
  }

  /** For the Web UI: where the session stands, without an event being opened. */
  #show(): void {
    setCurrentDetails(statusDetails(this.status()));
  }

  /** Search attributes cost an event: they follow the trials in steps. */
  #refreshAttributes(): void {
    const step = Math.ceil(this.target / limits.ATTRIBUTE_REFRESHES);
    if (this.table.finished - this.#attributesAt >= step) this.publish(this.phase);
  }

  publish(status: string): void {
    this.#attributesAt = this.table.finished;
    upsertSearchAttributes([
      { key: SESSION_ATTRIBUTES.status, value: status },
      { key: SESSION_ATTRIBUTES.completed, value: this.table.completed },
      ...(this.table.best ? [{ key: SESSION_ATTRIBUTES.best, value: this.table.best.objective }] : []),
    ]);
    this.#show();
  }
}

function asFatal(error: unknown): ApplicationFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return ApplicationFailure.nonRetryable(message, 'SessionFailed');
}
