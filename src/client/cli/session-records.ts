import { arbtuneHome } from '../../embedded/home.ts';
import { ArbtuneError } from '../../errors.ts';
import { openStore } from '../../store/open-store.ts';
import type { TrialRecord } from '../../store/trial-record.ts';
import { storedIds, unknownSession } from '../unknown-session.ts';

/** A session's trials from the store, without Temporal. @throws ArbtuneError `not-found` when it has none */
export async function readSessionRecords(
  sessionId: string,
  { env, mode, redis }: { readonly env: string; readonly mode: string; readonly redis?: string },
): Promise<TrialRecord[]> {
  const home = arbtuneHome(process.env);
  const store = await openStore({ env, mode, home, redisUrl: redis, environment: process.env });
  try {
    const records = await store.loadTrials(sessionId);
    if (records.length > 0) return records;
    if (await store.loadSession(sessionId)) {
      throw new ArbtuneError('not-found', `The store has no trials of session "${sessionId}" yet`);
    }
    throw unknownSession(sessionId, `the store, env ${env}, mode ${mode}`, await storedIds(store));
  } finally {
    await store.close();
  }
}
