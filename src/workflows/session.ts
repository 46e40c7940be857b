import {
  ApplicationFailure,
  isCancellation,
  patched,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { AnalyzeOutput, SearchedBatch, SearchStep } from '../activities/activities.ts';
import type { MeasuredBatch } from '../activities/measured-batch.ts';
import type { CarriedSession } from './carried-session.ts';
import { statusDetails } from './details.ts';
import { asFatal, type EvaluatedBatch, evaluateBatch } from './evaluation.ts';
import { Latest } from './latest.ts';
import * as limits from './limits.ts';
import type { ExtendRequest, SessionResult, SessionStatus } from './messages.ts';
import { enqueuedAt, parallelismAt, sameParallelism, withOrders } from './orders.ts';
import { askFor, visibleTrials } from './proposals.ts';
import { SESSION_ATTRIBUTES } from './search-attributes.ts';
import { SessionState } from './session-state.ts';
import { type SessionView, sessionResult, sessionStatus } from './session-view.ts';

/** One run of a session: the steps that its workflow takes (ask, evaluate, tell, persist), and the orders it is given. */
export class Session extends SessionState {
  #attributesAt = this.table.finished;
  #firstError: string | undefined;
  /** Given while trials were asked for: they are for those after. */
  #ordered: ExtendRequest[] = [];
  readonly #toShow = workflowInfo().continuedFromExecutionRunId === undefined ? undefined : this.input.spec;
  readonly #saves = new Latest(
    () => this.save(false),
    (error) => this.fail(error),
  );

  async propose(): Promise<void> {
    const next = this.#beforeEnough(this.proposable());
    const first = next.findIndex((n) => !this.#proposeEnqueued(n));
    if (first === -1) return;
    this.asking = true;
    try {
      const iterations = this.together(next.slice(first));
      const window = parallelismAt(this.orders, next[first] as number);
      const proposals = await askFor(this.input, this.router, this.table, window, iterations);
      for (const proposal of proposals) this.#take(proposal);
    } finally {
      this.#endAsking();
    }
  }

  #endAsking(): void {
    this.asking = false;
    this.#takeOrders();
  }

  /** Has the next trials proposed and measured by one worker; they become known when they are finished. */
  search(): void {
    const { table } = this;
    const most = Math.min(limits.MAX_SEARCH, this.mostInBatch);
    const iterations = this.together(table.nextIterations(most, this.target));
    const window = parallelismAt(this.orders, table.next);
    this.asking = true;
    this.#fly(iterations.slice(0, 1), async () => {
      try {
        const searched = await this.sequence.search(table, window, iterations);
        if (searched) this.#takeSearched(searched);
      } finally {
        this.#endAsking();
      }
    });
  }

  #takeSearched({ trials, measured, end }: SearchedBatch): void {
    for (const { params, reason = '' } of trials) this.table.propose(params, reason);
    this.table.dispatch(trials.length);
    this.#tell({ trials, measured });
    if (end) this.#take(end);
  }

  /** Whether params were enqueued for trial n, which is proposed then. */
  #proposeEnqueued(n: number): boolean {
    const params = enqueuedAt(this.orders, n);
    if (params) this.table.propose(params, 'enqueued');
    return params !== undefined;
  }

  /** Those of the next trials that the stopping rules allow; they see what the trial's ask would see. */
  #beforeEnough(next: readonly number[]): readonly number[] {
    if (!this.rule) return next;
    const { spec } = this.input;
    for (const [i, n] of next.entries()) {
      const last = n - parallelismAt(this.orders, n);
      const why = this.rule({ finished: visibleTrials(spec, this.table, last + 1).finished });
      if (why === undefined) continue;
      if (i === 0) this.#end(why);
      return next.slice(0, i);
    }
    return next;
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
    const iterations = sameParallelism(this.orders, this.table.waitingIterations(this.batchSize));
    const trials = this.table.dispatch(iterations.length);
    const window = parallelismAt(this.orders, iterations[0] as number);
    this.#fly(iterations, async () => {
      const batches = await evaluateBatch(this.input, this.router, trials, window);
      for (const batch of batches) this.#tell(batch);
    });
  }

  /** Runs what measures these trials beside all else; a failure ends the session. */
  #fly(iterations: readonly number[], measure: () => Promise<void>): void {
    const first = iterations[0] as number;
    this.inFlight.set(first, { iterations, since: new Date().toISOString() });
    measure()
      .catch((error: unknown) => this.fail(error))
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
    const { forgiven = 0 } = this.input.carried ?? {};
    const failed = this.table.failed - forgiven;
    if (failed <= maxFailedTrials) return;
    this.fatal ??= ApplicationFailure.nonRetryable(
      `${failed} ${forgiven > 0 ? 'more ' : ''}trials failed, more than the ${maxFailedTrials} allowed; the first: ${this.#firstError ?? 'of an earlier run'}`,
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
      ...(this.table.pruned > 0 ? { pruned: this.table.pruned } : {}),
      failed: this.table.failed,
      orders: this.orders,
      ...(first ? { spec } : {}),
    });
  }

  async analyze(): Promise<AnalyzeOutput> {
    this.phase = 'analyzing';
    this.#show();
    return await this.store.analyze(this.table);
  }

  // --- what it is told ------------------------------------------------------------------------------------------

  /** More trials, other parallelism, params to try next. */
  extend(request: ExtendRequest): void {
    this.target += request.iterations;
    this.#ordered.push(request);
    if (!this.asking) this.#takeOrders();
    this.#show();
  }

  /** They count from the first trial that nobody has asked for; the store learns of them, should history get lost. */
  #takeOrders(): void {
    if (this.#ordered.length === 0) return;
    for (const request of this.#ordered) this.orders = withOrders(this.orders, this.table.last + 1, request);
    this.#ordered = [];
    if (patched('store-orders')) this.#saves.ask();
  }

  /** Pauses, or goes on. The store is told, not waited for: it may be down, and the order has been carried out. */
  async setPaused(paused: boolean): Promise<void> {
    if (paused === this.paused) return;
    this.paused = paused;
    this.phase = paused ? 'paused' : 'running';
    this.publish(this.phase);
    if (patched('steer-at-once')) this.#saves.ask();
    else await this.save(false);
  }

  /** An earlier save may still wait for the store: it must not come after what ends the run. */
  async saved(): Promise<void> {
    if (this.#saves.underWay && patched('saves-in-turn')) await this.#saves.underWay;
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

  /** What goes wrong ends the session; that it is cancelled is nothing wrong. */
  fail(error: unknown): void {
    if (!isCancellation(error)) this.fatal ??= asFatal(error);
  }

  // --- what it tells --------------------------------------------------------------------------------------------

  status(): SessionStatus {
    return sessionStatus(this.#view);
  }

  result(status: SessionResult['status'], analysis: AnalyzeOutput): SessionResult {
    return sessionResult(this.#view, status, analysis);
  }

  get #view(): SessionView {
    const { table, phase, why, target } = this;
    const ordered = this.#ordered.findLast((request) => request.parallelism !== undefined);
    const parallelism = ordered?.parallelism ?? this.parallelism;
    return {
      ...{ input: this.input, table, phase, why, target, parallelism, startedAt: this.startedAt },
      persisted: this.store.written,
      running: [...this.inFlight.values()],
    };
  }

  carry(): CarriedSession {
    const { forgiven } = this.input.carried ?? {};
    return {
      ...this.table.carry(),
      target: this.target,
      orders: {
        ...this.orders,
        enqueued: this.orders.enqueued.filter(([n]) => !this.table.isFinished(n)),
      },
      ...(forgiven === undefined ? {} : { forgiven }),
      paused: this.paused,
      startedAt: this.startedAt,
      requests: this.requests,
      hasSessionWorkers: this.router.hasSessionWorkers,
    };
  }

  /** For the Web UI: where the session stands, without an event being opened. */
  #show(): void {
    setCurrentDetails(statusDetails(this.status(), this.#toShow));
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
