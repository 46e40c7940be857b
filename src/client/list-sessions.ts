import type { ArbtuneError } from '../errors.ts';
import type { ResultStore } from '../store/result-store.ts';
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
  readonly failed?: number;
  /** Where it is known. */
  readonly in: readonly ('temporal' | 'store')[];
}

/** Newest first. */
export async function listSessions(client: TuningClient, store: ResultStore): Promise<ListedSession[]> {
  const [executions, records] = await Promise.all([client.list(), store.listSessions()]);
  const sessions = new Map<string, ListedSession>();
  for (const record of records) {
    const { session_id, optimizer, iterations, completed, failed } = record;
    const known = { session_id, optimizer, iterations, completed, failed, started_at: record.created_at };
    sessions.set(session_id, { ...known, status: record.status, in: ['store'] });
  }
  for (const { sessionId, status, startedAt } of executions) {
    const stored = sessions.get(sessionId);
    if (!stored) {
      const started_at = startedAt.toISOString();
      sessions.set(sessionId, { session_id: sessionId, status, started_at, in: ['temporal'] });
      continue;
    }
    const endedUnsaid = status !== 'running' && UNENDED.includes(stored.status);
    sessions.set(sessionId, {
      ...stored,
      status: endedUnsaid ? status : stored.status,
      in: ['temporal', 'store'],
    });
  }
  return [...sessions.values()].sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
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
