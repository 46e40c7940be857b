import { randomUUID } from 'node:crypto';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/client';
import { readSessionInput } from '../activities/session-inputs.ts';
import { checkSessionId } from '../config/ids.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';
import type { Params } from '../search-space/space.ts';
import { tooManyTrials } from '../workflows/capacity.ts';
import type { CarriedSession } from '../workflows/carried-session.ts';
import { specDetails, specSummary } from '../workflows/details.ts';
import { MAX_HISTORY_EVENTS } from '../workflows/limits.ts';
import * as messages from '../workflows/messages.ts';
import { taskQueueOf, workflowIdOf } from '../workflows/names.ts';
import { parallelismNow } from '../workflows/orders.ts';
import { SESSION_ATTRIBUTES } from '../workflows/search-attributes.ts';
import { configConflict } from './config-conflict.ts';
import { endedAs } from './ended-as.ts';
import { applicationFailure, isUnavailable } from './temporal-errors.ts';

/** Starting a session or joining the one that runs under its id, in one step: of any number of clients, one starts it. */

export interface StartOptions {
  readonly sessionId: string;
  /** Where the CSV goes; absolute. */
  readonly csvPath?: string;
  /** The folder that data files are relative to, for workers of this machine that run elsewhere; absolute. */
  readonly dataRoot?: string;
  /** Events after which the session goes on in a new run; a smaller history is quicker to replay. Default 1,500. */
  readonly maxHistoryEvents?: number;
  /** Params to try before those of the spec; of a session that runs, next. */
  readonly enqueue?: readonly Params[];
  /** State to go on from. */
  readonly carried?: CarriedSession;
}

export interface StartedSession {
  readonly sessionId: string;
  readonly workflowId: string;
  readonly runId: string;
  /** True when the session was there already. */
  readonly joined: boolean;
  /** The session's iterations in all. */
  readonly iterations: number;
  /** Trials in flight; absent when the session was there already and has its own. */
  readonly parallelism?: number;
  /** False when no worker has taken it up within 10 s: it waits for one. */
  readonly served?: boolean;
}

/** One that somebody goes on with: of one that runs, and of which nothing more was asked, only its workers know how far it is to go. */
export type ResumedSession = Omit<StartedSession, 'iterations'> & Partial<Pick<StartedSession, 'iterations'>>;

/**
 * A worker that takes a session over replays its history, and has 10 s for it: that is a second of CPU here, so that it
 * succeeds on a machine that is busy with ten others as well, where every worker would else begin again for ever.
 */
const HISTORY_EVENTS = 1_500;
/** With very many trials in flight, so many that each run sees several through all the same. */
const HISTORY_EVENTS_PER_WORKER = 12;

/** An answer that needs a worker: where none polls, saying so beats waiting. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** Where a session is: `env` names the deployment. */
type Place = Pick<messages.SessionIdentity, 'env' | 'mode'>;

/** @throws what Temporal's client throws, and ArbtuneError `conflict` or `input` */
export async function startSession(
  client: Client,
  { env, mode }: Place,
  spec: SessionSpec,
  options: StartOptions,
): Promise<StartedSession> {
  const identity = { sessionId: checkSessionId(options.sessionId), env, mode };
  const tooMany = tooManyTrials(spec, options.carried?.target ?? spec.maxIterations);
  if (tooMany !== undefined) throw new ArbtuneError('input', tooMany);
  const { specHash, dataHash } = spec;
  const { enqueue = [], carried } = options;
  const request = randomUUID();
  const join = { request, specHash, dataHash, iterations: spec.maxIterations, enqueue };
  const startWorkflowOperation = startOperation(identity, request, spec, options);
  const answer = await client
    .withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.executeUpdateWithStart(messages.joinUpdate, {
        ...{ updateId: request, args: [join], startWorkflowOperation },
      }),
    )
    .catch((error: unknown) => notJoined(client, identity, request, spec, error));
  const workflowId = workflowIdOf(identity);
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  const parallelism = carried?.orders ? parallelismNow(carried.orders) : spec.parallelism;
  return {
    ...answer,
    ...(answer.joined ? {} : { parallelism }),
    ...{ sessionId: identity.sessionId, workflowId, runId },
  };
}

function startOperation(
  session: messages.SessionIdentity,
  startRequest: string,
  spec: SessionSpec,
  { enqueue = [], csvPath, dataRoot, carried, maxHistoryEvents = historyEvents(spec) }: StartOptions,
) {
  const input: messages.SessionInput = {
    session,
    spec: { ...spec, enqueue: [...enqueue, ...spec.enqueue] },
    ...{ startRequest, maxHistoryEvents },
    ...(csvPath === undefined ? {} : { csvPath }),
    ...(dataRoot === undefined ? {} : { dataRoot }),
    ...(carried === undefined ? {} : { carried }),
  };
  return new WithStartWorkflowOperation(messages.WORKFLOW_TYPE, {
    workflowId: workflowIdOf(session),
    taskQueue: taskQueueOf(session),
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    // An ended session goes on only from what it has measured, never from nothing.
    workflowIdReusePolicy: carried ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
    staticSummary: specSummary(spec),
    staticDetails: specDetails(spec),
    memo: { config: spec.name, specHash: spec.specHash, dataHash: spec.dataHash },
    typedSearchAttributes: [
      { key: SESSION_ATTRIBUTES.session, value: session.sessionId },
      { key: SESSION_ATTRIBUTES.status, value: 'running' },
      { key: SESSION_ATTRIBUTES.optimizer, value: spec.optimizer.method },
      { key: SESSION_ATTRIBUTES.mode, value: session.mode },
    ],
  });
}

function historyEvents({ parallelism }: SessionSpec): number {
  return Math.min(MAX_HISTORY_EVENTS, Math.max(HISTORY_EVENTS, HISTORY_EVENTS_PER_WORKER * parallelism));
}

/** Whether it was started all the same, by the reason for which nobody has answered; else throws what is wrong. */
async function notJoined(
  client: Client,
  identity: messages.SessionIdentity,
  request: string,
  spec: SessionSpec,
  error: unknown,
): Promise<messages.JoinAnswer & { served: false }> {
  const execution = { workflowId: workflowIdOf(identity) };
  if (isUnavailable(error)) {
    // No worker has answered: whether the session is ours stands in its history.
    const started = await readSessionInput(client, execution).catch(() => undefined);
    if (started === undefined) throw error;
    if (started.startRequest !== request) throw noWorkerAnswers(identity.sessionId, ANSWER_TIMEOUT_MS, error);
    return { joined: false, iterations: spec.maxIterations, served: false };
  }
  if (error instanceof WorkflowExecutionAlreadyStartedError)
    throw await alreadyEnded(client, identity, error);
  if (applicationFailure(error)?.type !== 'ConfigDiffers') throw error;
  const running = await readSessionInput(client, execution);
  throw configConflict(identity.sessionId, running.spec, spec);
}

/** The service is well, and only the session's workers are gone, or slow. */
export function noWorkerAnswers(sessionId: string, withinMs: number, cause: unknown): ArbtuneError {
  return new ArbtuneError(
    'unreachable',
    `No worker answers for session "${sessionId}" within ${withinMs / 1_000} s; start one by \`arbtune worker\` or \`arbtune resume ${sessionId}\``,
    { cause },
  );
}

async function alreadyEnded(
  client: Client,
  identity: messages.SessionIdentity,
  cause: unknown,
): Promise<ArbtuneError> {
  const { sessionId } = identity;
  const ended = await client.workflow
    .getHandle(workflowIdOf(identity))
    .describe()
    .catch(() => undefined);
  const how = ended ? ` (${endedAs(ended)} ${ended.closeTime?.toISOString() ?? ''})` : '';
  return new ArbtuneError(
    'conflict',
    `Session "${sessionId}" is there and has ended${how}; go on with it by \`arbtune resume ${sessionId}\` or \`arbtune run --session-id ${sessionId}\`, or take another id`,
    { cause },
  );
}
