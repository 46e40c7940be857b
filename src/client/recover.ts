import { readSessionHistory } from '../activities/history-records.ts';
import type { ResultStore } from '../store/result-store.ts';
import { workflowIdOf } from '../workflows/names.ts';
import type { Stack } from './stack.ts';

/** Mending a store that lacks what a session's history tells: the history is the truth, the store its projection. */

export interface Recovery {
  readonly session_id: string;
  /** Trials that the history tells of; 0 when it is gone. */
  readonly in_history: number;
  /** Trials that the store held before. */
  readonly in_store: number;
  /** Trials written now. */
  readonly restored: number;
}

/** Writes to the store what only the history knows. Idempotent; a session without history is left as it is. */
export async function recoverSession(
  { client, store, env, mode }: Pick<Stack, 'client' | 'store' | 'env' | 'mode'>,
  sessionId: string,
): Promise<Recovery> {
  const session = { sessionId, env, mode };
  const history = await readSessionHistory(client.temporal, session);
  const known = new Set((await store.loadTrials(sessionId)).map(({ iteration }) => iteration));
  const missing = (history?.records ?? []).filter(({ iteration }) => !known.has(iteration));
  await store.saveTrials(missing);
  if (history) await restoreSession(store, sessionId, workflowIdOf(session), history);
  return {
    session_id: sessionId,
    in_history: history?.records.length ?? 0,
    in_store: known.size,
    restored: missing.length,
  };
}

async function restoreSession(
  store: ResultStore,
  sessionId: string,
  workflowId: string,
  { input, records }: NonNullable<Awaited<ReturnType<typeof readSessionHistory>>>,
): Promise<void> {
  if ((await store.loadSession(sessionId))?.spec) return;
  const { spec, carried } = input;
  await store.saveSession({
    session_id: sessionId,
    workflow_id: workflowId,
    run_id: '',
    status: 'recovered',
    created_at: carried?.startedAt ?? records[0]?.timestamp ?? new Date(0).toISOString(),
    updated_at: new Date().toISOString(),
    optimizer: spec.optimizer.method,
    iterations: Math.max(carried?.target ?? spec.maxIterations, records.length),
    completed: records.filter(({ status }) => status === 'completed').length,
    failed: records.filter(({ status }) => status === 'failed').length,
    spec: JSON.stringify(spec),
  });
}
