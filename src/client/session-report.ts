import type { WorkflowExecutionDescription } from '@temporalio/client';
import { ArbtuneError } from '../errors.ts';
import type { ResultStore, SessionRecord, WorkerRecord } from '../store/result-store.ts';
import type { SessionStatus } from '../workflows/messages.ts';
import { taskQueueOf } from '../workflows/names.ts';
import type { Stack } from './stack.ts';
import { isUnavailable } from './temporal-errors.ts';

/** Where a session stands, from whoever can tell: its workflow, Temporal's record of it, the store. */

export interface SessionReport {
  readonly session_id: string;
  /** A phase of `SessionStatus`, Temporal's own word where only Temporal knows, or `stuck`. */
  readonly status: string;
  /** From the workflow; absent when no worker answers. */
  readonly session?: SessionStatus;
  /** From the store. */
  readonly stored?: Omit<SessionRecord, 'spec' | 'orders'> & { readonly trials: number };
  readonly workers: readonly WorkerRecord[];
  /** What needs a person's attention, a sentence each. */
  readonly warnings: readonly string[];
}

/** Workflow tasks that have failed this often in a row will go on failing: the code, not a passing fault. */
const STUCK_ATTEMPTS = 5;

/** @throws ArbtuneError `not-found` when neither Temporal nor the store knows the session */
export async function reportSession(stack: Stack, sessionId: string): Promise<SessionReport> {
  const [execution, stored, workers] = await Promise.all([
    stack.client.describe(sessionId),
    readStored(stack.store, sessionId),
    stack.store.loadWorkers(sessionId),
  ]);
  if (!execution && !stored) {
    throw new ArbtuneError('not-found', `No session "${sessionId}" in env ${stack.env}, mode ${stack.mode}`);
  }
  const warnings = [...(await stack.store.warnings())];
  const base = { session_id: sessionId, ...(stored ? { stored } : {}), workers };
  if (!execution) {
    warnings.push(`Temporal does not know the session; go on with it by \`arbtune resume ${sessionId}\``);
    return { ...base, status: 'orphaned', warnings };
  }
  if (execution.status.name !== 'RUNNING') {
    const unsaid = !stored || ['running', 'paused', 'stopping'].includes(stored.status);
    return { ...base, status: unsaid ? execution.status.name.toLowerCase() : stored.status, warnings };
  }
  warnings.push(...activityWarnings(execution));
  const stuck = stuckReason(execution);
  if (stuck) return { ...base, status: 'stuck', warnings: [stuck, ...warnings] };
  const idle = await noWorkersWarning(stack);
  if (idle) return { ...base, status: stored?.status ?? 'running', warnings: [idle, ...warnings] };
  try {
    const session = await stack.client.status(sessionId);
    return { ...base, status: session.status, session, warnings };
  } catch (error) {
    if (!(error instanceof ArbtuneError && isUnavailable(error.cause))) throw error;
    return {
      ...base,
      status: stored?.status ?? 'running',
      warnings: ['no worker answers within 10 s', ...warnings],
    };
  }
}

async function readStored(
  store: ResultStore,
  sessionId: string,
): Promise<SessionReport['stored'] | undefined> {
  const record = await store.loadSession(sessionId);
  if (!record) return undefined;
  const { spec: _, orders: __, ...rest } = record;
  return { ...rest, trials: await store.countTrials(sessionId) };
}

/** What keeps failing right now, in the failing part's own words. */
function activityWarnings(execution: WorkflowExecutionDescription): string[] {
  return (execution.raw.pendingActivities ?? []).flatMap(({ activityType, attempt, lastFailure }) =>
    lastFailure?.message && (attempt ?? 1) > 1
      ? [`${activityType?.name} is at attempt ${attempt}: ${lastFailure.message}`]
      : [],
  );
}

function stuckReason(execution: WorkflowExecutionDescription): string | undefined {
  const attempt = execution.raw.pendingWorkflowTask?.attempt ?? 1;
  if (attempt < STUCK_ATTEMPTS) return undefined;
  return `The session's workflow task has failed ${attempt - 1} times in a row: it is stuck until its code is mended; the reason is in the last WorkflowTaskFailed event`;
}

async function noWorkersWarning({ client, env, mode }: Stack): Promise<string | undefined> {
  const queue = taskQueueOf({ env, mode });
  const { pollers } = await client.temporal.workflowService.describeTaskQueue({
    namespace: client.temporal.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: 1,
  });
  const recent = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  // A poller asks again within a minute; one that has not is gone.
  if (recent.some((time) => Date.now() - time < 60_000)) return undefined;
  const since = recent.length > 0 ? ` since ${new Date(Math.max(...recent)).toISOString()}` : '';
  return `no workers polling ${queue}${since}; start one by \`arbtune worker\` or \`arbtune resume\``;
}
