import type { NativeConnection } from '@temporalio/worker';
import { firstLineOf } from '../../foreign-errors.ts';
import type { ResultStore } from '../../store/result-store.ts';
import type { HealthSource } from './health-server.ts';

/** Whether this process's worker takes work: it polls, and both Temporal and the store answer. */

/** What the health page needs of a running worker. */
export interface WatchedWorker {
  /** False from the moment it was told to stop. */
  isPolling(): boolean;
  readonly connection: NativeConnection;
}

/** Probes ask every few seconds: an answer that takes longer is none. */
const ANSWER_LIMIT_MS = 2_000;

export class WorkerHealth implements HealthSource {
  readonly #metricsUrl: string;
  #watched: { worker: WatchedWorker; store: ResultStore } | undefined;

  /** @param metricsUrl where the runtime of this process shows its metrics */
  constructor(metricsUrl: string) {
    this.#metricsUrl = metricsUrl;
  }

  watch(worker: WatchedWorker, store: ResultStore): void {
    this.#watched = { worker, store };
  }

  async readiness(): Promise<string | undefined> {
    if (!this.#watched) return 'starting';
    const { worker, store } = this.#watched;
    if (!worker.isPolling()) return 'draining';
    const { connection } = worker;
    const temporal = connection.withDeadline(Date.now() + ANSWER_LIMIT_MS, () =>
      connection.workflowService.getSystemInfo({}),
    );
    const failures = await Promise.all([
      failureOf('Temporal', temporal),
      failureOf('the store', within(ANSWER_LIMIT_MS, store.loadSession('readiness'))),
    ]);
    const why = failures.filter((failure) => failure !== undefined).join('; ');
    return why === '' ? undefined : why;
  }

  async metrics(): Promise<string> {
    const answer = await fetch(this.#metricsUrl, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return await answer.text();
  }
}

async function failureOf(what: string, asked: Promise<unknown>): Promise<string | undefined> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    return `${what} does not answer: ${firstLineOf(error)}`;
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${milliseconds / 1_000} s`)), milliseconds);
  });
  work.catch(() => {}); // It may fail after the limit, when nobody listens any more.
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
