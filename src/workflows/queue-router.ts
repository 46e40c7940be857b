/**
 * Which task queue the next activity goes to. Every worker of the environment serves the shared queue; workers that
 * serve this session alone have one of their own. While both are alive they take turns. Pure.
 */

export type Queue = 'shared' | 'session';

export interface QueueChoice {
  readonly queue: Queue;
  /** How patiently it waits to be taken, before the other queue is tried; absent: for ever. */
  readonly patience?: 'short' | 'long';
}

export class QueueRouter {
  /** Whether workers for this session alone have ever come: without them there is one queue only. */
  #hasSessionWorkers: boolean;
  /** Queues on which nobody took the latest activity in time. */
  readonly #quiet = new Set<Queue>();
  #last: Queue = 'session';
  readonly #listeners = new Set<() => void>();

  constructor(hasSessionWorkers = false) {
    this.#hasSessionWorkers = hasSessionWorkers;
  }

  get hasSessionWorkers(): boolean {
    return this.#hasSessionWorkers;
  }

  /** Whether the latest to wait there was taken by nobody. */
  isQuiet(queue: Queue): boolean {
    return this.#quiet.has(queue);
  }

  /** A worker for this session alone has come (again). */
  welcome(): void {
    this.#hasSessionWorkers = true;
    this.#quiet.delete('session');
    for (const listener of this.#listeners) listener();
  }

  /** Calls back at the next welcome; returns how to forget that. */
  onWelcome(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Where the next activity goes. A quiet queue is tried only when the other is quiet too. */
  next(): QueueChoice {
    if (!this.#hasSessionWorkers) return { queue: 'shared' };
    const other: Queue = this.#last === 'shared' ? 'session' : 'shared';
    if (!this.#quiet.has(other) || this.#quiet.has(this.#last)) this.#last = other;
    // With nobody on the session's queue the shared one is the better place to wait; its workers may just be busy.
    const isBetterPlace = this.#last === 'shared' && this.#quiet.has('session');
    return { queue: this.#last, patience: isBetterPlace ? 'long' : 'short' };
  }

  /** An activity was taken from this queue. */
  taken(queue: Queue): void {
    this.#quiet.delete(queue);
  }

  /** Nobody took an activity from this queue. */
  returned(queue: Queue): void {
    this.#quiet.add(queue);
  }
}
