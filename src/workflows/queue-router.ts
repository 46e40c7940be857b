/**
 * Which task queue the next batch goes to. Every worker of the environment serves the shared queue; workers that
 * serve this session alone have one of their own. While both are alive batches take turns. Pure.
 */

export type Queue = 'shared' | 'session';

export class QueueRouter {
  #hasSessionWorkers: boolean;
  /** The queue on which nobody took the latest batch in time. */
  #quiet: Queue | undefined;
  #last: Queue = 'session';

  constructor(hasSessionWorkers = false) {
    this.#hasSessionWorkers = hasSessionWorkers;
  }

  get hasSessionWorkers(): boolean {
    return this.#hasSessionWorkers;
  }

  /** A worker for this session alone has come (again). */
  welcome(): void {
    this.#hasSessionWorkers = true;
    this.#quiet = undefined;
  }

  /** Where the next batch goes, and whether it may be taken back when nobody takes it. */
  next(): { readonly queue: Queue; readonly mayReturn: boolean } {
    if (!this.#hasSessionWorkers) return { queue: 'shared', mayReturn: false };
    const other: Queue = this.#last === 'shared' ? 'session' : 'shared';
    if (this.#quiet !== other) this.#last = other;
    return { queue: this.#last, mayReturn: true };
  }

  /** Nobody took a batch from this queue. Workers for the session alone say so when they come again. */
  returned(queue: Queue): void {
    if (queue === 'session') {
      this.#hasSessionWorkers = false;
      this.#quiet = undefined;
    } else {
      this.#quiet = queue;
      this.#last = 'session';
    }
  }
}
