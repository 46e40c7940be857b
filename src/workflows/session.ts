import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { AnalyzeOutput, SearchStep } from '../activities/activities.ts';
import type { MeasuredBatch } from '../activities/measured-batch.ts';
import type { StoppingRule } from '../optimizers/stopping.ts';
import type { Params } from '../search-space/space.ts';
import { batchSize, persistSize } from './batching.ts';
import type { CarriedSession } from './carried-session.ts';
import { statusDetails } from './details.ts';
import { type EvaluatedBatch, evaluateBatch } from './evaluation.ts';
import * as limits from './limits.ts';
import type { RunningTrials, SessionInput, SessionPhase, SessionResult, SessionStatus } from './messages.ts';
import { askFor, proposable, visibleTrials } from './proposals.ts';
import { QueueRouter } from './queue-router.ts';
import { SESSION_ATTRIBUTES } from './search-attributes.ts';
import { dependsOnResults, resultRule } from './stopping-rules.ts';
import { StoreProjection } from './store-projection.ts';
import { TrialTable } from './trial-table.ts';

/**
 * One run of a session: its trials, what is in flight, and the steps its workflow takes (ask, evaluate, tell,
 * persist). Every decision here follows from history alone, so that a replay makes the same ones.
 */

export class Session {
  readonly #input: SessionInput;
  readonly #startedAt: string;
  readonly table: TrialTable;
  readonly router: QueueRouter;
  target: number;
  parallelism: number;
  enqueued: Params[];
  paused: boolean;
  phase: SessionPhase = 'running';
  why: string | undefined;
  /** The first failure that ends the session. */
  fatal: ApplicationFailure | undefined;
  /** Requests answered so far; a request counts once. */
  readonly requests: string[];
  readonly #inFlight = new Map<number, RunningTrials>();
  readonly #store: StoreProjection;
  #asking = false;
  #exhausted = false;
  readonly #rule: StoppingRule | undefined;
  readonly #isWindowed: boolean;
  #attributesAt = 0;
  #firstError: string | undefined;

  constructor(input: SessionInput) {
    const { spec, carried } = input;
    this.#input = input;
    this.table = new TrialTable(spec, carried);
    this.router = new QueueRouter(carried?.hasSessionWorkers);
    this.target = carried?.target ?? spec.maxIterations;
    this.parallelism = carried?.parallelism ?? spec.parallelism;
    this.enqueued = [...(carried?.enqueued ?? spec.enqueue)];
    this.paused = carried?.paused ?? false;
    this.requests = [...(carried?.requests ?? [])];
    this.#startedAt = carried?.startedAt ?? workflowInfo().startTime.toISOString();
    this.#store = new StoreProjection(input, this.router, this.table.finished);
    this.#attributesAt = this.table.finished;
    this.#rule = resultRule(spec);
    this.#isWindowed = dependsOnResults(spec);
    if (this.paused) this.phase = 'paused';
  }

  // --- what may be done now -------------------------------------------------------------------------------------

  get #isStopping(): boolean {
    return this.phase === 'stopping' || this.fatal !== undefined;
  }

  get #batchSize(): number {
    return batchSize(this.table.durations, this.#isWindowed, this.parallelism);
  }

  /** History has grown so far that the session goes on in a new run, once nothing is in flight. */
  get isRotating(): boolean {
    const { historySize, historyLength } = workflowInfo();
    const { maxHistoryEvents = limits.MAX_HISTORY_EVENTS } = this.#input;
    return historySize > limits.MAX_HISTORY_BYTES || historyLength > maxHistoryEvents;
  }

  get wantsMore(): boolean {
    return !this.#isStopping && !this.#exhausted && this.table.next <= this.target;
  }

  get isIdle(): boolean {
    return this.#inFlight.size === 0 && !this.#asking && this.#store.waitingTrials === 0;
  }

  get isSearchOver(): boolean {
    return this.isIdle && (this.#isStopping || (this.table.waiting === 0 && !this.wantsMore));
  }

  get canPropose(): boolean {
    return !this.paused && !this.#asking && !this.isRotating && this.wantsMore && this.#proposable() > 0;
  }

  get canDispatch(): boolean {
    if (this.paused || this.#isStopping || this.isRotating || this.table.waiting === 0) return false;
    if (this.#store.waitingTrials > limits.MAX_UNPERSISTED) return false;
    return this.#isWindowed || this.#inFlight.size < this.parallelism;
  }

  get isStoring(): boolean {
    return this.#store.isWriting;
  }

  get hasUnstored(): boolean {
    return this.#store.waitingTrials > 0;
  }

  /** A write takes as many trials as come in about a second, or what is left when nothing else goes on. */
  get canPersist(): boolean {
    if (this.#store.isWriting || this.#store.waitingTrials === 0) return false;
    if (this.#store.waitingTrials >= persistSize(this.table.durations)) return true;
    if (this.#store.waitedMs >= limits.TARGET_PERSIST_MS) return true;
    return this.#inFlight.size === 0 && !this.#asking && !this.canPropose && !this.canDispatch;
  }

  /** How many trials may be proposed now, given what the ordering lets their asks see. */
  #proposable(): number {
    const { table, parallelism } = this;
    const left = this.target - table.next + 1;
    if (!this.#isWindowed) {
      const free = this.#inFlight.size < parallelism ? this.#batchSize - table.waiting : 0;
      return Math.min(left, free);
    }
    return proposable(this.#input.spec, table, parallelism, left);
  }

  // --- the steps ------------------------------------------------------------------------------------------------

  async propose(): Promise<void> {
    let count = this.#countBeforeEnough(this.#proposable());
    for (; count > 0 && this.enqueued.length > 0; count--)
      this.table.propose(this.enqueued.shift() as Params, 'enqueued');
    if (count === 0) return;
    this.#asking = true;
    try {
      const iterations = this.table.nextIterations(count);
      const proposals = await askFor(this.#input, this.router, this.table, this.parallelism, iterations);
      for (const proposal of proposals) this.#take(proposal);
    } finally {
      this.#asking = false;
    }
  }

  /** How many of the next `count` trials the stopping rules allow; they see what the trial's ask would see. */
  #countBeforeEnough(count: number): number {
    if (!this.#rule) return count;
    const { spec } = this.#input;
    for (let i = 0; i < count; i++) {
      const { finished } = visibleTrials(spec, this.table, this.table.next + i - this.parallelism + 1);
      const why = this.#rule({ finished });
      if (why === undefined) continue;
      if (i === 0) this.#end(why);
      return i;
    }
    return count;
  }

  /** No more trials are proposed; those in flight finish. */
  #end(why: string): void {
    this.#exhausted = true;
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
    const trials = this.table.dispatch(this.#batchSize);
    const first = trials[0]?.iteration as number;
    this.#inFlight.set(first, {
      iterations: trials.map(({ iteration }) => iteration),
      since: new Date().toISOString(),
    });
    evaluateBatch(this.#input, this.router, trials, this.parallelism)
      .then((batches) => {
        for (const batch of batches) this.#tell(batch);
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) this.fail(error);
      })
      .finally(() => {
        this.#inFlight.delete(first);
        this.#show();
      });
    this.#show();
  }

  #tell(batch: EvaluatedBatch): void {
    const { measured } = batch;
    this.table.tell(measured);
    this.#store.add(batch);
    this.#checkFailures(measured);
  }

  #checkFailures(measured: MeasuredBatch): void {
    this.#firstError ??= measured.trials.find((trial) => trial.error !== undefined)?.error;
    const { maxFailedTrials } = this.#input.spec.limits;
    if (this.table.failed <= maxFailedTrials) return;
    this.fatal ??= ApplicationFailure.nonRetryable(
      `${this.table.failed} trials failed, more than the ${maxFailedTrials} allowed; the first: ${this.#firstError ?? 'of an earlier run'}`,
      'SessionFailed',
    );
  }

  async persist(): Promise<void> {
    await this.#store.write();
    this.#refreshAttributes();
    this.#show();
  }

  async save(first: boolean, status: string = this.phase): Promise<void> {
    const { spec } = this.#input;
    await this.#store.saveSession({
      status,
      startedAt: this.#startedAt,
      iterations: this.target,
      completed: this.table.completed,
      failed: this.table.failed,
      ...(first ? { spec } : {}),
    });
  }

  async analyze(): Promise<AnalyzeOutput> {
    this.phase = 'analyzing';
    this.#show();
    return await this.#store.analyze(this.table.finished, this.table.best?.iteration);
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
    const { timeLimitMs } = this.#input.spec.stopping;
    if (timeLimitMs === undefined) return;
    await sleep(Math.max(1, Date.parse(this.#startedAt) + timeLimitMs - Date.now()));
    if (this.phase === 'running' || this.phase === 'paused') this.stop('the time limit has passed');
  }

  fail(error: unknown): void {
    this.fatal ??= asFatal(error);
  }

  // --- what it tells --------------------------------------------------------------------------------------------

  status(): SessionStatus {
    const { spec, session } = this.#input;
    const objective = spec.objective.objectives[0];
    return {
      session_id: session.sessionId,
      status: this.phase,
      ...(this.why === undefined ? {} : { why: this.why }),
      optimizer: spec.optimizer.method,
      objective: `${objective?.aggregate.kind} ${objective?.metric}, ${objective?.direction}d`,
      iterations: this.target,
      proposed: this.table.next - 1,
      completed: this.table.completed,
      pruned: this.table.pruned,
      failed: this.table.failed,
      persisted: this.#store.written,
      parallelism: this.parallelism,
      running: [...this.#inFlight.values()],
      workers: this.table.workers,
      ...(this.table.best ? { best: this.table.best } : {}),
      started_at: this.#startedAt,
    };
  }

  result(status: SessionResult['status'], { csv, bestMetrics }: AnalyzeOutput): SessionResult {
    const { table, why } = this;
    return {
      session_id: this.#input.session.sessionId,
      status,
      ...(why === undefined ? {} : { why }),
      iterations: this.target,
      completed: table.completed,
      pruned: table.pruned,
      failed: table.failed,
      ...(table.best ? { best: { ...table.best, metrics: bestMetrics } } : {}),
      direction: this.#input.spec.objective.objectives[0]?.direction ?? 'maximize',
      csv,
    };
  }

  carry(): CarriedSession {
    return {
      ...this.table.carry(),
      enqueued: this.enqueued,
      target: this.target,
      parallelism: this.parallelism,
      paused: this.paused,
      startedAt: this.#startedAt,
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
