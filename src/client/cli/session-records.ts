import type { SessionSpec } from '../../config/session-spec.ts';
import { ArbtuneError } from '../../errors.ts';
import type { TrialRecord } from '../../store/trial-record.ts';
import { storedIds, unknownSession } from '../unknown-session.ts';
import { type PlaceFlags, withStore } from './place.ts';

interface ReadSession {
  readonly records: readonly TrialRecord[];
  /** Absent when the store has lost it. */
  readonly spec?: SessionSpec;
}

/** A session's trials from the store, without Temporal. @throws ArbtuneError `not-found` when it has none */
export async function readSession(sessionId: string, place: PlaceFlags): Promise<ReadSession> {
  return await withStore(place, async (store) => {
    const records = await store.loadTrials(sessionId);
    const session = await store.loadSession(sessionId);
    if (records.length > 0) return { records, ...(session?.spec ? { spec: JSON.parse(session.spec) } : {}) };
    if (session) {
      throw new ArbtuneError('not-found', `The store has no trials of session "${sessionId}" yet`);
    }
    throw unknownSession(
      sessionId,
      `the store, env ${place.env}, mode ${place.mode}`,
      await storedIds(store),
    );
  });
}
