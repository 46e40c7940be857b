import { type ApplicationFailure, patched, workflowInfo } from '@temporalio/workflow';
import type { StoppingRule } from '../optimizers/stopping.ts';
import { type BatchLimits, batchSize } from './batching.ts';
import { mostInBatch } from './capacity.ts';
import * as limits from './limits.ts';
import type { RunningTrials, SessionInput, SessionPhase } from './messages.ts';
import {
  enqueuedAt,
  firstOrders,
  type Orders,
  parallelismAt,
  parallelismNow,
  sameParallelism,
} from './orders.ts';
import { proposable } from './proposals.ts';
import { QueueRouter } from './queue-router.ts';
import { Sequence } from './sequence.ts';
import { dependsOnResults, resultRule } from './stopping-rules.ts';
import { StoreProjection } from './store-projection.ts';
import { TrialTable } from './trial-table.ts';

/**
 * What one run of a session knows, and which step it may take now. Every answer follows from history alone, so that a
 * replay gives the same.
 */

export class SessionState {
  protected readonly input: SessionInput;
  protected readonly startedAt: string;
  readonly table: TrialTable;
  readonly router: QueueRouter;
  target: number;
  protected orders: Orders;
  paused: boolean;
  phase: SessionPhase = 'running';
  why: string | undefined;
  /** The first failure that ends the session. */
  fatal: ApplicationFailure | undefined;
  /** Requests answered so far; a request counts once. */
  readonly requests: string[];
  protected readonly inFlight = new Map<number, RunningTrials>();
  protected readonly store: StoreProjection;
  protected readonly sequence: Sequence;
  /** A step that proposes trials is under way. */
  protected asking = false;
  /** Nothing more is to be proposed. */
  protected exhausted = false;
  protected readonly rule: StoppingRule | undefined;
  protected readonly isWindowed: boolean;
  protected readonly mostInBatch: number;
  readonly #batches: BatchLimits;
  readonly #mostBytes: number;

  constructor(input: SessionInput) {
    const { spec, carried } = input;
    this.input = input;
    this.table = new TrialTable(spec, carried);
    this.router = new QueueRouter(carried?.hasSessionWorkers);
    this.target = carried?.target ?? spec.maxIterations;
    this.orders =
      carried?.orders ??
      firstOrders(
        carried?.parallelism ?? spec.parallelism,
        carried?.enqueued ?? spec.enqueue,
        this.table.next,
      );
    this.paused = carried?.paused ?? false;
    this.requests = [...(carried?.requests ?? [])];
    this.startedAt = carried?.startedAt ?? workflowInfo().startTime.toISOString();
    this.store = new StoreProjection(input, this.router, this.table.finished);
    this.sequence = new Sequence(input, this.router);
    this.rule = resultRule(spec);
    this.isWindowed = dependsOnResults(spec);
    this.mostInBatch = mostInBatch(spec);
    this.#batches = patched('larger-batches') ? limits.BATCHES : limits.EARLIER_BATCHES;
    this.#mostBytes = Math.max(limits.MAX_HISTORY_BYTES, 2 * workflowInfo().historySize);
    if (this.paused) this.phase = 'paused';
  }

  protected get isStopping(): boolean {
    return this.phase === 'stopping' || this.fatal !== undefined;
  }

  /** Trials in flight. */
  get parallelism(): number {
    return parallelismNow(this.orders);
  }

  protected get batchSize(): number {
    const size = batchSize(this.table.durations, this.isWindowed, this.parallelism, this.#batches);
    return Math.min(size, this.mostInBatch);
  }

  /** History has grown so far that the session goes on in a new run, once nothing is in flight. */
  get isRotating(): boolean {
    const { historySize, historyLength } = workflowInfo();
    const { maxHistoryEvents = limits.MAX_HISTORY_EVENTS } = this.input;
    return historySize > this.#mostBytes || historyLength > maxHistoryEvents;
  }

  get wantsMore(): boolean {
    return !this.isStopping && !this.exhausted && this.table.next <= this.target;
  }

  get isIdle(): boolean {
    return this.inFlight.size === 0 && !this.asking && this.store.waitingTrials === 0;
  }

  get isSearchOver(): boolean {
    return this.isIdle && (this.isStopping || (this.table.waiting === 0 && !this.wantsMore));
  }

  get #mayAsk(): boolean {
    return !this.paused && !this.asking && !this.isRotating && this.wantsMore;
  }

  get canPropose(): boolean {
    return this.#mayAsk && !this.#suitsSequence && this.proposable().length > 0;
  }

  /** Whether trials are proposed and measured in turn by one worker, once nothing else is in flight. */
  get #suitsSequence(): boolean {
    const { table, orders } = this;
    const isEnqueued = enqueuedAt(orders, table.next) !== undefined;
    return !isEnqueued && this.sequence.suits(table, parallelismAt(orders, table.next));
  }

  get canSearch(): boolean {
    if (!this.#mayAsk || !this.#suitsSequence || this.inFlight.size > 0 || this.table.waiting > 0)
      return false;
    return !this.store.isFull;
  }

  get canDispatch(): boolean {
    if (this.paused || this.isStopping || this.isRotating || this.table.waiting === 0) return false;
    if (this.store.isFull) return false;
    return this.isWindowed || this.inFlight.size < this.parallelism;
  }

  /** Whether any of the steps can be taken. */
  get canStep(): boolean {
    return this.canPropose || this.canPersist || this.canSearch || this.canDispatch;
  }

  get isStoring(): boolean {
    return this.store.isWriting;
  }

  get hasUnstored(): boolean {
    return this.store.waitingTrials > 0;
  }

  /** A write takes as many trials as come in about a second, or what is left when nothing else goes on. */
  get canPersist(): boolean {
    if (this.store.isWriting || this.store.waitingTrials === 0) return false;
    if (this.store.hasGathered(this.table.durations)) return true;
    return (
      this.inFlight.size === 0 && !this.asking && !this.canPropose && !this.canSearch && !this.canDispatch
    );
  }

  /** The trials that may be proposed now, given what the ordering lets their asks see. */
  protected proposable(): number[] {
    const { table, target } = this;
    if (this.isWindowed) return proposable(this.input.spec, table, this.orders, target);
    const free = this.inFlight.size < this.parallelism ? this.batchSize - table.waiting : 0;
    return table.nextIterations(free, target);
  }

  /** The first of the trials that can be asked for together: up to one that is enqueued, or sees otherwise. */
  protected together(iterations: readonly number[]): number[] {
    const end = iterations.findIndex((n) => enqueuedAt(this.orders, n));
    return sameParallelism(this.orders, end === -1 ? iterations : iterations.slice(0, end));
  }
}
