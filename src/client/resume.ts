import { type GoOnOptions, goOn, loadStoredSession } from './go-on.ts';
import { howItEnded } from './how-it-ended.ts';
import { recoverSession } from './recover.ts';
import type { Stack } from './stack.ts';
import type { ResumedSession } from './start-session.ts';

/**
 * Has an interrupted session go on: one that runs is left to its workers, one that has ended in whatever way, or that
 * Temporal has forgotten, gets its next run. `log` is told how it had ended.
 */
export async function resume(
  stack: Pick<Stack, 'client' | 'store' | 'env' | 'mode'>,
  sessionId: string,
  options: Omit<GoOnOptions, 'limits' | 'enqueue'> & { readonly log?: ((line: string) => void) | undefined },
): Promise<ResumedSession> {
  const { client, store } = stack;
  const { log, ...more } = options;
  const { iterations = 0, parallelism } = more;
  const execution = await client.describe(sessionId);
  if (execution?.status.name === 'RUNNING') {
    const { workflowId, runId } = execution;
    const joined = { sessionId, workflowId, runId, joined: true };
    if (iterations === 0 && parallelism === undefined) return joined;
    const order = { iterations, ...(parallelism === undefined ? {} : { parallelism }) };
    return { ...joined, iterations: (await client.extend(sessionId, order)).iterations };
  }
  await recoverSession(stack, sessionId);
  const stored = await loadStoredSession(store, sessionId);
  log?.(`session ${sessionId} ${await howItEnded(client, sessionId, execution?.status.name, stored)}`);
  return await goOn(client, sessionId, stored, more);
}
