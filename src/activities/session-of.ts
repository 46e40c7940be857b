import type { Context } from '@temporalio/activity';

/** The session that an activity belongs to. */

/** Its run, and a client to ask it by. */
export function sessionOf({ client, info }: Context): {
  client: Context['client'];
  execution: { workflowId: string; runId: string };
} {
  const { workflowExecution: execution } = info;
  if (!execution) throw new Error(`${info.activityType} runs inside a session only`);
  return { client, execution };
}

export function sessionHandle(context: Context) {
  const { client, execution } = sessionOf(context);
  return client.workflow.getHandle(execution.workflowId, execution.runId);
}
