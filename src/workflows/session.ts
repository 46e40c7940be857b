import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, AnalyzeOutput, LocalActivities, PersistInput } from '../activities/activities.ts';
import type { MeasuredBatch, ProposedTrial } from '../activities/measurement.ts';
import { propose } from '../activities/propose.ts';
import type { Proposal } from '../optimizers/optimizer.ts';
import type { Params } from '../search-space/space.ts';
import { batchSize, learnsFromResults, persistSize } from './batching.ts';
import { batchSummary, statusDetails } from './details.ts';
import * as limits from './limits.ts';
import type { RunningTrials, SessionInput, SessionPhase, SessionResult, SessionStatus } from './messages.ts';
import { SESSION_ATTRIBUTES } from './search-attributes.ts';
import { type CarriedSession, TrialTable } from './session-state.ts';

/**
 * One run of a session: its trials, what is in flight, and the steps its workflow takes (ask, evaluate, tell,
 * persist). Every decision here follows from history alone, so that a replay makes the same ones.
 */

const persistence = proxyActivities<Pick<Activities, 'persistTrials' | 'saveSession'>>({
  startToCloseTimeout: limits.PERSIST_TIMEOUT_MS,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: 200, maximumInterval: limits.PERSIST_RETRY_MAX_MS },
});

const analysis = proxyActivities<Pick<Activities, 'analyzeSession'>>({
  startToCloseTimeout: limits.ANALYZE_TIMEOUT_MS,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: 200, maximumInterval: limits.PERSIST_RETRY_MAX_MS },
});

const search = proxyLocalActivities<LocalActivities>({ startToCloseTimeout: limits.PROPOSE_TIMEOUT_MS });

export class Session {
  readonly #input: SessionInput;
  readonly #startedAt: string;
  readonly table: TrialTable;
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
  #unpersisted: PersistInput['batches'][number][] = [];
  #unpersistedTrials = 0;
  #persisted: number;
  #persisting = false;
  #asking = false;
  #exhausted = false;
  #attributesAt = 0;
  #firstError: string | undefined;

  constructor(input: SessionInput) {
    const { spec, carried } = input;
    this.#input = input;
    this.table = new TrialTable(spec, carried);
    this.target = carried?.target ?? spec.maxIterations;
    this.parallelism = carried?.parallelism ?? spec.parallelism;
    this.enqueued = [...(carried?.enqueued ?? spec.enqueue)];
    this.paused = carried?.paused ?? false;
    this.requests = [...(carried?.requests ?? [])];
    this.#startedAt = carried?.startedAt ?? workflowInfo().startTime.toISOString();
    this.#persisted = this.table.finished;
    this.#attributesAt = this.table.finished;
    if (this.paused) this.phase = 'paused';
  }

  // --- what may be done now -------------------------------------------------------------------------------------

  get #learns(): boolean {
    return learnsFromResults(this.#input.spec.optimizer.method);
  }

  get #isStopping(): boolean {
    return this.phase === 'stopping' || this.fatal !== undefined;
  }

  get #batchSize(): number {
    return batchSize(this.table.durations, this.#input.spec.optimizer.method, this.parallelism);
  }

  /** History has grown so far that the session goes on in a new run, once nothing is in flight. */
  get isRotating(): boolean {
    const { historySize, historyLength } = workflowInfo();
    return historySize > limits.MAX_HISTORY_BYTES || historyLength > limits.MAX_HISTORY_EVENTS;
  }

  get wantsMore(): boolean {
    return !this.#isStopping && !this.#exhausted && this.table.next <= this.target;
  }

  get isIdle(): boolean {
    return this.#inFlight.size === 0 && !this.#asking && !this.#persisting && this.#unpersisted.length === 0;
  }

  get isSearchOver(): boolean {
    return this.isIdle && (this.#isStopping || (this.table.waiting === 0 && !this.wantsMore));
  }

  get canPropose(): boolean {
    return !this.paused && !this.#asking && !this.isRotating && this.wantsMore && this.#proposable() > 0;
  }

  get canDispatch(): boolean {
    if (this.paused || this.#isStopping || this.isRotating || this.table.waiting === 0) return false;
    if (this.#unpersistedTrials > limits.MAX_UNPERSISTED) return false;
    return this.#learns || this.#inFlight.size < this.parallelism;
  }

  /** A write takes as many trials as are measured in about a second, or what is left when nothing else goes on. */
  get canPersist(): boolean {
    if (this.#persisting || this.#unpersisted.length === 0) return false;
    if (this.#unpersistedTrials >= persistSize(this.table.durations)) return true;
    return this.#inFlight.size === 0 && !this.#asking && !this.canPropose && !this.canDispatch;
  }

  /** How many trials may be proposed now, given what the ordering lets their asks see. */
  #proposable(): number {
    const { table, parallelism } = this;
    const left = this.target - table.next + 1;
    if (!this.#learns) {
      const free = this.#inFlight.size < parallelism ? this.#batchSize - table.waiting : 0;
      return Math.min(left, free);
    }
    if (this.#input.spec.ordering === 'asynchronous') {
      return Math.min(left, parallelism - table.running - table.waiting, 1);
    }
    let count = 0;
    while (
      count < Math.min(left, limits.MAX_PROPOSALS) &&
      table.isFinishedUpTo(table.next + count - parallelism)
    )
      count += 1;
    return count;
  }

  // --- the steps ------------------------------------------------------------------------------------------------

  async propose(): Promise<void> {
    let count = this.#proposable();
    for (; count > 0 && this.enqueued.length > 0; count--)
      this.table.propose(this.enqueued.shift() as Params, 'enqueued');
    if (count === 0) return;
    this.#asking = true;
    try {
      const iterations = this.table.nextIterations(count);
      for (const proposal of await this.#ask(iterations)) this.#take(proposal);
    } finally {
      this.#asking = false;
    }
  }

  async #ask(iterations: readonly number[]): Promise<Proposal[]> {
    const { spec } = this.#input;
    const last = iterations.at(-1) ?? 0;
    const trials =
      spec.ordering === 'asynchronous' && this.#learns
        ? this.table.snapshot()
        : { ...this.table.before(last), window: this.#learns ? this.parallelism : 0 };
    const input = { space: spec.space, settings: spec.optimizer, iterations, ...trials };
    if (!this.#learns) return propose(input);
    return await search.proposeTrials.executeWithOptions(
      { summary: `propose trial ${iterations.join(', ')}` },
      [input],
    );
  }

  #take(proposal: Proposal): void {
    if (proposal.kind === 'trial') {
      this.table.propose(proposal.params, proposal.reason);
    } else {
      this.#exhausted = true;
      this.why = 'every point of the search space has been tried';
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
    this.#evaluate(trials)
      .catch((error: unknown) => {
        if (!isCancellation(error)) this.fail(error);
      })
      .finally(() => {
        this.#inFlight.delete(first);
        this.#show();
      });
    this.#show();
  }

  async #evaluate(trials: readonly ProposedTrial[]): Promise<void> {
    let measured: MeasuredBatch;
    try {
      measured = await this.#evaluateBatch(trials);
    } catch (error) {
      if (isCancellation(error) || isSessionWide(error)) throw error;
      // One trial may have taken the others with it: each alone shows which.
      if (trials.length > 1) {
        for (const trial of trials) await this.#evaluate([trial]);
        return;
      }
      measured = failedBatch(trials, error);
    }
    this.table.tell(measured);
    this.#unpersisted.push({ measured, trials });
    this.#unpersistedTrials += trials.length;
    this.#checkFailures(measured);
  }

  async #evaluateBatch(trials: readonly ProposedTrial[]): Promise<MeasuredBatch> {
    const { spec } = this.#input;
    const { evaluateTrials } = proxyActivities<Pick<Activities, 'evaluateTrials'>>({
      startToCloseTimeout: limits.EVALUATE_OVERHEAD_MS + trials.length * spec.limits.trialTimeoutMs,
      heartbeatTimeout: limits.EVALUATE_HEARTBEAT_TIMEOUT_MS,
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      retry: {
        initialInterval: limits.EVALUATE_RETRY_MS,
        maximumInterval: limits.PERSIST_RETRY_MAX_MS,
        maximumAttempts: spec.limits.maxAttempts,
      },
      summary: batchSummary(trials),
    });
    return await evaluateTrials({
      specHash: spec.specHash,
      trials: trials.map(({ iteration, params }) => ({ iteration, params })),
    });
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

  /** Writes what is measured to the store, as much as fits one write. */
  async persist(): Promise<void> {
    const batches: PersistInput['batches'][number][] = [];
    let trials = 0;
    while (this.#unpersisted.length > 0 && (trials === 0 || trials < limits.MAX_PERSIST_BATCH)) {
      const batch = this.#unpersisted.shift() as PersistInput['batches'][number];
      batches.push(batch);
      trials += batch.trials.length;
    }
    this.#persisting = true;
    try {
      await persistence.persistTrials.executeWithOptions(
        { summary: `store ${batchSummary(batches.flatMap((batch) => batch.trials))}` },
        [{ session: this.#input.session, dataHash: this.#input.spec.dataHash, batches }],
      );
    } finally {
      this.#persisting = false;
    }
    this.#unpersistedTrials -= trials;
    this.#persisted += trials;
    this.#refreshAttributes();
    this.#show();
  }

  async save(first: boolean, status: string = this.phase): Promise<void> {
    const { session, spec, carried } = this.#input;
    await persistence.saveSession.executeWithOptions({ summary: `session is ${status}` }, [
      {
        session,
        status,
        startedAt: this.#startedAt,
        iterations: this.target,
        completed: this.table.completed,
        failed: this.table.failed,
        resumed: carried !== undefined,
        ...(first ? { spec } : {}),
      },
    ]);
  }

  async analyze(): Promise<AnalyzeOutput> {
    this.phase = 'analyzing';
    this.#show();
    const { session, csvPath } = this.#input;
    return await analysis.analyzeSession.executeWithOptions({ summary: 'rank the trials, write the CSV' }, [
      { session, finished: this.table.finished, ...(csvPath === undefined ? {} : { csvPath }) },
    ]);
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
      failed: this.table.failed,
      persisted: this.#persisted,
      parallelism: this.parallelism,
      running: [...this.#inFlight.values()],
      workers: this.table.workers,
      ...(this.table.best ? { best: this.table.best } : {}),
      started_at: this.#startedAt,
    };
  }

  result(status: SessionResult['status'], csv: string): SessionResult {
    const { table, why } = this;
    return {
      session_id: this.#input.session.sessionId,
      status,
      ...(why === undefined ? {} : { why }),
      iterations: this.target,
      completed: table.completed,
      failed: table.failed,
      ...(table.best ? { best: table.best } : {}),
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

/** A failure that no other trial would escape: the worker's data is not the session's. */
function isSessionWide(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'DataMismatch'
  );
}

function asFatal(error: unknown): ApplicationFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return ApplicationFailure.nonRetryable(message, 'SessionFailed');
}

/** A trial whose activity failed for good, as a measurement that says so. */
function failedBatch(trials: readonly ProposedTrial[], error: unknown): MeasuredBatch {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  const worker = error instanceof ActivityFailure ? (error.identity ?? '') : '';
  return {
    metrics: [],
    scenarios: [],
    trials: trials.map(({ iteration }) => ({
      iteration,
      workerId: worker.split('@')[0] || 'none',
      attempt: 1,
      at: Date.now(),
      durationMs: 0,
      error: cause instanceof Error ? cause.message : String(cause),
    })),
  };
}
