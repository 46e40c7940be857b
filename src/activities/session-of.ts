import { ApplicationFailure, type Context } from '@temporalio/activity';
import { unlessAborted } from '../unless-aborted.ts';
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

/** What an activity of a worker that leaves ends with: it is tried again by another. */
export function workerLeaves(): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'its worker was told to stop',
    type: 'WorkerLeaves',
    category: 'BENIGN', // Else the SDK warns of it.
  });
}

/**
 * Asks the session's workflow. Not once this worker leaves (`leaving`): it may be the only one that could answer, and
 * its activities would keep it waiting for itself.
 */
export async function askSession<T>(
  context: Context,
  leaving: AbortSignal,
  question: (handle: SessionHandle) => Promise<T>,
): Promise<T> {
  const { client, execution } = sessionOf(context);
  const handle = client.workflow.getHandle(execution.workflowId, execution.runId);
  return await unlessAborted(leaving, () =>
    askAgain(client, ASK_WITHIN_MS, () => {
      leaving.throwIfAborted();
      return question(handle);
    }),
  );
}
