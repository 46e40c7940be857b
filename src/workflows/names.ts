import type { SessionIdentity } from './messages.ts';

/** How sessions and task queues are named in Temporal. */

/** One workflow id a session: a session id can run only once. */
export function workflowIdOf({ env, mode, sessionId }: SessionIdentity): string {
  return `tuning:${env}:${mode}:${sessionId}`;
}

/** The queue that every worker of an environment and mode serves. */
export function taskQueueOf({ env, mode }: Pick<SessionIdentity, 'env' | 'mode'>): string {
  return `arbtune:${env}:${mode}`;
}

/** The queue of the workers that serve one session alone. */
export function sessionQueueOf(session: SessionIdentity): string {
  return `${taskQueueOf(session)}:${session.sessionId}`;
}

/** The type of an activity's failure on a worker that lacks the session's data files. */
export const DATA_NOT_HERE = 'DataNotHere';
