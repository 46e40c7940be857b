import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { writeResultsCsv } from '../analysis/csv.ts';
import { type UnmetOutcome, unmetOutcomes } from '../analysis/expected-outcomes.ts';
import { checkSessionId, checkWorkerId } from '../config/ids.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import type { Objective } from '../objective/objective.ts';
import type { Params } from '../search-space/space.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { serveSessions } from '../worker/serve.ts';
import type { SessionResult } from '../workflows/messages.ts';
import { configConflict } from './config-conflict.ts';
import { followSession, type SessionEvent } from './follow.ts';
import { goOn, loadStoredSession } from './go-on.ts';
import { recoverSession } from './recover.ts';
import { resume } from './resume.ts';
import { findSessionData } from './session-data.ts';
import { openStack, type Stack, type StackOptions } from './stack.ts';
import type { ResumedSession } from './start-session.ts';
import { fewSlotsWarning } from './worker-slots.ts';

/** A session seen to its end in this process tree: what is missing is brought up, a worker serves it, its end is awaited. */

export interface ServeSessionOptions extends StackOptions {
  /** Default `main`. */
  readonly workerId?: string;
  /** Batches measured at once by this process; default: one per core. */
  readonly concurrency?: number;
  /** The folder that scenarios' data files are relative to (`LoadedConfig.sources.root`); default: the working folder. */
  readonly dataRoot?: string;
  /** Default: `outputs/<session_id>/results.csv`. */
  readonly csvPath?: string;
  readonly onStarted?: (session: ResumedSession, stack: Stack) => void;
  readonly onEvent?: (event: SessionEvent) => void;
  /** Leaves the session as it is, to be resumed; aborted before `onStarted`, nothing is started where that can be helped. */
  readonly signal?: AbortSignal;
}

export interface RunSessionOptions extends ServeSessionOptions {
  /** Default: a new UUID. One that exists is joined: `spec.maxIterations` more trials. */
  readonly sessionId?: string;
  /** Params to try first, before those of `spec.enqueue`; of a session that exists, next. */
  readonly enqueue?: readonly Params[];
}

export interface ResumeSessionOptions extends ServeSessionOptions {
  /** More trials than the session was to have; default 0. */
  readonly iterations?: number;
  /** Trials in flight from here on; default: as before. */
  readonly parallelism?: number;
}

export interface SessionOutcome extends SessionResult {
  readonly workflow_id: string;
  readonly run_id: string;
  /** The session's trials, in iteration order. */
  readonly records: readonly TrialRecord[];
  /** What it searched for; with several, the records have a Pareto front. */
  readonly objectives: readonly Objective[];
  /** What the scenarios expect and the best trial did not do. */
  readonly unmet: readonly UnmetOutcome[];
}

/**
 * Starts (or joins) a session and resolves with its outcome.
 *
 * @throws ArbtuneError by kind; whatever `signal` was aborted with
 */
export async function runSession(
  spec: SessionSpec,
  options: RunSessionOptions = {},
): Promise<SessionOutcome> {
  const sessionId = options.sessionId ?? randomUUID();
  const { enqueue = [] } = options;
  return await serveSession(sessionId, options, async (stack, { csvPath, dataRoot }) => {
    const ended = await storedButEnded(stack, sessionId);
    if (!ended) return await stack.client.start(spec, { sessionId, csvPath, dataRoot, enqueue });
    await recoverSession(stack, sessionId);
    const stored = await loadStoredSession(stack.store, sessionId);
    const { specHash, dataHash } = stored.spec;
    if (specHash !== spec.specHash || dataHash !== spec.dataHash) {
      throw configConflict(sessionId, stored.spec, spec);
    }
    const { maxIterations: iterations, parallelism, limits } = spec;
    const more = { iterations, parallelism, limits, enqueue, csvPath, dataRoot };
    return await goOn(stack.client, sessionId, stored, more);
  });
}

/** Goes on with an interrupted session and resolves with its outcome; see `resume`. */
export async function resumeSession(
  sessionId: string,
  options: ResumeSessionOptions = {},
): Promise<SessionOutcome> {
  const { iterations, parallelism, log } = options;
  return await serveSession(
    sessionId,
    options,
    (stack, paths) =>
      resume(stack, sessionId, {
        ...(iterations === undefined ? {} : { iterations }),
        ...(parallelism === undefined ? {} : { parallelism }),
        ...{ ...paths, log },
      }),
    findSessionData,
  );
}

/** Below the working folder. */
export function defaultCsvPath(sessionId: string): string {
  return join('outputs', sessionId, 'results.csv');
}

/** Where a session's files are on this machine; absolute. */
interface Paths {
  readonly csvPath: string;
  readonly dataRoot: string;
}

/** @param dataRootOf looks where the session's data really are, before a worker is started */
async function serveSession(
  sessionId: string,
  options: ServeSessionOptions,
  begin: (stack: Stack, paths: Paths) => Promise<ResumedSession>,
  dataRootOf?: typeof findSessionData,
): Promise<SessionOutcome> {
  checkSessionId(sessionId);
  const workerId = checkWorkerId(options.workerId ?? 'main');
  const csvPath = resolve(options.csvPath ?? defaultCsvPath(sessionId));
  const ownRoot = resolve(options.dataRoot ?? '.');
  const signal = options.signal ?? new AbortController().signal;
  const stack = await openUnlessAborted(options, signal);
  try {
    const dataRoot = (await dataRootOf?.(stack, sessionId, ownRoot)) ?? ownRoot;
    const concurrency = options.concurrency ?? availableParallelism();
    const worker = await serveSessions({
      ...stack,
      workerId,
      concurrency,
      dataRoot: ownRoot,
      log: options.log ?? (() => {}),
    });
    try {
      signal.throwIfAborted();
      // Once it is on its way, whether it is started must be known.
      const started = await begin(stack, { csvPath, dataRoot });
      options.onStarted?.(started, stack);
      signal.throwIfAborted();
      const few = await fewSlotsWarning(stack, sessionId, started.parallelism ?? 1, concurrency);
      if (few !== undefined) options.log?.(`warning: ${few}`);
      const result = await followSession(stack.client, sessionId, {
        onEvent: options.onEvent ?? (() => {}),
        signal: AbortSignal.any([failureOf(worker.stopped), signal]),
      });
      const { records, spec } = await loadStoredSession(stack.store, sessionId);
      // Another machine's worker may have analysed the session: the file is wanted here.
      if (result.csv !== csvPath || !existsSync(csvPath)) await writeResultsCsv(csvPath, records);
      const { workflowId, runId } = started;
      const { objectives } = spec.objective;
      const best = records.find(({ iteration }) => iteration === result.best?.iteration);
      const unmet = best ? unmetOutcomes(spec.scenarios, best.scenario_metrics) : [];
      return { ...result, csv: csvPath, workflow_id: workflowId, run_id: runId, records, objectives, unmet };
    } finally {
      await worker.stop();
    }
  } finally {
    await stack.close();
  }
}

/** Bringing up a server may take long; where the signal comes first, what is up is closed then, and nobody waits for it. */
async function openUnlessAborted(options: StackOptions, signal: AbortSignal): Promise<Stack> {
  return await unlessAborted(signal, async () => {
    const stack = await openStack(options);
    if (signal.aborted) await stack.close();
    return stack;
  });
}

/** Whether only the store can tell how far the session is: it has ended, or Temporal has forgotten it. */
async function storedButEnded(stack: Stack, sessionId: string): Promise<boolean> {
  const execution = await stack.client.describe(sessionId);
  if (execution) return execution.status.name !== 'RUNNING';
  return (await stack.store.loadSession(sessionId)) !== undefined;
}

/** Aborted, with the reason, when the worker cannot go on. */
function failureOf(stopped: Promise<void>): AbortSignal {
  const failed = new AbortController();
  stopped.catch((error: unknown) => failed.abort(error));
  return failed.signal;
}
