import type { TrialRecord } from './trial-record.ts';

/** The result store: a projection of the sessions' histories. Two implementations, one contract (tests/store/). */

/** A record of four scenarios takes about ten kilobytes: a page is garbage before V8 counts it as old. */
export const TRIALS_A_PAGE = 50;

/** Where a store's records live: namespace `tuning:{env}:{mode}`. */
export interface StoreNamespace {
  readonly env: string;
  readonly mode: string;
}

export interface SessionRecord {
  readonly session_id: string;
  readonly workflow_id: string;
  readonly run_id: string;
  /** As `TuningSession` reports it: running, paused, stopping, completed, stopped, failed, cancelled. */
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly optimizer: string;
  readonly iterations: number;
  readonly completed: number;
  /** Absent in older records, and where none was. */
  readonly pruned?: number;
  readonly failed: number;
  /** What came while it ran and decides about trials (`Orders`), JSON; absent in older records. */
  readonly orders?: string;
  /** Where its data files were found, on the machine that started it; absent in older records. */
  readonly data_root?: string;
  /** The whole `SessionSpec`, JSON: what `resume` starts from when the history is gone. */
  readonly spec: string;
}

/** What a worker is doing, for `watch` without Temporal. */
export interface WorkerRecord {
  readonly session_id: string;
  readonly worker_id: string;
  readonly pid: number;
  readonly host: string;
  readonly updated_at: string;
  /** The trials it has finished for this session. */
  readonly finished: number;
  /** The trials it is measuring now, e.g. `17-32`; empty when idle. */
  readonly current: string;
}

export interface ResultStore {
  /**
   * Writes trials. Idempotent by (session, iteration): the same record again changes nothing, a record of another
   * worker for the same iteration replaces, never doubles.
   */
  saveTrials(records: readonly TrialRecord[]): Promise<void>;
  /** A session's trials in iteration order; empty when it has none. */
  loadTrials(sessionId: string): Promise<TrialRecord[]>;
  /** The same a page at a time, for who need not hold them all at once; no page is empty. */
  trialPages(sessionId: string): AsyncIterable<readonly TrialRecord[]>;
  /** How many trials of the session are really there, without reading them. */
  countTrials(sessionId: string): Promise<number>;
  saveSession(record: SessionRecord): Promise<void>;
  loadSession(sessionId: string): Promise<SessionRecord | undefined>;
  /** Newest first. */
  listSessions(): Promise<SessionRecord[]>;
  saveWorker(record: WorkerRecord): Promise<void>;
  loadWorkers(sessionId: string): Promise<WorkerRecord[]>;
  /** What an operator should know, a sentence each (`appendonly=no: results can be lost`); empty when sound. */
  warnings(): Promise<string[]>;
  close(): Promise<void>;
}

/** All trials of the pages. */
export async function trialsIn(pages: AsyncIterable<readonly TrialRecord[]>): Promise<TrialRecord[]> {
  const trials: TrialRecord[] = [];
  for await (const page of pages) trials.push(...page);
  return trials;
}
