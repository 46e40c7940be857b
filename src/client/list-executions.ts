import { type Client, WorkflowClient } from '@temporalio/client';
import { defaultPayloadConverter, type PayloadCodec } from '@temporalio/common';
import * as messages from '../workflows/messages.ts';
import { workflowIdOf } from '../workflows/names.ts';
import { SESSION_ATTRIBUTES } from '../workflows/search-attributes.ts';

/** The sessions of an environment and mode as Temporal knows them, whoever holds the keys of those that are encrypted. */

/** A session as Temporal knows it, without asking a worker. */
export interface SessionExecution {
  readonly sessionId: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly status: string;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  /** The best value of the first objective that the session has told Temporal of. */
  readonly best?: number;
}

/** Temporal's client reads the memo of each, of which nothing is wanted here, and for which a key may be lacking. */
const MEMOS_UNREAD: PayloadCodec = {
  encode: async (payloads) => payloads,
  decode: async (payloads) => payloads.map(() => defaultPayloadConverter.toPayload(null)),
};

/** Newest first. */
export async function listExecutions(
  { connection, options: { namespace } }: Client,
  place: Pick<messages.SessionIdentity, 'env' | 'mode'>,
): Promise<SessionExecution[]> {
  const lister = new WorkflowClient({
    ...{ connection, namespace },
    dataConverter: { payloadCodecs: [MEMOS_UNREAD] },
  });
  const prefix = workflowIdOf({ ...place, sessionId: '' });
  const query = `WorkflowType = '${messages.WORKFLOW_TYPE}' AND WorkflowId STARTS_WITH '${prefix}'`;
  const sessions = new Map<string, SessionExecution>();
  for await (const execution of lister.list({ query })) {
    const sessionId = execution.workflowId.slice(prefix.length);
    // Earlier runs of a continued session come later.
    if (sessions.has(sessionId)) continue;
    const best = execution.typedSearchAttributes.get(SESSION_ATTRIBUTES.best);
    sessions.set(sessionId, {
      sessionId,
      workflowId: execution.workflowId,
      runId: execution.runId,
      status: execution.status.name.toLowerCase(),
      startedAt: execution.startTime,
      ...(execution.closeTime ? { closedAt: execution.closeTime } : {}),
      ...(best === undefined ? {} : { best }),
    });
  }
  return [...sessions.values()];
}
