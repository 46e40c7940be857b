import type { ArbtuneError } from '../errors.ts';
import type { ResultStore, SessionRecord } from '../store/result-store.ts';
import { UNENDED } from './ended-as.ts';
import type { Stack } from './stack.ts';
import type { TuningClient } from './tuning-client.ts';
import { unknownSession } from './unknown-session.ts';

/** One list of sessions out of two sources: Temporal knows how a session's workflow stands, the store what it found. */

export interface ListedSession {
  readonly session_id: string;
  /** As the session last reported it, corrected by Temporal where the workflow has ended without a word. */
  readonly status: string;
  readonly started_at: string;
  readonly optimizer?: string;
  readonly iterations?: number;
  readonly completed?: number;
  readonly pruned?: number;
  readonly failed?: number;
  /** Finished and in the store. */
  readonly trials?: number;
  /** The best value of the first objective, as Temporal knows it: of a running session it may lag a little. */
  readonly best?: number;
  /** Where it is known. */
  readonly in: readonly ('temporal' | 'store')[];
}

/** Newest first. */
export async function listSessions(client: TuningClient, store: ResultStore): Promise<ListedSession[]> {
  const [executions, records] = await Promise.all([client.list(), store.listSessions()]);
  const sessions = new Map<string, ListedSession>();
  for (const session of await Promise.all(records.map((record) => listed(store, record)))) {
    sessions.set(session.session_id, session);
  }
  for (const { sessionId, status, startedAt, best } of executions) {
    const told = best === undefined ? {} : { best };
    const stored = sessions.get(sessionId);
    if (!stored) {
      const started_at = startedAt.toISOString();
      sessions.set(sessionId, { session_id: sessionId, status, started_at, ...told, in: ['temporal'] });
      continue;
    }
    const endedUnsaid = status !== 'running' && UNENDED.includes(stored.status);
    sessions.set(sessionId, {
      ...stored,
      ...told,
      status: endedUnsaid ? status : stored.status,
      in: ['temporal', 'store'],
    });
  }
  return [...sessions.values()].sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
}

async function listed(store: ResultStore, record: SessionRecord): Promise<ListedSession> {
  const { session_id, status, optimizer, iterations, completed, pruned = 0, failed } = record;
  const counts = { iterations, completed, pruned, failed };
  const known = { session_id, status, optimizer, ...counts, started_at: record.created_at };
  // What one that runs has written of itself is older than its trials.
  const trials = UNENDED.includes(status) ? await store.countTrials(session_id) : completed + pruned + failed;
  return { ...known, trials, in: ['store'] };
}

/** The refusal of an id that neither Temporal nor the store knows. */
export async function unknownInStack(
  { client, store, env, mode }: Pick<Stack, 'client' | 'store' | 'env' | 'mode'>,
  sessionId: string,
): Promise<ArbtuneError> {
  const known = await listSessions(client, store);
  return unknownSession(
    sessionId,
    `env ${env}, mode ${mode}`,
    known.map((session) => session.session_id),
  );
}
