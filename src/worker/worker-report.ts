import { hostname } from 'node:os';
import type { TrialsEvent } from '../activities/create-activities.ts';
import type { ResultStore } from '../store/result-store.ts';
import { iterationRanges } from '../workflows/details.ts';

/** Keeps the store's record of what this worker is doing, session by session, so that `watch` needs no Temporal. */

/** A session's record is written at most this often; the last state is always written. */
const WRITE_EVERY_MS = 1_000;

interface SessionReport {
  readonly running: Set<number>;
  finished: number;
  dirty: boolean;
}

export class WorkerReport {
  readonly #store: ResultStore;
  readonly #workerId: string;
  readonly #onError: (error: unknown) => void;
  readonly #sessions = new Map<string, SessionReport>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: ResultStore, workerId: string, onError: (error: unknown) => void) {
    this.#store = store;
    this.#workerId = workerId;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#write(), WRITE_EVERY_MS).unref();
  }

  note(event: TrialsEvent): void {
    let report = this.#sessions.get(event.sessionId);
    if (!report) {
      report = { running: new Set(), finished: 0, dirty: true };
      this.#sessions.set(event.sessionId, report);
    }
    for (const iteration of event.iterations) {
      if (event.state === 'started') report.running.add(iteration);
      else report.running.delete(iteration);
    }
    report.finished += event.finished;
    report.dirty = true;
  }

  /** Writes the last state. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#write();
    await this.#writing;
  }

  #write(): void {
    this.#writing = this.#writing.then(async () => {
      for (const [sessionId, report] of this.#sessions) {
        if (!report.dirty) continue;
        report.dirty = false;
        await this.#save(sessionId, report).catch((error: unknown) => {
          report.dirty = true;
          this.#onError(error);
        });
      }
    });
  }

  async #save(sessionId: string, report: SessionReport): Promise<void> {
    await this.#store.saveWorker({
      session_id: sessionId,
      worker_id: this.#workerId,
      pid: process.pid,
      host: hostname(),
      updated_at: new Date().toISOString(),
      finished: report.finished,
      current: iterationRanges([...report.running]),
    });
  }
}
