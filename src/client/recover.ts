import { readSessionHistory, type SessionHistory } from '../activities/history-records.ts';
import type { SessionRecord } from '../store/result-store.ts';
import type { TrialStatus } from '../store/trial-record.ts';
import { workflowIdOf } from '../workflows/names.ts';
import { withReasons } from './reasons.ts';
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
  const stored = await store.loadTrials(sessionId);
  const known = new Map(stored.map((record) => [record.iteration, record]));
  const missing = new Set(
    (history?.records ?? []).map(({ iteration }) => iteration).filter((n) => !known.has(n)),
  );
  if (history) {
    const all = [...history.records.filter(({ iteration }) => missing.has(iteration)), ...stored];
    all.sort((a, b) => a.iteration - b.iteration);
    const records = withReasons(history.input.spec, history.orders, all);
    await store.saveTrials(records.filter(({ iteration }) => missing.has(iteration)));
    const record = await store.loadSession(sessionId);
    await store.saveSession(restored(sessionId, workflowIdOf(session), history, record));
  }
  return {
    session_id: sessionId,
    in_history: history?.records.length ?? 0,
    in_store: known.size,
    restored: missing.size,
  };
}

function countsOf(
  records: SessionHistory['records'],
): Pick<SessionRecord, 'completed' | 'pruned' | 'failed'> {
  const count = (wanted: TrialStatus) => records.filter(({ status }) => status === wanted).length;
  const pruned = count('pruned');
  return { completed: count('completed'), ...(pruned > 0 ? { pruned } : {}), failed: count('failed') };
}

/** The session's record, with what history knows better. */
function restored(
  sessionId: string,
  workflowId: string,
  { input, records, target, orders }: SessionHistory,
  known: SessionRecord | undefined,
): SessionRecord {
  const { spec, carried, dataRoot } = input;
  const told = {
    ...{ iterations: target, orders: JSON.stringify(orders) },
    ...(dataRoot === undefined ? {} : { data_root: dataRoot }),
  };
  if (known?.spec) return { ...known, ...told };
  return {
    session_id: sessionId,
    workflow_id: workflowId,
    run_id: '',
    status: 'recovered',
    created_at: carried?.startedAt ?? records[0]?.timestamp ?? new Date(0).toISOString(),
    updated_at: new Date().toISOString(),
    optimizer: spec.optimizer.method,
    ...countsOf(records),
    ...told,
    spec: JSON.stringify(spec),
  };
}
