import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Rival, VisibleTrials } from '../activities/activities.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import type { Direction, Metrics } from '../objective/objective.ts';
import type { Params } from '../search-space/space.ts';
import type { TrialStatus } from '../store/trial-record.ts';
import type { CarriedSession } from './carried-session.ts';

/** What goes into a session's workflow, what comes out, and what can be said to it while it runs. */

export const WORKFLOW_TYPE = 'TuningSession';

export interface SessionIdentity {
  readonly sessionId: string;
  readonly env: string;
  readonly mode: string;
}

export interface SessionInput {
  readonly session: SessionIdentity;
  readonly spec: SessionSpec;
  /** Names the request that started the session, so that its own `join` is not taken for another's. */
  readonly startRequest: string;
  /** Where the CSV goes; absent: `outputs/<session_id>/results.csv` below the analysing worker's folder. */
  readonly csvPath?: string;
  /** The folder that its data files were found under, on the machine that started it; absolute. Elsewhere it may not be. */
  readonly dataRoot?: string;
  /** Events after which it goes on in a new run; default `MAX_HISTORY_EVENTS`. */
  readonly maxHistoryEvents?: number;
  /** State of the session before a continue-as-new or a resume. */
  readonly carried?: CarriedSession;
}

export type SessionPhase =
  | 'running'
  | 'paused'
  | 'stopping'
  | 'analyzing'
  | 'completed'
  | 'stopped'
  | 'failed';

export interface BestTrial {
  readonly iteration: number;
  readonly params: Params;
  readonly objective: number;
}

export interface RunningTrials {
  /** In ascending order. */
  readonly iterations: readonly number[];
  /** ISO 8601, when they were scheduled. */
  readonly since: string;
}

export interface SessionStatus {
  readonly session_id: string;
  readonly status: SessionPhase;
  /** Why it stopped or is stopping, when there is a reason to tell (`grid exhausted`, `no better trial in 30`). */
  readonly why?: string;
  readonly optimizer: string;
  readonly objective: string;
  readonly iterations: number;
  readonly proposed: number;
  readonly completed: number;
  /** Ended early by the pruner. */
  readonly pruned: number;
  readonly failed: number;
  readonly persisted: number;
  readonly parallelism: number;
  readonly running: readonly RunningTrials[];
  readonly workers: Readonly<Record<string, number>>;
  readonly best?: BestTrial;
  /** ISO 8601. */
  readonly started_at: string;
}

export interface SessionResult {
  readonly session_id: string;
  readonly status: 'completed' | 'stopped' | 'failed';
  readonly why?: string;
  readonly iterations: number;
  readonly completed: number;
  readonly pruned: number;
  readonly failed: number;
  readonly best?: BestTrial & { readonly metrics: Metrics };
  /** Of the first objective: which end of a ranking is the good one. */
  readonly direction: Direction;
  /** Where the analysing worker wrote it. */
  readonly csv: string;
}

/** A trial as the `trials` query lists it. */
export interface ListedTrial {
  readonly iteration: number;
  readonly status: 'proposed' | 'running' | TrialStatus;
  readonly params: Params;
  readonly objective: number | null;
  /** Sum of constraint violations; absent when there is none. */
  readonly violation?: number;
  readonly worker_id?: string;
  readonly reason?: string;
}

export interface JoinRequest {
  readonly request: string;
  readonly specHash: string;
  readonly dataHash: string;
  /** More iterations for a session that already runs. */
  readonly iterations: number;
  readonly enqueue: readonly Params[];
}

export interface JoinAnswer {
  /** False for the request that started the session. */
  readonly joined: boolean;
  readonly iterations: number;
}

export interface ExtendRequest {
  /** More iterations, >= 0. */
  readonly iterations: number;
  readonly parallelism?: number;
  readonly enqueue: readonly Params[];
}

/** A worker that serves this session alone has come. */
export interface ServeRequest {
  readonly workerId: string;
}

export const serveUpdate = defineUpdate<void, [ServeRequest]>('serve');
export const joinUpdate = defineUpdate<JoinAnswer, [JoinRequest]>('join');
export const pauseUpdate = defineUpdate<SessionStatus>('pause');
export const unpauseUpdate = defineUpdate<SessionStatus>('unpause');
export const stopUpdate = defineUpdate<SessionStatus>('stop');
export const extendUpdate = defineUpdate<SessionStatus, [ExtendRequest]>('extend');
export const statusQuery = defineQuery<SessionStatus>('status');
/** Trials `from` .. `from + limit - 1`, in iteration order. */
export const trialsQuery = defineQuery<ListedTrial[], [from: number, limit: number]>('trials');
/** For the pruner: the trials after `from` that were measured whole, `rivalsAPage` of them at most. */
export const rivalsQuery = defineQuery<Rival[], [from: number]>('rivals');
/** What the asks up to trial `last` may see, without the finished trials 1 .. `known`: of the next `trialsAPage` trials. */
export const visibleTrialsQuery = defineQuery<VisibleTrials, [last: number, known?: number]>(
  'visible_trials',
);
