import { ArbtuneError } from '../../errors.ts';
import type { TrialRecord } from '../../store/trial-record.ts';
import { storedIds, unknownSession } from '../unknown-session.ts';
import { type PlaceFlags, withStore } from './place.ts';

/** A session's trials from the store, without Temporal. @throws ArbtuneError `not-found` when it has none */
export async function readSessionRecords(sessionId: string, place: PlaceFlags): Promise<TrialRecord[]> {
  return await withStore(place, async (store) => {
    const records = await store.loadTrials(sessionId);
    if (records.length > 0) return records;
    if (await store.loadSession(sessionId)) {
      throw new ArbtuneError('not-found', `The store has no trials of session "${sessionId}" yet`);
    }
    throw unknownSession(
      sessionId,
      `the store, env ${place.env}, mode ${place.mode}`,
      await storedIds(store),
    );
  });
}
