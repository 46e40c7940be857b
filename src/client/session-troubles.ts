import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { ResultStore } from '../store/result-store.ts';
import { taskQueueOf } from '../workflows/names.ts';
import { SESSION_ATTRIBUTES } from '../workflows/search-attributes.ts';
import type { Stack } from './stack.ts';
import { isPolling, pollersOf } from './worker-slots.ts';

/** What keeps a session from going on, or its results from being whole: each found without asking its workers. */

/** A workflow task that fails twice in a row on different attempts will go on failing: the code, not a passing fault. */
const STUCK_ATTEMPTS = 3;

/** Events at a history's end among which the last failure of a workflow task is found. */
const LAST_EVENTS = 10;

/** Why the session's code cannot go on; undefined when it can, or is only waiting for a worker. */
export async function stuckReason(
  { client }: Pick<Stack, 'client'>,
  execution: WorkflowExecutionDescription,
): Promise<string | undefined> {
  const attempt = execution.raw.pendingWorkflowTask?.attempt ?? 1;
  if (attempt < STUCK_ATTEMPTS) return undefined;
  const { workflowId, runId } = execution;
  const { history } = await client.temporal.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.temporal.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: LAST_EVENTS,
  });
  // A task that timed out is of a worker that died: another one takes it.
  const last = history?.events?.find(
    ({ workflowTaskFailedEventAttributes, workflowTaskTimedOutEventAttributes }) =>
      workflowTaskFailedEventAttributes || workflowTaskTimedOutEventAttributes,
  );
  const failure = last?.workflowTaskFailedEventAttributes?.failure;
  if (!failure) return undefined;
  const reason = await messageOf(client.temporal, failure);
  return `The session's workflow task has failed ${attempt - 1} times in a row: ${reason}. It is stuck until its code is mended; a worker with the right code then goes on with it`;
}

/** When a worker last asked for work of the environment and mode, and whether that is too long ago. */
export async function lastPoll(
  stack: Pick<Stack, 'client' | 'env' | 'mode'>,
): Promise<{ at?: Date; isOld: boolean }> {
  const pollers = await pollersOf(stack, taskQueueOf(stack), 'workflow');
  if (pollers.length === 0) return { isOld: true };
  return { at: new Date(Math.max(...pollers.map(({ seenAt }) => seenAt))), isOld: !pollers.some(isPolling) };
}

export function noWorkersWarning({ env, mode }: Stack, { at }: { readonly at?: Date }): string {
  const since = at ? ` since ${at.toISOString()}` : '';
  return `no workers polling ${taskQueueOf({ env, mode })}${since}; start one by \`arbtune worker\` or \`arbtune resume\``;
}

/** What keeps failing right now, in the failing part's own words. */
export async function activityWarnings(
  { client }: Stack,
  execution: WorkflowExecutionDescription,
): Promise<string[]> {
  const failing = (execution.raw.pendingActivities ?? []).filter(
    ({ attempt, lastFailure }) => lastFailure && (attempt ?? 1) > 1,
  );
  return await Promise.all(
    failing.map(async ({ activityType, attempt, lastFailure }) => {
      const reason = await messageOf(client.temporal, lastFailure);
      return `${activityType?.name} is at attempt ${attempt}: ${reason}`;
    }),
  );
}

type Failure = Parameters<typeof decodeOptionalFailureToOptionalError>[1];

/** Of a failure as Temporal keeps it, which may be encrypted. */
async function messageOf(client: Client, failure: Failure): Promise<string> {
  const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure);
  return error?.message ?? 'no reason is known';
}

/**
 * Whether the store lacks trials that it has confirmed.
 *
 * @param confirmed trials that the session's history says were written
 */
export async function lossWarning(
  store: ResultStore,
  sessionId: string,
  confirmed: number,
): Promise<string | undefined> {
  const held = await store.countTrials(sessionId);
  if (held >= confirmed) return undefined;
  return `${confirmed} trials in history, ${held} in store; rebuild it by \`arbtune repair ${sessionId}\``;
}

/** Of a session that has ended, everything measured is written: its attributes tell at least how much. */
export function completedAtEnd(execution: WorkflowExecutionDescription): number {
  return execution.typedSearchAttributes.get(SESSION_ATTRIBUTES.completed) ?? 0;
}
