import type { Context } from '@temporalio/activity';
import { askAgain } from '../workflows/ask-again.ts';

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

type SessionHandle = ReturnType<Context['client']['workflow']['getHandle']>;

/** Within this time somebody holds the session, unless the activity is better tried again. */
const ASK_WITHIN_MS = 30_000;

/** Asks the session's workflow. */
export async function askSession<T>(
  context: Context,
  question: (handle: SessionHandle) => Promise<T>,
): Promise<T> {
  const { client, execution } = sessionOf(context);
  const handle = client.workflow.getHandle(execution.workflowId, execution.runId);
  return await askAgain(client, ASK_WITHIN_MS, () => question(handle));
}
